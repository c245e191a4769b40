import GenModels

/// The kinds of scorers of tables that a file can hold, and the only list of them.
public enum TableScorers {
  /// Every kind of scorer of tables.
  public static let types: [any TableScorer.Type] = univariate + neighbours + wrappers

  /// Methods that look at features, projections or random splits.
  static let univariate: [any TableScorer.Type] = [
    ThreeSigmaDetector.self, MedianDeviationDetector.self, HBOS.self, ECOD.self, COPOD.self, LODA.self,
    IsolationForest.self, ExtendedIsolationForest.self, PrincipalComponentDetector.self,
  ]

  /// Methods that look at distances and densities.
  static let neighbours: [any TableScorer.Type] = [
    NearestNeighbours.self, NeighbourGraphIndegree.self, LocalOutlierFactor.self, ClusterScorer.self,
    KernelDensity.self, Mahalanobis.self, GaussianMixture.self, OneClassSVM.self, TopicModel.self,
  ]

  /// Scorers made of another one.
  static let wrappers: [any TableScorer.Type] = [
    PreparedScorer<AnyTableScorer>.self, Detector<AnyTableScorer>.self,
  ]

  /// Reads a scorer of any of these kinds from a file.
  /// - Throws: `SafetensorsError` when the file can't be read; `ModelFileError` when it holds no scorer of a
  ///   table, is damaged, or was written by a newer release.
  public static func scorer(contentsOf path: String) throws -> any TableScorer {
    try scorer(decoding: ScorerArchive(SafetensorsFile(contentsOf: path)))
  }

  /// The scorer in an archive.
  public static func scorer(decoding archive: ScorerArchive) throws -> any TableScorer {
    guard let type = types.first(where: { $0.kind == archive.kind }) else {
      let known = types.map { $0.kind }.joined(separator: ", ")
      throw ModelFileError.unexpectedModel(found: archive.kind, expected: "a scorer of tables (\(known))")
    }
    return try type.init(decoding: archive)
  }
}
