import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A classifier whose logits are divided by a temperature that makes its probabilities fit held-out examples
/// (C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, 2017):
///
///     T = argmin −(1/N) Σₙ ln softmax(z(xₙ) / T)[yₙ],   score(x) = −maxₖ softmax(z(x) / T)ₖ.
///
/// It is a classifier with the same labels and calibrated probabilities, and a scorer by the largest of these.
///
/// ```swift
/// let calibrated = try TemperatureScaling(classifier, heldOut: images, labels: labels)
/// try calibrated.probabilities(new)
/// ```
///
/// The examples must be none that the classifier was trained on. T is the minimum within 0.01...100, to 10⁻¹⁰: at a limit where the
/// held-out examples set none, as when all are classified rightly by any margin. Cost: one pass through the classifier.
public struct TemperatureScaling: LogitScorer, Classifier {
  public static let kind = "temperature-scaling"
  public static let summary = "the largest calibrated probability (Guo et al. 2017)"
  public static let defaultSettings = EmptyConfiguration()
  public static let fitting = PostHocFitting.labelledExamples

  /// Where T is looked for.
  public static let temperatures = 0.01...100.0

  /// The classifier before scaling.
  public let classifier: AnyClassifier
  /// T.
  public let temperature: Double

  /// Calibrates a classifier.
  /// - Throws: `ExampleError` for examples of another shape and labels that are no classes; `ClassifierScoreError.tooFew` for none.
  public init(_ classifier: some Classifier, heldOut x: Tensor, labels: Indexes) throws {
    self.classifier = AnyClassifier(classifier)
    try classifier.check(x)
    try labels.requireLabels(classes: classifier.classCount, examples: x.exampleCount)
    guard x.exampleCount > 0 else {
      throw ClassifierScoreError.tooFew(what: "held-out examples", found: 0, needed: 1)
    }
    temperature = Self.temperature(of: try self.classifier.finiteLogits(x), labels: labels.elements)
  }

  public static func fitted(
    to classifier: AnyClassifier, settings: EmptyConfiguration, examples: Tensor?, labels: Indexes?
  ) throws -> TemperatureScaling {
    try TemperatureScaling(classifier, heldOut: required(examples), labels: required(labels))
  }

  /// The mean negative log-likelihood of labels at a temperature, in nats.
  static func negativeLogLikelihood(of logits: Tensor, labels: [Int], temperature: Double) -> Double {
    var number = 0
    let terms = logits.mapRows { row in
      defer { number += 1 }
      return -LogitRow(row, temperature: temperature).logProbabilities[labels[number]]
    }
    return terms.reduce(0, +) / Double(max(1, terms.count))
  }

  /// The likelihood is concave in 1/T: its slope by 1/T is bisected, on a logarithmic scale.
  private static func temperature(of logits: Tensor, labels: [Int]) -> Double {
    func slope(_ temperature: Double) -> Double {
      var number = 0
      return logits.mapRows { row in
        defer { number += 1 }
        let probabilities = LogitRow(row, temperature: temperature).probabilities
        // E[z] − z of the label, from differences, so that a constant of all logits counts nothing.
        return zip(row, probabilities).reduce(0.0) {
          $0 + (Double($1.0) - Double(row[labels[number]])) * $1.1
        }
      }.reduce(0, +)
    }
    var (low, high) = (log(temperatures.lowerBound), log(temperatures.upperBound))
    while high - low > 1e-10 {
      let middle = (low + high) / 2
      // Above 0: sharper probabilities are worse, so T is larger.
      if slope(exp(middle)) > 0 { low = middle } else { high = middle }
    }
    return exp((low + high) / 2)
  }

  public func score(checkedLogits logits: Tensor) -> [Double] {
    logits.mapRows { -exp(LogitRow($0, temperature: temperature).logProbabilities.max()!) }
  }

  public var classCount: Int { classifier.classCount }

  public func logits(checked x: Tensor) throws -> Tensor {
    try classifier.logits(checked: x) / Float(temperature)
  }

  public func features(checked x: Tensor) throws -> Tensor { try classifier.features(checked: x) }

  /// The classifier's last layer, divided by T.
  public var linearHead: LinearHead? {
    classifier.linearHead.map {
      LinearHead(weight: $0.weight / Float(temperature), bias: $0.bias / Float(temperature))
    }
  }

  public var configuration: EmptyConfiguration { EmptyConfiguration() }

  public func encode(to archive: inout ModelArchive) throws {
    archive["temperature"] = .float64([temperature], shape: [1])
    try archive.setPart("classifier", classifier)
  }

  public init(from archive: ModelArchive) throws {
    classifier = try archive.part("classifier", as: AnyClassifier.self)
    temperature = try archive.positiveDoubles("temperature", shape: [1])[0]
  }
}
