import GenModels

/// Histograms whose bins have scores, as HBOS and LODA save them: how many bins each has, their scores and borders one after the
/// other.
struct HistogramScores {
  /// A score for each bin of each histogram.
  let scores: [[Double]]
  /// The borders of each histogram's bins, one more than there are bins.
  let edges: [[Double]]

  init(scores: [[Double]], edges: [[Double]]) {
    self.scores = scores
    self.edges = edges
  }

  func encode(to archive: inout ModelArchive) {
    archive["bins"] = .int32(Indexes(scores.map(\.count)))
    for (name, values) in [("bin_scores", scores.flatMap { $0 }), ("edges", edges.flatMap { $0 })] {
      archive[name] = .float64(values, shape: [values.count])
    }
  }

  /// - Throws: `ModelFileError` for numbers that are no histograms.
  init(from archive: ModelArchive) throws {
    let bins = try archive.counts("bins")
    scores = try archive.finiteDoubles("bin_scores", shape: [bins.reduce(0, +)]).split(counts: bins)
    edges = try archive.finiteDoubles("edges", shape: [bins.reduce(0) { $0 + $1 + 1 }])
      .split(counts: bins.map { $0 + 1 })
    for edges in edges { try Histogram.check(edges: edges) }
  }
}
