import GenModels

/// The empirical distribution functions of a table's columns, for tail probabilities of new values.
struct EmpiricalTails: Sendable {
  /// Distinct values of each column, ascending.
  let values: [[Double]]
  /// Number of rows with a value up to each of them; the last is the number of rows.
  let cumulative: [[Int32]]
  /// The sign of each column's skewness: −1, 0 (constant columns too) or 1.
  let skewSigns: [Int]

  var featureCount: Int { values.count }
  var rows: Int { Int(cumulative[0].last!) }

  init(_ x: Matrix) {
    var values: [[Double]] = []
    var cumulative: [[Int32]] = []
    for column in x.sortedColumns() {
      var distinct: [Double] = []
      var counts: [Int32] = []
      for (i, value) in column.enumerated() {
        if distinct.last == value {
          counts[counts.count - 1] = Int32(i + 1)
        } else {
          distinct.append(value)
          counts.append(Int32(i + 1))
        }
      }
      values.append(distinct)
      cumulative.append(counts)
    }
    let moments = ColumnMoments(x)
    let cubes = ColumnMoments.columnSums(x) { row, _, sums in
      for (j, value) in row.enumerated() {
        let distance = value - moments.means[j]
        sums[j] += distance * distance * distance
      }
    }
    self.values = values
    self.cumulative = cumulative
    skewSigns = cubes.indices.map { j in
      if values[j].count == 1 { return 0 }
      return cubes[j] > 0 ? 1 : cubes[j] < 0 ? -1 : 0
    }
  }

  /// −ln P(X ≤ value) and −ln P(X ≥ value) in a column, by the shares of training rows. Where no row is so small, or so
  /// large, 1 / (n + 1), as if the value itself were counted.
  func tails(_ column: Int, _ value: Double) -> (left: Double, right: Double) {
    values[column].withUnsafeBufferPointer { values in
      cumulative[column].withUnsafeBufferPointer { cumulative in
        // The first value beyond, in a search without branches to mispredict.
        var (first, length) = (0, values.count)
        while length > 0 {
          let half = length / 2
          let beyond = values[first + half] > value
          first = beyond ? first : first + half + 1
          length = beyond ? half : length - half - 1
        }
        let n = cumulative[values.count - 1]
        let upTo = first == 0 ? 0 : cumulative[first - 1]
        let isValue = first > 0 && values[first - 1] == value
        let before = isValue ? (first == 1 ? 0 : cumulative[first - 2]) : upTo
        return (Self.surprise(upTo, n), Self.surprise(n - before, n))
      }
    }
  }

  private static func surprise(_ count: Int32, _ n: Int32) -> Double {
    count == 0 ? logarithm(Double(n) + 1) : -logarithm(Double(count) / Double(n))
  }
}

extension EmpiricalTails {
  func encode(to archive: inout ScorerArchive) {
    let all = values.flatMap { $0 }
    archive["values"] = .float64(all, shape: [all.count])
    archive["cumulative_counts"] = .int32(Indexes(cumulative.flatMap { $0 }, shape: [all.count]))
    archive["distinct_values"] = .int32(Indexes(values.map(\.count)))
    archive["skew_signs"] = .int32(Indexes(skewSigns))
  }

  init(from archive: ScorerArchive) throws {
    let distinct = try archive.counts("distinct_values")
    let total = distinct.reduce(0, +)
    values = try archive.finiteDoubles("values", shape: [total]).split(counts: distinct)
    cumulative = try archive.integers("cumulative_counts", shape: [total]).map(Int32.init(clamping:))
      .split(counts: distinct)
    skewSigns = try archive.integers("skew_signs", shape: [distinct.count])
    let rows = cumulative[0].last!
    for (values, counts) in zip(values, cumulative) {
      let ascends = zip(values, values.dropFirst()).allSatisfy(<) && zip(counts, counts.dropFirst()).allSatisfy(<)
      guard ascends, counts[0] >= 1, counts.last! == rows else {
        throw ModelFileError.malformedArchitecture(reason: "the empirical distribution of a column does not ascend")
      }
    }
    guard skewSigns.allSatisfy({ (-1...1).contains($0) }) else {
      throw ModelFileError.malformedArchitecture(reason: "the sign of a skewness is not −1, 0 or 1")
    }
  }
}
