/// Where the search for archetypes begins: rows of the table.
public enum ArchetypeStart: String, Sendable, Hashable, Codable, CaseIterable {
  /// One row after the other whose distances to those before have the largest sum (M. Mørup and L. K. Hansen, 2012), first the one
  /// farthest from the mean; then each in turn is chosen anew against the others. Draws nothing, so that several starts are one.
  case furthestSum
  /// The first row at random, each other with a probability proportional to its squared distance from the hull of those before
  /// (S. Mair and J. Sjölund, Archetypal analysis++, 2023).
  case plusPlus
  /// Rows at random.
  case random

  /// The numbers of the rows, all different.
  func rows(_ x: Matrix, count: Int, using random: inout RandomGenerator) -> [Int] {
    switch self {
    case .furthestSum: Self.furthestSum(x, count)
    case .plusPlus: Self.plusPlus(x, count, &random)
    case .random: random.permutation(x.rows).elements.prefix(count).map { Int($0) }
    }
  }

  private static func distances(_ x: Matrix, from row: [Double]) -> [Double] {
    x.rowScores { rows, count, found in
      for i in 0..<count {
        var sum = 0.0
        for j in 0..<x.columns {
          let difference = rows[i * x.columns + j] - row[j]
          sum += difference * difference
        }
        found[i] = sum.squareRoot()
      }
    }
  }

  /// The largest of those not chosen; of several the first.
  private static func farthest(_ sums: [Double], without chosen: [Int]) -> Int {
    var best = -1
    for i in sums.indices where !chosen.contains(i) && (best < 0 || sums[i] > sums[best]) { best = i }
    return best
  }

  private static func furthestSum(_ x: Matrix, _ count: Int) -> [Int] {
    let toMean = distances(x, from: x.columnMeans())
    var chosen = [farthest(toMean, without: [])]
    var lists = [distances(x, from: x.row(chosen[0]))]
    func sums() -> [Double] {
      var sums = [Double](repeating: 0, count: x.rows)
      for list in lists {
        for i in sums.indices { sums[i] += list[i] }
      }
      return sums
    }
    while chosen.count < count {
      chosen.append(farthest(sums(), without: chosen))
      lists.append(distances(x, from: x.row(chosen.last!)))
    }
    guard count > 1 else { return chosen }
    for _ in 0..<min(10, count) {
      chosen.removeFirst()
      lists.removeFirst()
      chosen.append(farthest(sums(), without: chosen))
      lists.append(distances(x, from: x.row(chosen.last!)))
    }
    return chosen
  }

  private static func plusPlus(_ x: Matrix, _ count: Int, _ random: inout RandomGenerator) -> [Int] {
    var chosen = [random.place(weights: Array(repeating: 1, count: x.rows))]
    while chosen.count < count {
      let hull = x.rows(chosen.map(Int32.init))
      let nearest = SimplexCoefficients(hull)(x).matrixProduct(hull)
      var weights = [Double](repeating: 0, count: x.rows)
      for i in 0..<x.rows where !chosen.contains(i) {
        for j in 0..<x.columns {
          let difference = x[i, j] - nearest[i, j]
          weights[i] += difference * difference
        }
      }
      // All rows lie in the hull: any other row will do.
      if !weights.contains(where: { $0 > 0 }) {
        for i in 0..<x.rows where !chosen.contains(i) { weights[i] = 1 }
      }
      chosen.append(random.place(weights: weights))
    }
    return chosen
  }
}
