import GenModels

/// ODIN (S. Liang, Y. Li and R. Srikant, 2018): the largest probability at a high temperature, after a small step that makes the
/// predicted class more probable, which it does more for known examples:
///
///     x̃ = x − ε sign(−∂ ln softmax(z(x) / T)[ŷ] / ∂x),   score(x) = −maxₖ softmax(z(x̃) / T)ₖ.
///
/// T = 1000 and ε = 0.0014, in units of the examples, as the paper found for CIFAR-10. Cost: two passes through the classifier and
/// one backward.
public struct ODIN: UnfittedPostHocScorer {
  public static let kind = "odin"
  public static let summary = "temperature and a step towards the prediction (Liang et al. 2018)"
  public static let defaultSettings = Settings()

  public struct Settings: Codable, Hashable, Sendable {
    /// T, above 0.
    public var temperature: Double
    /// ε, at least 0.
    public var epsilon: Double

    public init(temperature: Double = 1000, epsilon: Double = 0.0014) {
      self.temperature = temperature
      self.epsilon = epsilon
    }
  }

  public let classifier: AnyClassifier
  public let configuration: Settings
  private let differentiable: any DifferentiableClassifier

  /// Examples that are differentiated together. It bounds the memory and changes no score.
  private static let batchSize = 64

  /// - Throws: `ClassifierScoreError` for settings out of range.
  public init(
    _ classifier: some DifferentiableClassifier, temperature: Double = 1000, epsilon: Double = 0.0014
  ) throws {
    try self.init(
      AnyClassifier(classifier), settings: Settings(temperature: temperature, epsilon: epsilon))
  }

  public init(_ classifier: AnyClassifier, settings: Settings) throws {
    try requirePositive(settings.temperature, "temperature")
    guard settings.epsilon >= 0, settings.epsilon.isFinite else {
      throw ClassifierScoreError.invalidSetting(
        name: "epsilon", value: "\(settings.epsilon)", expected: "at least 0 and finite")
    }
    guard let differentiable = classifier.differentiable else {
      throw ClassifierScoreError.notDifferentiable(score: Self.kind)
    }
    self.classifier = classifier
    self.differentiable = differentiable
    configuration = settings
  }

  /// x̃ of each example.
  public func perturbed(_ x: Tensor) throws -> Tensor {
    try check(x)
    return try perturbed(checked: x)
  }

  private func perturbed(checked x: Tensor) throws -> Tensor {
    let inverse = Float(1 / configuration.temperature)
    let labels = try classifier.finiteLogits(x).positionOfMaximum(axis: 1)
    // Examples don't touch each other, so the gradient of the sum holds each one's own.
    let slope = gradient(at: x) { variable in
      (differentiable.recordedLogits(variable) * inverse).crossEntropy(labels: labels).sum()
    }
    return x - slope.sign() * Float(configuration.epsilon)
  }

  public func score(checked x: Tensor) throws -> [Double] {
    let baseline = try MaximumSoftmaxProbability(classifier, temperature: configuration.temperature)
    var scores: [Double] = []
    scores.reserveCapacity(x.shape[0])
    for start in stride(from: 0, to: x.shape[0], by: Self.batchSize) {
      let batch = x.sliced(axis: 0, start..<min(x.shape[0], start + Self.batchSize))
      do {
        scores += baseline.score(checkedLogits: try classifier.finiteLogits(perturbed(checked: batch)))
      } catch ExampleError.overflow(let example) {
        throw ExampleError.overflow(example: start + example)
      }
    }
    return scores
  }
}
