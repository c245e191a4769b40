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

  public let featureCount: Int
  public let projectionCount: Int
  /// Features of each projection, `width` after `width`, and their weights.
  private let features: [Int32]
  private let weights: [Double]
  private let width: Int
  /// Borders of the bins, by projection.
  private let edges: [[Double]]
  /// −ln p̂ of each bin, by projection.
  private let binScores: [[Double]]
  /// −ln p̂ outside.
  private let outside: Double

  /// - Throws: `TableError` for a table without rows or columns, with NaN or infinities, or without
  ///   projections or bins.
  public init(
    fitting x: Matrix, projections: Int = 100, bins: BinCount = .fixed(10), using random: RandomGenerator
  ) throws(TableError) {
    try x.checkTraining()
    try bins.check()
    guard projections >= 1 && projections <= 1_000_000 else {
      throw .invalidSetting(name: "projections", value: "\(projections)", expected: "between 1 and 1000000")
    }
    featureCount = x.columns
    projectionCount = projections
    let width = max(1, Int(Double(x.columns).squareRoot()))
    self.width = width
    var features: [Int32] = []
    var weights: [Double] = []
    for k in 0..<projections {
      var draws = random.split(UInt64(k))
      features += draws.permutation(x.columns).elements.prefix(width).map(Int32.init)
      weights += draws.normal([width]).elements.map(Double.init)
    }
    self.features = features
    self.weights = weights
    outside = logarithm(2 * Double(x.rows))

    let (n, outside) = (Double(x.rows), outside)
    let (drawnFeatures, drawnWeights) = (features, weights)
    var histograms = [Histogram?](repeating: nil, count: projections)
    histograms.withUnsafeMutableBufferPointer { histograms in
      nonisolated(unsafe) let histograms = histograms
      parallelFor(projections, grain: 1) { range in
        for k in range {
          let sorted = [Double](unsafeUninitializedCapacity: x.rows) { buffer, count in
            count = x.rows
            x.withUnsafeElements { elements in
              for i in 0..<x.rows {
                buffer[i] = Self.project(
                  elements.baseAddress! + i * x.columns, k, width, drawnFeatures, drawnWeights)
              }
            }
            if buffer.allSatisfy(\.isFinite) { buffer.sortAscending() } else { count = 0 }
          }
          if let first = sorted.first, (sorted.last! - first).isFinite {
            histograms[k] = Histogram(sorted: sorted, bins: bins(sorted: sorted))
          }
        }
      }
    }
    if let k = histograms.firstIndex(where: { $0 == nil }) {
      let column = Int(features[k * width])
      throw .rangeTooWide(column: column, low: x.column(column).min()!, high: x.column(column).max()!)
    }
    edges = histograms.map { $0!.edges }
    binScores = histograms.map { $0!.counts.map { $0 > 0 ? -logarithm($0 / n) : outside } }
  }

  @inline(__always)
  private static func project(
    _ row: UnsafePointer<Double>, _ k: Int, _ width: Int, _ features: [Int32], _ weights: [Double]
  ) -> Double {
    features.withUnsafeBufferPointer { features in
      weights.withUnsafeBufferPointer { weights in
        var z = 0.0
        for t in k * width..<(k + 1) * width { z += weights[t] * row[Int(features[t])] }
        return z
      }
    }
  }

  public func score(checked x: Matrix) throws -> [Double] {
    let d = featureCount
    return x.rowScores(grain: 64) { rows, count, scores in
      for i in 0..<count {
        var sum = 0.0
        for k in 0..<projectionCount {
          sum += binScore(k, Self.project(rows + i * d, k, width, features, weights))
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
    archive["projected_features"] = .int32(Indexes(features, shape: [projectionCount, width]))
    archive["weights"] = .float64(weights, shape: [projectionCount, width])
    HistogramScores(scores: binScores, edges: edges).encode(to: &archive)
  }

  public init(from archive: ModelArchive) throws {
    let settings = try archive.configuration(as: Configuration.self)
    featureCount = settings.features
    outside = settings.outside
    let shape = try archive.shape("weights", rank: 2)
    (projectionCount, width) = (shape[0], shape[1])
    weights = try archive.finiteDoubles("weights")
    features = try archive.integers("projected_features", shape: shape).map(Int32.init(clamping:))
    let histograms = try HistogramScores(from: archive)
    (binScores, edges) = (histograms.scores, histograms.edges)
    let featuresExist = features.allSatisfy { $0 >= 0 && Int($0) < settings.features }
    guard featuresExist, binScores.count == projectionCount, outside.isFinite else {
      throw ModelFileError.malformed(
        reason: "projections, features and bins don't belong together")
    }
  }
}
