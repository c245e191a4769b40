/// k-means clustering: S. P. Lloyd's iterations (1982) from k-means++ starts (D. Arthur and S. Vassilvitskii,
/// 2007), and then moves of single rows (J. A. Hartigan, 1975), which lower the inertia where Lloyd's
/// iterations stand still: of every start in small tables, of the best one in large ones (n·k·d above 10⁶).
///
/// ```swift
/// let clusters = try KMeans(fitting: train, clusters: 8)
/// clusters.centres                        // 8 rows
/// ```
///
/// A cluster that loses all rows moves to the row farthest from its centre. When there are fewer different
/// rows than clusters, the remaining clusters are empty, with centres at rows that exist.
public struct KMeans: Sendable {
  /// The cluster centres, a row each.
  public let centres: Matrix
  /// The cluster of each training row.
  public let labels: [Int]
  /// The number of training rows in each cluster.
  public let sizes: [Int]
  /// Σ over the rows of the squared distance to their centre.
  public let inertia: Double
  /// Iterations of the start that was kept.
  public let iterations: Int

  /// Fits to the rows of `x`, `starts` times, and keeps the clusters of least inertia.
  ///
  /// - Parameters:
  ///   - x: An example a row.
  ///   - clusters: k.
  ///   - starts: Fits from different first centres.
  ///   - largestIterationCount: Iterations after which a start ends, settled or not.
  ///   - tolerance: A start is settled when no label changes, or when the centres' squared shift is below
  ///     this part of the mean variance of the columns.
  ///   - random: Decides the first centres.
  /// - Throws: `TableError` for entries that are not finite, or too large or too close for squares, and for fewer rows than
  ///   clusters.
  public init(
    fitting x: Matrix, clusters: Int = 8, starts: Int = 10, largestIterationCount: Int = 300,
    tolerance: Double = 1e-4, random: RandomGenerator = RandomGenerator(seed: 0)
  ) throws {
    guard clusters >= 1 else {
      throw TableError.invalidSetting(name: "clusters", value: "\(clusters)", expected: "at least 1")
    }
    guard starts >= 1 else {
      throw TableError.invalidSetting(name: "starts", value: "\(starts)", expected: "at least 1")
    }
    try x.checkTraining(rows: clusters, "to make \(clusters) clusters")
    try x.checkDistances()
    let shift = tolerance * Self.meanVariance(x)
    let isSmall = x.rows * clusters * x.columns <= 1_000_000
    var best: Lloyd?
    for start in 0..<starts {
      var random = random.split(UInt64(start))
      var run = Lloyd(x, centres: Self.plusPlus(x, clusters, &random))
      run.iterate(largestIterationCount, shift)
      if isSmall { run.moveRows() }
      if best == nil || run.inertia < best!.inertia { best = run }
    }
    if !isSmall { best!.moveRows() }
    centres = best!.centres
    labels = best!.assignment.labels
    inertia = best!.inertia
    iterations = best!.iterations
    var sizes = [Int](repeating: 0, count: clusters)
    for label in labels { sizes[label] += 1 }
    self.sizes = sizes
  }

  private static func meanVariance(_ x: Matrix) -> Double {
    let means = x.columnMeans()
    var sum = 0.0
    x.withUnsafeElements { elements in
      for i in 0..<x.rows {
        for k in 0..<x.columns {
          let centred = elements[i * x.columns + k] - means[k]
          sum += centred * centred
        }
      }
    }
    return sum / Double(x.rows) / Double(x.columns)
  }

  /// Rows as first centres: each drawn with probability proportional to its squared distance to those before;
  /// the best of 2 + ln k draws, as the authors propose.
  private static func plusPlus(_ x: Matrix, _ clusters: Int, _ random: inout RandomGenerator) -> Matrix {
    let trials = 2 + max(0, Int(Double(clusters).exponent + 1) * 7 / 10)
    var chosen = [Int32(random.place(weights: Array(repeating: 1, count: x.rows)))]
    var distances = ClusterAssignment(x, x.rows(chosen)).squaredDistances
    while chosen.count < clusters {
      // All rows are at a centre: any row will do.
      let weights = distances.contains { $0 > 0 } ? distances : distances.map { _ in 1 }
      let drawn = (0..<trials).map { _ in Int32(random.place(weights: weights)) }
      let candidates = ClusterAssignment.distances(x, to: x.rows(drawn), atMost: distances)
      let totals = candidates.map { $0.reduce(0, +) }
      let best = totals.firstIndex(of: totals.min()!)!
      chosen.append(drawn[best])
      distances = candidates[best]
    }
    return x.rows(chosen)
  }
}

/// One start of k-means.
private struct Lloyd {
  let x: Matrix
  var centres: Matrix
  var assignment: ClusterAssignment
  var iterations = 0
  var inertia: Double { assignment.squaredDistances.reduce(0, +) }

  init(_ x: Matrix, centres: Matrix) {
    self.x = x
    self.centres = centres
    assignment = ClusterAssignment(x, centres)
  }

  mutating func iterate(_ most: Int, _ tolerance: Double) {
    while iterations < most {
      iterations += 1
      let moved = means()
      let shift = zip(moved.elements, centres.elements).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      let labels = assignment.labels
      centres = moved
      assignment = ClusterAssignment(x, centres)
      if assignment.labels == labels || shift <= tolerance { break }
    }
  }

  /// Moves single rows from cluster p to q where that lowers the inertia (Hartigan): where d(x, q)² n_q / (n_q + 1)
  /// < d(x, p)² n_p / (n_p − 1), distances being to the means before. Passes over the rows until one gains less
  /// than a billionth of the inertia, at most 3·10⁸ / (n·k·d) of them and 2; each costs as much as an iteration,
  /// on one thread.
  mutating func moveRows() {
    var clusters = MovableClusters(x, assignment.labels, centres.rows)
    let before = (centres, assignment)
    let least = 1e-9 * inertia
    let most = max(2, 300_000_000 / (x.rows * centres.rows * x.columns))
    var gained = 0.0
    for _ in 0..<most {
      let gain = clusters.pass()
      gained += gain
      if gain <= least { break }
    }
    guard gained > 0 else { return }
    assignment = ClusterAssignment(x, clusters.centres)
    centres = clusters.centres
    centres = means()
    assignment = ClusterAssignment(x, centres)
    // Rounding of the running means can't make it worse.
    if inertia > before.1.squaredDistances.reduce(0, +) { (centres, assignment) = before }
  }

  /// The mean of each cluster's rows; for an empty one, the row farthest from its centre (then the next).
  private func means() -> Matrix {
    let (k, d) = (centres.rows, x.columns)
    var (sums, counts) = assignment.sums(x, clusters: k)
    let empty = counts.indices.filter { counts[$0] == 0 }
    let distances = assignment.squaredDistances
    let farthest =
      empty.isEmpty ? [] : distances.indices.sorted { (-distances[$0], $0) < (-distances[$1], $1) }
    for (place, j) in empty.enumerated() {
      counts[j] = 1
      for c in 0..<d { sums[j * d + c] = x[farthest[place], c] }
    }
    return Matrix(rows: k, columns: d) { destination in
      for j in 0..<k {
        for c in 0..<d { destination[j * d + c] = sums[j * d + c] / Double(counts[j]) }
      }
    }
  }
}
