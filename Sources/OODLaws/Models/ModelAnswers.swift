import GenModels

/// What a model answers, to the bit, by every capability that it has: what a loaded model must have in common with the saved one.
struct ModelAnswers: Equatable {
  /// The bits of an answer, or the error in its place.
  private enum Answer: Equatable {
    case bits([UInt64])
    case error(String)
  }

  private var answers: [String: Answer] = [:]

  /// The names of the answers.
  var names: [String] { answers.keys.sorted() }

  /// The names of answers that another model gives otherwise, or does not give.
  func differences(from other: ModelAnswers) -> [String] {
    Set(answers.keys).union(other.answers.keys).filter { answers[$0] != other.answers[$0] }.sorted()
  }

  /// Asks a model everything.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - examples: Examples of the model.
  ///   - lawCase: What else it is asked.
  init<Examples: LawExamples>(of model: any Model, on examples: Examples, _ lawCase: ModelLawCase) {
    if let scorer = model as? any OODScorer<Examples> { add(scorer, examples) }
    if let scorer = model as? any ExplainableScorer<Examples> { add(explanations: scorer, examples) }
    if let density = model as? any DensityModel<Examples> {
      add("log-density") { try density.logDensity(examples) }
    }
    if let density = model as? any ClassConditionalDensity<Examples>, let classes = density.classCount {
      let labels = Indexes((0..<examples.exampleCount).map { $0 % classes })
      add("log-density by class") { try density.logDensity(examples, labels: labels) }
    }
    if let density = model as? any ContextConditionalDensity<Examples>, let context = lawCase.context {
      add("log-density by context") { try density.logDensity(examples, context: context) }
    }
    if let bound = model as? any DensityBound<Examples> {
      add("bound") { try bound.logDensityBound(examples, samples: 2, seed: 5) }
    }
    if let energy = model as? any UnnormalizedEnergy<Examples> {
      add("energy") { try energy.energy(examples) }
    }
    if let classifier = model as? any OpenSetClassifier<Examples> { add(decisions: classifier, examples) }
    if let sampler = model as? any Sampler<Examples> { add(samples: sampler) }
    if let x = examples as? Tensor {
      if let function = model as? any ScoreFunction {
        add("log-density's slope") { try function.logDensityGradient(x).numbers }
      }
      if let sampler = model as? any ChainSampler {
        add("chains") {
          var random = RandomGenerator(seed: 6)
          return try sampler.sample(count: 3, by: nil, using: &random).numbers
        }
      }
      if let oracle = model as? any ReconstructionOracle {
        add("reconstruction") { try oracle.reconstruct(x).numbers }
      }
      if let classifier = model as? any Classifier {
        add("logits") { try classifier.logits(x).numbers }
        add("features") { try classifier.features(x).numbers }
      }
    }
    add("other answers") { try lawCase.otherAnswers(model) }
    if answers["other answers"] == .bits([]) { answers["other answers"] = nil }
  }

  private mutating func add(_ name: String, _ answer: () throws -> [Double]) {
    do { answers[name] = .bits(try answer().map(\.bitPattern)) } catch { answers[name] = .error("\(error)") }
  }

  private mutating func add<Scorer: OODScorer>(_ scorer: Scorer, _ examples: Scorer.Examples) {
    add("score") { try scorer.score(examples) }
  }

  private mutating func add<Scorer: ExplainableScorer>(
    explanations scorer: Scorer, _ examples: Scorer.Examples
  ) where Scorer.Examples: LawExamples {
    add("contributions") { try scorer.contributions(examples).numbers }
  }

  private mutating func add<Model: OpenSetClassifier>(decisions model: Model, _ examples: Model.Examples) {
    add("decisions") {
      try model.decide(examples).flatMap { [Double($0.label ?? -1), Double($0.nearestClass), $0.score] }
    }
  }

  private mutating func add<Model: Sampler>(samples model: Model) where Model.Examples: LawExamples {
    add("samples") {
      var random = RandomGenerator(seed: 6)
      return model.sample(count: 5, using: &random).numbers
    }
  }
}
