/// k-means clustering: S. P. Lloyd's iterations (1982) from k-means++ starts (D. Arthur and S. Vassilvitskii,
/// 2007), and then, where they are asked for, moves of single rows (J. A. Hartigan, 1975), which lower the inertia where Lloyd's
/// iterations stand still.
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

  /// Whether single rows are moved after Lloyd's iterations.
  public enum RowMoves: String, Sendable, Hashable, Codable, CaseIterable {
    /// Of every start in tables of n·k·d up to 10⁶, where they cost little and find more; else none.
    case automatic
    case never
    /// Of every start in small tables, and of the best start in large ones, on one thread.
    case always
  }

  /// Fits to the rows of `x`, `starts` times, and keeps the clusters of least inertia.
  ///
  /// - Parameters:
  ///   - x: An example a row.
  ///   - clusters: k.
  ///   - starts: Fits from different first centres.
  ///   - largestIterationCount: Iterations after which a start ends, settled or not.
  ///   - tolerance: A start is settled when no label changes, or when the centres' squared shift is below
  ///     this part of the mean variance of the columns.
  ///   - rowMoves: Whether single rows are moved afterwards.
  ///   - random: Decides the first centres.
  /// - Throws: `TableError` for entries that are not finite, or too large or too close for squares, and for fewer rows than
  ///   clusters.
  public init(
    fitting x: Matrix, clusters: Int = 8, starts: Int = 10, largestIterationCount: Int = 300,
    tolerance: Double = 1e-4, rowMoves: RowMoves = .automatic,
    random: RandomGenerator = RandomGenerator(seed: 0)
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
    var best: (centres: Matrix, assignment: ClusterAssignment, iterations: Int)?
    for start in 0..<starts {
      var random = random.split(UInt64(start))
      var run = LloydIterations(x, centres: Self.plusPlus(x, clusters, &random))
      run.iterate(most: largestIterationCount, tolerance: shift)
      var found = (centres: run.centres, assignment: run.assignment, iterations: run.iterations)
      if isSmall, rowMoves != .never { Self.moveRows(x, &found.centres, &found.assignment) }
      if best == nil || found.assignment.inertia < best!.assignment.inertia { best = found }
    }
    var (centres, assignment, iterations) = best!
    if !isSmall, rowMoves == .always { Self.moveRows(x, &centres, &assignment) }
    self.centres = centres
    labels = assignment.labels
    inertia = assignment.inertia
    self.iterations = iterations
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
      var total = 0.0
      let sums = weights.map { weight in
        total += weight
        return total
      }
      let drawn = (0..<trials).map { _ in Self.place(random.uniformDouble() * total, in: sums) }
      let candidates = ClusterAssignment.distances(x, to: x.rows(drawn), atMost: distances)
      let best = candidates.indices.min { candidates[$0].total < candidates[$1].total }!
      chosen.append(drawn[best])
      distances = candidates[best].distances
    }
    return x.rows(chosen)
  }

  /// The first place at which running sums are above a number.
  private static func place(_ number: Double, in sums: [Double]) -> Int32 {
    var (low, high) = (0, sums.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if sums[middle] > number { high = middle } else { low = middle + 1 }
    }
    return Int32(low)
  }

  /// Moves single rows from cluster p to q where that lowers the inertia (Hartigan): where d(x, q)² n_q / (n_q + 1)
  /// < d(x, p)² n_p / (n_p − 1), distances being to the means before. Passes over the rows until one gains less
  /// than a billionth of the inertia, at most 3·10⁸ / (n·k·d) of them and 2; each costs as much as an iteration,
  /// on one thread.
  private static func moveRows(_ x: Matrix, _ centres: inout Matrix, _ assignment: inout ClusterAssignment) {
    var clusters = MovableClusters(x, assignment.labels, centres.rows)
    let inertia = assignment.inertia
    let most = max(2, 300_000_000 / (x.rows * centres.rows * x.columns))
    var gained = 0.0
    for _ in 0..<most {
      let gain = clusters.pass()
      gained += gain
      if gain <= 1e-9 * inertia { break }
    }
    guard gained > 0 else { return }
    var moved = LloydIterations(x, centres: clusters.centres)
    moved.iterate(most: 1, tolerance: 0)
    let found = moved.assignment
    // Rounding of the running means can't make it worse.
    if found.inertia <= inertia { (centres, assignment) = (moved.centres, found) }
  }
}
