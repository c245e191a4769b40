import GenModels
import OODMetrics

/// The laws of a model: those of every capability that it has, and those of its file.
///
/// ```swift
/// let catalogue = ModelCatalogue.standard.adding(MyScorer.self)
/// let violations = ModelLaws.violations(of: lawCase, catalogue: catalogue)
/// ```
public enum ModelLaws {
  /// - Parameters:
  ///   - lawCase: The model and its examples.
  ///   - catalogue: Loads the model's file.
  public static func violations(of lawCase: ModelLawCase, catalogue: ModelCatalogue) -> [LawViolation] {
    func run<Examples: LawExamples>(_ inliers: Examples) -> [LawViolation] {
      var findings = Findings()
      findings.attempt("model: is made", tried: "the case's own code") { findings in
        let model = try lawCase.make()
        let trial = ModelTrial(
          model: model, inliers: inliers, outliers: lawCase.outliers as? Examples, lawCase)
        findings.add(trial.capabilities())
        findings.add(threads(of: lawCase))
        findings.add(FileLaws.violations(of: model, on: inliers, lawCase, catalogue: catalogue))
      }
      return findings.violations.map { $0.of(lawCase.name) }
    }
    return run(lawCase.inliers)
  }

  /// A model is made to the same bits on any number of threads.
  private static func threads(of lawCase: ModelLawCase) -> [LawViolation] {
    var findings = Findings()
    let law = "model: made the same on any number of threads"
    findings.attempt(law, tried: "one thread and five") { findings in
      let one = try Parallelism.withThreads(1) { try lawCase.make().safetensors().bytes() }
      let five = try Parallelism.withThreads(5) { try lawCase.make().safetensors().bytes() }
      findings.require(
        one == five, law, tried: "one thread and five", found: "another file", expected: "the same bytes")
    }
    return findings.violations
  }

  /// Which kinds a catalogue knows that no case is one of.
  ///
  /// - Parameters:
  ///   - catalogue: The kinds that must be under the laws.
  ///   - kinds: The kinds of all cases.
  public static func uncovered(kindsOf catalogue: ModelCatalogue, by kinds: [String]) -> [LawViolation] {
    Set(catalogue.kinds).subtracting(kinds).sorted().map { kind in
      LawViolation(
        law: "catalogue: every kind is under the laws", tried: "the kind \(kind)", found: "no law case",
        expected: "one")
    }
  }

  /// Which blocks of a family a catalogue knows that no case is one of.
  public static func uncovered(
    blocksOf family: BlockFamily, in catalogue: ModelCatalogue, by names: [String]
  ) -> [LawViolation] {
    Set(catalogue.blocks(family).keys).subtracting(names).sorted().map { name in
      LawViolation(
        law: "catalogue: every block is under the laws", tried: "the \(family) \(name)",
        found: "no law case", expected: "one")
    }
  }
}

/// A model and its examples, of one batch type.
private struct ModelTrial<Examples: LawExamples> {
  let model: any Model
  let inliers: Examples
  let outliers: Examples?
  let lawCase: ModelLawCase
  var expectations: LawExpectations { lawCase.expectations }

  init(model: any Model, inliers: Examples, outliers: Examples?, _ lawCase: ModelLawCase) {
    self.model = model
    self.inliers = inliers
    self.outliers = outliers
    self.lawCase = lawCase
  }

  /// The laws of the capabilities that the model has.
  func capabilities() -> [LawViolation] {
    var violations = scorers() + densities()
    if let sampler = model as? any Sampler<Examples> { violations += samples(of: sampler) }
    if let bound = model as? any DensityBound<Examples> { violations += laws(bound) }
    if let energy = model as? any UnnormalizedEnergy<Examples> { violations += laws(energy) }
    if let x = inliers as? Tensor { violations += networks(x) }
    if let x = inliers as? Matrix, let type = type(of: model) as? any TableFitted.Type {
      violations += laws(fitting: type, x)
    }
    return violations
  }

  private func scorers() -> [LawViolation] {
    var violations: [LawViolation] = []
    if let scorer = model as? any OODScorer<Examples> { violations += laws(scorer) }
    if let scorer = model as? any ExplainableScorer<Examples> { violations += laws(explanationsOf: scorer) }
    if let detector = model as? any OODDetector<Examples> { violations += laws(detector) }
    if let classifier = model as? any OpenSetClassifier<Examples> { violations += laws(classifier) }
    return violations
  }

  private func densities() -> [LawViolation] {
    var violations: [LawViolation] = []
    if let density = model as? any DensityModel<Examples> { violations += laws(density) }
    if let density = model as? any ClassConditionalDensity<Examples> {
      violations += laws(classesOf: density)
    }
    if let density = model as? any ContextConditionalDensity<Examples>, let context = lawCase.context {
      violations += laws(density, context)
    }
    return violations
  }

  private func networks(_ x: Tensor) -> [LawViolation] {
    var violations: [LawViolation] = []
    if let oracle = model as? any ReconstructionOracle {
      violations += ReconstructionOracleLaws.violations(of: oracle, examples: x, expecting: expectations)
    }
    if let classifier = model as? any Classifier {
      violations += ClassifierLaws.violations(of: classifier, examples: x, expecting: expectations)
    }
    if let density = model as? any DifferentiableDensity {
      violations += DifferentiableDensityLaws.violations(of: density, examples: x)
    }
    if let energy = model as? any DifferentiableEnergy {
      violations += DifferentiableEnergyLaws.violations(of: energy, examples: x)
    }
    if let function = model as? any ScoreFunction {
      violations += ScoreFunctionLaws.violations(of: function, examples: x, expecting: expectations)
    }
    if let density = model as? any BatchNormalizedDensity {
      violations += BatchNormalizedDensityLaws.violations(of: density, examples: x)
    }
    return violations
  }
}

// Each opens one capability.
extension ModelTrial {
  private func laws<Fitted: TableFitted>(fitting type: Fitted.Type, _ table: Matrix) -> [LawViolation] {
    TableFittedLaws.violations(of: type, on: table)
  }

  private func laws<Scorer: OODScorer>(_ scorer: Scorer) -> [LawViolation] where Scorer.Examples == Examples {
    ScorerLaws.violations(of: scorer, inliers: inliers, outliers: outliers, expecting: expectations)
  }

  private func laws<Scorer: ExplainableScorer>(explanationsOf scorer: Scorer) -> [LawViolation]
  where Scorer.Examples == Examples {
    ExplainableScorerLaws.violations(of: scorer, on: inliers, expecting: expectations)
  }

  private func laws<Model: OODDetector>(_ detector: Model) -> [LawViolation]
  where Model.Examples == Examples { DetectorLaws.violations(of: detector, examples: inliers) }

  private func laws<Model: OpenSetClassifier>(_ classifier: Model) -> [LawViolation]
  where Model.Examples == Examples {
    OpenSetClassifierLaws.violations(of: classifier, examples: inliers, expecting: expectations)
  }

  private func laws<Density: DensityModel>(_ density: Density) -> [LawViolation]
  where Density.Examples == Examples {
    DensityLaws.violations(of: density, examples: inliers, outliers: outliers, expecting: expectations)
  }

  private func laws<Density: ClassConditionalDensity>(classesOf density: Density) -> [LawViolation]
  where Density.Examples == Examples {
    ClassConditionalDensityLaws.violations(of: density, examples: inliers, expecting: expectations)
  }

  private func laws<Density: ContextConditionalDensity>(
    _ density: Density, _ context: Tensor
  ) -> [LawViolation] where Density.Examples == Examples {
    ContextConditionalDensityLaws.violations(
      of: density, examples: inliers, context: context, expecting: expectations)
  }

  private func samples<Model: Sampler>(of model: Model) -> [LawViolation] where Model.Examples == Examples {
    SamplerLaws.violations(of: model)
  }

  private func laws<Model: DensityBound>(_ model: Model) -> [LawViolation] where Model.Examples == Examples {
    DensityBoundLaws.violations(of: model, examples: inliers, expecting: expectations)
  }

  private func laws<Model: UnnormalizedEnergy>(_ model: Model) -> [LawViolation]
  where Model.Examples == Examples {
    UnnormalizedEnergyLaws.violations(
      of: model, examples: inliers, outliers: outliers, expecting: expectations)
  }
}
