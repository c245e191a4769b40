import GenModels

extension ModelCatalogue {
  /// The kinds of this library, the classical detectors of tables, and those of `GenModels`.
  public static let detectors = generative.addingFeatureDetectors().addingDistanceDetectors()
    .addingSupportVectors().addingPrepared().addingParts()

  /// Methods that look at features, projections or random splits.
  private func addingFeatureDetectors() -> ModelCatalogue {
    adding(ThreeSigmaDetector.self).adding(MedianDeviationDetector.self).adding(HBOS.self).adding(ECOD.self)
      .adding(COPOD.self).adding(LODA.self).adding(IsolationForest.self).adding(ExtendedIsolationForest.self)
      .adding(MixedIsolationForest.self)
      .adding(PrincipalComponentDetector.self)
  }

  /// Methods that look at distances and densities.
  private func addingDistanceDetectors() -> ModelCatalogue {
    adding(NearestNeighbours.self).adding(NeighbourGraphIndegree.self).adding(LocalOutlierFactor.self)
      .adding(ClusterScorer.self).adding(Mahalanobis.self).adding(OneClassSVM.self)
  }

  /// Support vector machines, and classifiers of tables that may say "unknown".
  private func addingSupportVectors() -> ModelCatalogue {
    adding(SupportVectorMachine.self).adding(SupportVectorClassifier.self).adding(ClasswiseOneClassSVM.self)
      .adding(NeighbourConfidence.self).adding(OneVersusSetMachine.self).adding(WeibullSVM.self)
  }

  /// Scorers of any table with their preparation, and with what fills its gaps.
  private func addingPrepared() -> ModelCatalogue {
    adding(kind: ImputedScorer<ECOD>.kind) { archive in
      var archive = archive
      func load<Base: TableScorer>(_: Base) throws -> any Model {
        try ImputedScorer<Base>(decoding: archive)
      }
      return try load(archive.load("scorer", as: (any TableScorer).self, called: "a scorer of tables"))
    }
    .adding(kind: PreparedScorer<ECOD>.kind) { archive in
      var archive = archive
      func load<Base: TableScorer>(_: Base) throws -> any Model {
        try PreparedScorer<Base>(decoding: archive)
      }
      return try load(archive.load("scorer", as: (any TableScorer).self, called: "a scorer of tables"))
    }
  }

  /// Parts of detectors, and of first passes, of any method whose type the catalogue that a file is read with knows.
  private func addingParts() -> ModelCatalogue {
    adding(kind: DetectorPart<HBOS>.kind) { archive in
      func load<Base: MergeableDetector>(_: Base.Type) throws -> any Model {
        try DetectorPart<Base>(decoding: archive)
      }
      let method = try archive.configuration(as: PartMethod.self).method
      guard let type = archive.catalogue.types[method] as? any MergeableDetector.Type else {
        throw ModelFileError.unexpectedModel(
          found: "detector-part of \(method)", expected: "a part of a method that merges")
      }
      return try load(type)
    }
    .adding(kind: HistogramRanges<HBOS>.kind) { archive in
      func load<Base: RangedDetector>(_: Base.Type) throws -> any Model {
        try HistogramRanges<Base>(decoding: archive)
      }
      let method = try archive.configuration(as: PartMethod.self).method
      guard let type = archive.catalogue.types[method] as? any RangedDetector.Type else {
        throw ModelFileError.unexpectedModel(
          found: "histogram-ranges of \(method)", expected: "ranges of a method with histograms")
      }
      return try load(type)
    }
  }
}
