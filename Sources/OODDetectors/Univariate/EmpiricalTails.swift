import GenModels

/// The empirical distribution functions of a table's columns, for tail probabilities of new values.
struct EmpiricalTails: Sendable {
  /// Distinct values, ascending, column after column.
  let values: [Double]
  /// Number of rows with a value of the column up to each of them; the last of a column is the number of
  /// rows.
  let cumulative: [Int32]
  /// Where each column begins, and the end.
  let starts: [Int]
  /// The sign of each column's skewness: −1, 0 (constant columns too) or 1.
  let skewSigns: [Int]
  /// −ln P(X ≤ v) and −ln P(X ≥ v) of each value.
  private let left, right: [Double]

  var featureCount: Int { skewSigns.count }
  var rows: Int { Int(cumulative.last!) }

  init(_ x: Matrix) {
    var values: [Double] = []
    var cumulative: [Int32] = []
    var starts = [0]
    for column in x.sortedColumns() {
      for (i, value) in column.enumerated() {
        if values.count > starts.last!, values.last == value {
          cumulative[cumulative.count - 1] = Int32(i + 1)
        } else {
          values.append(value)
          cumulative.append(Int32(i + 1))
        }
      }
      starts.append(values.count)
    }
    let moments = ColumnMoments(x)
    // In a unit of about the deviation cubes neither overflow nor vanish; a power of two changes no digit.
    let means = moments.means
    let scales = moments.scales.map {
      Double(sign: .plus, exponent: min(1000, max(-1000, Int($0.exponent))), significand: 1)
    }
    let cubes = ColumnMoments.columnSums(x) { row, _, sums in
      for (j, value) in row.enumerated() {
        let distance = standardized(value, means[j], scales[j])
        sums[j] += distance * distance * distance
      }
    }
    let signs = cubes.indices.map { j in
      starts[j + 1] - starts[j] == 1 || cubes[j] == 0 ? 0 : cubes[j] > 0 ? 1 : -1
    }
    self.init(values: values, cumulative: cumulative, starts: starts, skewSigns: signs)
  }

  private init(values: [Double], cumulative: [Int32], starts: [Int], skewSigns: [Int]) {
    self.values = values
    self.cumulative = cumulative
    self.starts = starts
    self.skewSigns = skewSigns
    let n = Double(cumulative.last!)
    left = cumulative.map { -logarithm(Double($0) / n) }
    var right = left
    for (begin, end) in zip(starts, starts.dropFirst()) {
      for i in begin..<end {
        let below = i == begin ? 0 : cumulative[i - 1]
        right[i] = -logarithm((n - Double(below)) / n)
      }
    }
    self.right = right
  }

  /// Calls `body` for each of `count` rows of one column with −ln P(X ≤ value) and −ln P(X ≥ value), by the
  /// shares of training rows. Where no training row is so small, or so large, the share is 1 / (n + 1), as if
  /// the value itself were counted.
  @inline(__always)
  func forEachTail(
    _ column: Int, of x: UnsafePointer<Double>, count: Int,
    _ body: (_ row: Int, _ left: Double, _ right: Double) -> Void
  ) {
    let outside = logarithm(Double(rows) + 1)
    let (begin, end) = (starts[column], starts[column + 1])
    values.withUnsafeBufferPointer { values in
      left.withUnsafeBufferPointer { left in
        right.withUnsafeBufferPointer { right in
          for i in 0..<count {
            let value = x[i * featureCount + column]
            // The first value beyond, in a search without branches to mispredict.
            var (first, length) = (begin, end - begin)
            while length > 0 {
              let half = length / 2
              let goesOn = values[first + half] <= value
              first = goesOn ? first + half + 1 : first
              length = goesOn ? length - half - 1 : half
            }
            let isValue = first > begin && values[first - 1] == value
            let upper = isValue ? first - 1 : first
            body(i, first == begin ? outside : left[first - 1], upper == end ? outside : right[upper])
          }
        }
      }
    }
  }
}

extension EmpiricalTails {
  func encode(to archive: inout ModelArchive) {
    archive["values"] = .float64(values, shape: [values.count])
    archive["cumulative_counts"] = .int32(Indexes(cumulative, shape: [values.count]))
    archive["distinct_values"] = .int32(Indexes(zip(starts, starts.dropFirst()).map { $1 - $0 }))
    archive["skew_signs"] = .int32(Indexes(skewSigns))
  }

  init(from archive: ModelArchive) throws {
    let distinct = try archive.counts("distinct_values")
    let total = distinct.reduce(0, +)
    let values = try archive.finiteDoubles("values", shape: [total])
    let cumulative = try archive.integers("cumulative_counts", shape: [total]).map(Int32.init(clamping:))
    let skewSigns = try archive.integers("skew_signs", shape: [distinct.count])
    var starts = [0]
    for count in distinct {
      let column = starts.last!..<starts.last! + count
      let ascends = zip(column, column.dropFirst()).allSatisfy {
        values[$0] < values[$1] && cumulative[$0] < cumulative[$1]
      }
      guard ascends, cumulative[column.lowerBound] >= 1,
        cumulative[column.upperBound - 1] == cumulative[total - 1]
      else {
        throw ModelFileError.malformed(
          reason: "the empirical distribution of a column does not ascend")
      }
      starts.append(column.upperBound)
    }
    guard skewSigns.allSatisfy({ (-1...1).contains($0) }) else {
      throw ModelFileError.malformed(reason: "the sign of a skewness is not −1, 0 or 1")
    }
    self.init(values: values, cumulative: cumulative, starts: starts, skewSigns: skewSigns)
  }
}
