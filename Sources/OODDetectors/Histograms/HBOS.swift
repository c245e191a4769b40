import GenModels

/// The histogram-based outlier score (M. Goldstein and A. Dengel, 2012): −Σ log₂(p̂ⱼ(xⱼ) + α) over the
/// features, with p̂ⱼ the density of feature j by a histogram of equal bins. Features count as independent.
///
/// A value outside a histogram by at most `tolerance` bin widths counts as in the outermost bin, one farther
/// off as in the emptiest bin (PyOD's convention, to which scores are equal). A feature that was constant in
/// training has one filled bin of total width 1 around the constant.
///
/// Fitting takes time n · d to sort, scoring n · d.
public struct HBOS: TableScorer, ExplainableScorer {
  public static let kind = "hbos"

  /// α, added to densities so that an empty bin has a finite score.
  public let regularization: Double
  /// In bin widths.
  public let tolerance: Double
  /// Borders of the bins, by feature.
  private let edges: [[Double]]
  /// −log₂(density + α) of each bin, by feature.
  private let binScores: [[Double]]
  /// The greatest score of a bin, by feature.
  private let worstScores: [Double]

  public var featureCount: Int { edges.count }
  public var contributionRule: ContributionRule { .sum }

  /// - Throws: `TableError` for a table without rows or columns, with NaN or infinities, or when α or the
  ///   tolerance are not in 0...1 (α above 0), or there are no bins.
  public init(
    fitting x: Matrix, bins: BinCount = .fixed(10), regularization: Double = 0.1, tolerance: Double = 0.5
  ) throws(TableError) {
    try x.checkTraining()
    try bins.check()
    try Self.check(regularization: regularization, tolerance: tolerance)
    try x.checkRanges()
    let histograms = x.sortedColumns().map { Histogram(sorted: $0, bins: bins(sorted: $0)) }
    self.init(histograms, rows: x.rows, regularization: regularization, tolerance: tolerance)
  }

  static func check(regularization: Double, tolerance: Double) throws(TableError) {
    guard regularization > 0 && regularization <= 1 else {
      throw .invalidSetting(
        name: "regularization", value: "\(regularization)", expected: "above 0, at most 1")
    }
    guard tolerance >= 0 && tolerance <= 1 else {
      throw .invalidSetting(name: "tolerance", value: "\(tolerance)", expected: "between 0 and 1")
    }
  }

  init(_ histograms: [Histogram], rows: Int, regularization: Double, tolerance: Double) {
    self.regularization = regularization
    self.tolerance = tolerance
    edges = histograms.map(\.edges)
    let n = Double(rows)
    let binScores = histograms.map { histogram in
      histogram.counts.indices.map { bin in
        // Over the narrowest bins a density is beyond the finite numbers.
        let width = histogram.edges[bin + 1] - histogram.edges[bin]
        let density = (histogram.counts[bin] / width / n).saturated
        return -binaryLogarithm(density + regularization)
      }
    }
    self.binScores = binScores
    worstScores = binScores.map { $0.max()! }
  }

  public func score(checked x: Matrix) throws -> [Double] {
    let d = featureCount
    return x.rowScores { rows, count, scores in
      for i in 0..<count { scores[i] = rowScore(rows + i * d) }
    }
  }

  /// The score of one row; it takes no memory.
  public func score(row: UnsafeBufferPointer<Double>) throws -> Double {
    try requireFinite(row)
    return rowScore(row.baseAddress!)
  }

  private func rowScore(_ row: UnsafePointer<Double>) -> Double {
    var sum = 0.0
    for j in 0..<edges.count { sum += featureScore(j, row[j]) }
    return sum
  }

  /// −log₂(p̂ⱼ(xⱼ) + α) of each feature.
  public func contributions(checked x: Matrix) throws -> Matrix {
    let d = featureCount
    return x.mapRows(width: d) { rows, count, result in
      for i in 0..<count {
        for j in 0..<d { result[i * d + j] = featureScore(j, rows[i * d + j]) }
      }
    }
  }

  private func featureScore(_ feature: Int, _ value: Double) -> Double {
    let worst = worstScores[feature]
    return edges[feature].withUnsafeBufferPointer { edges in
      binScores[feature].withUnsafeBufferPointer { binScores in
        let bins = binScores.count
        if value < edges[0] {
          return edges[0] - value <= (edges[1] - edges[0]) * tolerance ? binScores[0] : worst
        }
        if value > edges[bins] {
          return value - edges[bins] <= (edges[bins] - edges[bins - 1]) * tolerance
            ? binScores[bins - 1] : worst
        }
        // Bin b holds values above edge b, up to edge b + 1.
        let guess = (value - edges[0]) / (edges[bins] - edges[0]) * Double(bins)
        var bin = min(bins - 1, Int(guess))
        while bin < bins - 1 && value > edges[bin + 1] { bin += 1 }
        while bin > 0 && value <= edges[bin] { bin -= 1 }
        return binScores[bin]
      }
    }
  }
}

extension HBOS {
  public struct Configuration: Codable, Hashable, Sendable {
    var regularization: Double
    var tolerance: Double
  }

  public var configuration: Configuration {
    Configuration(regularization: regularization, tolerance: tolerance)
  }

  public func encode(to archive: inout ModelArchive) throws {
    HistogramScores(scores: binScores, edges: edges).encode(to: &archive)
  }

  public init(from archive: ModelArchive) throws {
    let settings = try archive.configuration(as: Configuration.self)
    regularization = settings.regularization
    tolerance = settings.tolerance
    let histograms = try HistogramScores(from: archive)
    (binScores, edges) = (histograms.scores, histograms.edges)
    worstScores = binScores.map { $0.max()! }
  }
}
