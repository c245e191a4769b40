import GenModels
import OODDetectors

extension ModelCatalogue {
  /// Every kind of model: those of `GenModels`, the detectors of tables of `OODDetectors`, and the scores of models and detectors with
  /// a threshold of this library.
  public static let standard = detectors.addingDetector().addingReconstruction().addingDensityScores()
    .addingEnsembles().addingTensorScores().addingPostHocScores()
    .addingOpenSetClassifiers().addingConfidence().addingEnergies()

  private func addingDetector() -> ModelCatalogue {
    adding(kind: Detector<ECOD>.kind) { archive in
      var archive = archive
      func load<Scorer: OODScorer & Model>(_: Scorer) throws -> any Model {
        try Detector<Scorer>(decoding: archive)
      }
      return try load(archive.load("scorer", as: (any OODScorer & Model).self, called: "a scorer"))
    }
  }

  private func addingReconstruction() -> ModelCatalogue {
    adding(kind: ReconstructionScorer<Sequential>.kind) { archive in
      var archive = archive
      func load<Oracle: ReconstructionOracle & Model>(_: Oracle) throws -> any Model {
        try ReconstructionScorer<Oracle>(decoding: archive)
      }
      return try load(
        archive.load(
          "oracle", as: (any ReconstructionOracle & Model).self, called: "a model that reconstructs"))
    }
    .adding(kind: MaskedReconstructionScorer<Sequential>.kind) { archive in
      var archive = archive
      func load<Oracle: ReconstructionOracle & Model>(_: Oracle) throws -> any Model {
        try MaskedReconstructionScorer<Oracle>(decoding: archive)
      }
      return try load(
        archive.load(
          "oracle", as: (any ReconstructionOracle & Model).self, called: "a model that reconstructs"))
    }
  }

  private func addingConfidence() -> ModelCatalogue {
    adding(kind: ReconstructionConfidence<DenoisingClassifier>.kind) { archive in
      var archive = archive
      func load<Oracle: DifferentiableReconstruction & Model>(_: Oracle) throws -> any Model {
        try ReconstructionConfidence<Oracle>(decoding: archive)
      }
      return try load(
        archive.load(
          "oracle", as: (any DifferentiableReconstruction & Model).self,
          called: "an autoencoder that can be differentiated"))
    }
    .adding(kind: ScaledClassifier<DenoisingClassifier>.kind) { archive in
      // The classifier is a part of the confidence.
      let classifier = try archive.part("confidence").part("oracle").model()
      guard let classifier = classifier as? any ReconstructingClassifier & Model else {
        throw ModelFileError.unexpectedModel(
          found: type(of: classifier).kind, expected: "a classifier that reconstructs")
      }
      func load<Base: ReconstructingClassifier & Model>(_: Base) throws -> any Model {
        try ScaledClassifier<Base>(decoding: archive)
      }
      return try load(classifier)
    }
  }

  /// Scores of any one density.
  private func addingDensityScores() -> ModelCatalogue {
    [LogDensityScorer<Flow>.kind, Typicality<Flow>.kind, ComplexityCorrection<Flow>.kind].reduce(self) {
      catalogue, kind in
      catalogue.adding(kind: kind) { archive in
        var archive = archive
        func load<Density: DensityModel & Model>(_: Density) throws -> any Model {
          switch kind {
          case Typicality<Density>.kind: try Typicality<Density>(decoding: archive)
          case ComplexityCorrection<Density>.kind: try ComplexityCorrection<Density>(decoding: archive)
          default: try LogDensityScorer<Density>(decoding: archive)
          }
        }
        return try load(archive.loadDensity("model"))
      }
    }
  }

  /// Scores of several densities of the same examples.
  private func addingEnsembles() -> ModelCatalogue {
    adding(kind: LikelihoodRatio<Flow, Flow>.kind) { archive in
      var archive = archive
      func load<Density: DensityModel & Model>(_: Density) throws -> any Model {
        func load<Background: DensityModel & Model>(_: Background) throws -> any Model
        where Background.Examples == Density.Examples {
          try LikelihoodRatio<Density, Background>(decoding: archive)
        }
        return try load(
          archive.load(
            "background", as: (any DensityModel<Density.Examples> & Model).self,
            called: "a density of the same examples as the model"))
      }
      return try load(archive.loadDensity("model"))
    }
    .adding(kind: PosteriorChange<Flow>.kind) { archive in
      var archive = archive
      let members = try archive.loadMembers()
      func load<Density: DensityModel & Model>(_: Density) throws -> any Model {
        members.allSatisfy { $0 is Density }
          ? try PosteriorChange<Density>(decoding: archive)
          : try PosteriorChange<AnyDensityModel<Density.Examples>>(decoding: archive)
      }
      return try load(members[0])
    }
    .adding(LikelihoodRegret.self)
    .adding(kind: WAIC<Flow>.kind) { archive in
      var archive = archive
      let members = try archive.loadMembers()
      func load<Density: DensityModel & Model>(_: Density) throws -> any Model {
        members.allSatisfy { $0 is Density }
          ? try WAIC<Density>(decoding: archive)
          : try WAIC<AnyDensityModel<Density.Examples>>(decoding: archive)
      }
      return try load(members[0])
    }
  }

  /// Scores that differentiate a density, or ask it as in training.
  private func addingTensorScores() -> ModelCatalogue {
    adding(kind: GradientNorm<Flow>.kind) { archive in
      var archive = archive
      func load<Density: DifferentiableDensity & Model>(_: Density) throws -> any Model {
        try GradientNorm<Density>(decoding: archive)
      }
      return try load(
        archive.load(
          "model", as: (any DifferentiableDensity & Model).self, called: "a differentiable density"))
    }
    .adding(kind: BatchNormShift<Flow>.kind) { archive in
      var archive = archive
      func load<Density: BatchNormalizedDensity & Model>(_: Density) throws -> any Model {
        try BatchNormShift<Density>(decoding: archive)
      }
      return try load(
        archive.load(
          "model", as: (any BatchNormalizedDensity & Model).self, called: "a density with batch normalization"
        ))
    }
  }

  /// Scores of models that know a density up to a constant.
  private func addingEnergies() -> ModelCatalogue {
    adding(kind: UnnormalizedEnergyScorer<EnergyModel>.kind) { archive in
      var archive = archive
      func load<Energy: UnnormalizedEnergy & Model>(_: Energy) throws -> any Model {
        try UnnormalizedEnergyScorer<Energy>(decoding: archive)
      }
      return try load(
        archive.load("model", as: (any UnnormalizedEnergy & Model).self, called: "an energy"))
    }
    .adding(kind: ScoreFunctionNorm<EnergyModel>.kind) { archive in
      var archive = archive
      func load<Function: ScoreFunction & Model>(_: Function) throws -> any Model {
        try ScoreFunctionNorm<Function>(decoding: archive)
      }
      return try load(
        archive.load(
          "model", as: (any ScoreFunction & Model).self, called: "a model that knows the slope of ln p"))
    }
  }

  /// Scores of any trained classifier.
  private func addingPostHocScores() -> ModelCatalogue {
    adding(MaximumSoftmaxProbability.self).adding(PredictiveEntropy.self).adding(MaximumLogit.self)
      .adding(EnergyScore.self).adding(TemperatureScaling.self).adding(ODIN.self)
      .adding(FeatureMahalanobis.self).adding(RelativeMahalanobis.self).adding(FeatureNeighbours.self)
      .adding(KLMatching.self).adding(ViM.self).adding(ReAct.self).adding(DICE.self).adding(ASH.self)
      .adding(SHE.self).adding(GradNorm.self).adding(EnsembleDisagreement.self)
  }

  /// Classifiers of anything that may say "unknown".
  private func addingOpenSetClassifiers() -> ModelCatalogue {
    adding(ThresholdedSoftmax.self).adding(OpenMax.self).adding(COOL.self)
  }
}

extension ModelArchive {
  fileprivate mutating func loadDensity(_ name: String) throws -> any DensityModel & Model {
    try load(name, as: (any DensityModel & Model).self, called: "a density model")
  }

  /// The members of an ensemble, at least one.
  fileprivate mutating func loadMembers() throws -> [any DensityModel & Model] {
    let names = try WAICConfiguration.memberNames(in: self)
    guard !names.isEmpty else { throw ModelFileError.malformed(reason: "an ensemble has no member") }
    return try names.map { try loadDensity($0) }
  }
}
