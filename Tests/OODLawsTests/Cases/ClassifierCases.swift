import GenModels
import OODDetectors
import OODLaws
import OODMetrics

/// Scores of classifiers, and classifiers that may say "unknown".
enum ClassifierCases {
  static let all = logitScores + fittedScores + openSet + supportVectors

  /// Three clouds about the corners of a triangle, with their labels.
  static func clouds(_ count: Int, spread: Float, seed: UInt64) -> (x: Tensor, labels: Indexes) {
    var random = RandomGenerator(seed: seed)
    let noise = random.normal([count, 2]) * spread
    let corners: [(Float, Float)] = [(0, 3), (3, -2), (-3, -2)]
    let labels = (0..<count).map { $0 % 3 }
    let x = Tensor(
      labels.enumerated().flatMap { [noise[$0, 0] + corners[$1].0, noise[$0, 1] + corners[$1].1] },
      shape: [count, 2])
    return (x, Indexes(labels))
  }

  static func classifier(seed: UInt64 = 1) throws -> ImageClassifier {
    let (x, labels) = clouds(240, spread: 1, seed: 2)
    let network = Sequential(
      [.dense(units: 12, activation: .relu), .dense(units: 3)], exampleShape: [2], seed: seed)
    let trainer = Trainer(optimizer: Adam(learningRate: 1e-2), epochs: 8, batchSize: 40, seed: seed)
    return try trainer.train(
      ImageClassifier(network), on: TrainingSet(x, labels: labels),
      loss: { model, batch, scope in
        model.network(scope.constant(batch.inputs), scope.context).crossEntropy(labels: batch.labels!).mean()
      }
    ).model
  }

  private static let training = clouds(150, spread: 1, seed: 3)
  private static let fresh = clouds(45, spread: 1, seed: 4).x

  private static func tensors(
    _ name: String, kind: String, seesFarPoints: Bool = false,
    make: @escaping @Sendable (ImageClassifier) throws -> any Model
  ) -> ModelLawCase {
    ModelLawCase(
      name, kind: kind, inliers: fresh, outliers: seesFarPoints ? LawData.farPoints : nil
    ) { try make(classifier()) }
  }

  private static let logitScores: [ModelLawCase] = [
    tensors("maximum-softmax-probability", kind: MaximumSoftmaxProbability.kind) {
      try MaximumSoftmaxProbability($0)
    },
    tensors("predictive-entropy", kind: PredictiveEntropy.kind) { PredictiveEntropy($0) },
    tensors("maximum-logit", kind: MaximumLogit.kind) { MaximumLogit($0) },
    tensors("energy", kind: EnergyScore.kind) { try EnergyScore($0, temperature: 2) },
    tensors("odin", kind: ODIN.kind) { try ODIN($0, temperature: 10, epsilon: 0.05) },
    tensors("ash, scaled", kind: ASH.kind) { try ASH($0, percentile: 0.5) },
    tensors("ash, binary", kind: ASH.kind) { try ASH($0, variant: .binarize, percentile: 0.5) },
    tensors("ash, pruned", kind: ASH.kind) { try ASH($0, variant: .prune, percentile: 0.5) },
    tensors("grad-norm", kind: GradNorm.kind) { try GradNorm($0) },
    tensors("ensemble-disagreement", kind: EnsembleDisagreement.kind) {
      try EnsembleDisagreement([$0, classifier(seed: 2)])
    },
  ]

  private static let fittedScores: [ModelLawCase] = [
    tensors("temperature-scaling", kind: TemperatureScaling.kind) {
      try TemperatureScaling($0, heldOut: training.x, labels: training.labels)
    },
    tensors("feature-mahalanobis", kind: FeatureMahalanobis.kind, seesFarPoints: true) {
      try FeatureMahalanobis($0, fitting: training.x, labels: training.labels)
    },
    tensors("relative-mahalanobis", kind: RelativeMahalanobis.kind) {
      try RelativeMahalanobis($0, fitting: training.x, labels: training.labels)
    },
    tensors("feature-neighbours", kind: FeatureNeighbours.kind) {
      try FeatureNeighbours($0, fitting: training.x, neighbours: 5)
    },
    tensors("feature-neighbours, not normalized", kind: FeatureNeighbours.kind, seesFarPoints: true) {
      try FeatureNeighbours($0, fitting: training.x, neighbours: 5, normalizes: false)
    },
    tensors("kl-matching", kind: KLMatching.kind) { try KLMatching($0, fitting: training.x) },
    tensors("vim", kind: ViM.kind) { try ViM($0, fitting: training.x, dimensions: 1) },
    tensors("react", kind: ReAct.kind) { try ReAct($0, fitting: training.x) },
    tensors("dice", kind: DICE.kind) { try DICE($0, fitting: training.x, sparsity: 0.5) },
    tensors("she", kind: SHE.kind) { try SHE($0, fitting: training.x, labels: training.labels) },
  ]

  private static let table = (x: Matrix(training.x), labels: training.labels)
  private static let freshTable = Matrix(fresh)
  private static let farRows = Matrix(LawData.farPoints)

  private static func tables(
    _ name: String, kind: String, seesFarPoints: Bool = false, leastDistinctShare: Double = 0.3,
    otherAnswers: @escaping @Sendable (any Model) throws -> [Double] = { _ in [] },
    make: @escaping @Sendable (Matrix, Indexes) throws -> any Model
  ) -> ModelLawCase {
    var expectations = LawExpectations()
    expectations.leastDistinctShare = leastDistinctShare
    return ModelLawCase(
      name, kind: kind, inliers: freshTable, outliers: seesFarPoints ? farRows : nil,
      expectations: expectations, otherAnswers: otherAnswers
    ) { try make(table.x, table.labels) }
  }

  private static let openSet: [ModelLawCase] = [
    tensors("thresholded-softmax", kind: ThresholdedSoftmax.kind) { try ThresholdedSoftmax($0) },
    tensors("openmax", kind: OpenMax.kind) {
      try OpenMax($0, fitting: training.x, labels: training.labels)
    },
    tensors("cool", kind: COOL.kind) { try COOL($0, overcompleteness: 3) },
    tables("classwise-one-class-svm", kind: ClasswiseOneClassSVM.kind, seesFarPoints: true) {
      try ClasswiseOneClassSVM(fitting: $0, labels: $1)
    },
    tables("neighbour-confidence", kind: NeighbourConfidence.kind) {
      try NeighbourConfidence(fitting: $0, labels: $1, neighbours: 60)
    },
    tables("one-versus-set-machine", kind: OneVersusSetMachine.kind, seesFarPoints: true) {
      try OneVersusSetMachine(fitting: $0, labels: $1)
    },
    // Its score is at most 1, which some known rows reach too.
    tables("weibull-svm", kind: WeibullSVM.kind) {
      try WeibullSVM(fitting: $0, labels: $1)
    },
  ]

  private static let supportVectors: [ModelLawCase] = [
    tables(
      "support-vector-machine", kind: SupportVectorMachine.kind,
      otherAnswers: { try ($0 as? SupportVectorMachine)?.decisionValues(freshTable) ?? [] }
    ) { x, labels in
      try SupportVectorMachine(fitting: x, isPositive: labels.elements.map { $0 == 0 })
    },
    tables(
      "support-vector-classifier", kind: SupportVectorClassifier.kind,
      otherAnswers: { try ($0 as? SupportVectorClassifier)?.decisionValues(freshTable).elements ?? [] }
    ) { try SupportVectorClassifier(fitting: $0, labels: $1, kernel: .linear) },
  ]
}
