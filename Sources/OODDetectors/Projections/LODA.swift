import GenModels

/// The lightweight on-line detector of anomalies (T. Pevný, 2016): the mean over random projections of −ln
/// p̂(z), p̂(z) being the share of training rows in the histogram bin that the projection z = w · x falls
/// into.
///
/// Each projection has ⌊√d⌋ features drawn at random with standard normal weights. Bins are of equal width;
/// an empty bin, and everything outside the histogram, counts as half a row: p̂ = 1 / (2 n). Units matter:
/// standardise features that don't share one.
///
/// Fitting takes time projections · n · √d plus sorting, scoring projections · n · √d.
public struct LODA: TableScorer {
  public static let kind = "loda"

  private let projections: LODAProjections
  /// Borders of the bins, by projection.
  private let edges: [[Double]]
  /// −ln p̂ of each bin, by projection.
  private let binScores: [[Double]]
  /// −ln p̂ outside.
  private let outside: Double

  public var featureCount: Int { projections.columns }
  public var projectionCount: Int { projections.count }

  /// - Throws: `TableError` for a table without rows or columns, with NaN or infinities, or without
  ///   projections or bins.
  public init(
    fitting x: Matrix, projections: Int = 100, bins: BinCount = .fixed(10), using random: RandomGenerator
  ) throws(TableError) {
    try x.checkTraining()
    try bins.check()
    let drawn = try LODAProjections(count: projections, columns: x.columns, using: random)
    let histograms = try drawn.map(x) { _, sorted in Histogram(sorted: sorted, bins: bins(sorted: sorted)) }
    self.init(drawn, histograms, rows: x.rows)
  }

  init(_ projections: LODAProjections, _ histograms: [Histogram], rows: Int) {
    self.projections = projections
    let outside = logarithm(2 * Double(rows))
    self.outside = outside
    edges = histograms.map(\.edges)
    binScores = histograms.map { $0.counts.map { $0 > 0 ? -logarithm($0 / Double(rows)) : outside } }
  }

  public func score(checked x: Matrix) throws -> [Double] {
    let d = featureCount
    return x.rowScores(grain: 64) { rows, count, scores in
      for i in 0..<count {
        var sum = 0.0
        for k in 0..<projectionCount {
          sum += binScore(k, projections.project(rows + i * d, k))
        }
        scores[i] = sum / Double(projectionCount)
      }
    }
  }

  private func binScore(_ projection: Int, _ z: Double) -> Double {
    edges[projection].withUnsafeBufferPointer { edges in
      binScores[projection].withUnsafeBufferPointer { binScores in
        let bins = binScores.count
        guard z >= edges[0] && z <= edges[bins] else { return outside }
        var bin = min(bins - 1, Int((z - edges[0]) / (edges[bins] - edges[0]) * Double(bins)))
        while bin > 0 && z < edges[bin] { bin -= 1 }
        while bin < bins - 1 && z >= edges[bin + 1] { bin += 1 }
        return binScores[bin]
      }
    }
  }
}

extension LODA {
  public struct Configuration: Codable, Hashable, Sendable {
    var features: Int
    var outside: Double
  }

  public var configuration: Configuration { Configuration(features: featureCount, outside: outside) }

  public func encode(to archive: inout ModelArchive) throws {
    let shape: Shape = [projectionCount, projections.width]
    archive["projected_features"] = .int32(Indexes(projections.features, shape: shape))
    archive["weights"] = .float64(projections.weights, shape: shape)
    HistogramScores(scores: binScores, edges: edges).encode(to: &archive)
  }

  public init(from archive: ModelArchive) throws {
    let settings = try archive.configuration(as: Configuration.self)
    outside = settings.outside
    let shape = try archive.shape("weights", rank: 2)
    let weights = try archive.finiteDoubles("weights")
    let features = try archive.integers("projected_features", shape: shape)
    let histograms = try HistogramScores(from: archive)
    (binScores, edges) = (histograms.scores, histograms.edges)
    let featuresExist = features.allSatisfy { $0 >= 0 && $0 < settings.features }
    guard featuresExist, binScores.count == shape[0], outside.isFinite else {
      throw ModelFileError.malformed(
        reason: "projections, features and bins don't belong together")
    }
    projections = LODAProjections(
      columns: settings.features, count: shape[0], width: shape[1], features: features.map(Int32.init),
      weights: weights)
  }
}
