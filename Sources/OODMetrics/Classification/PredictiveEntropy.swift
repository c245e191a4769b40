import GenModels

/// The entropy of the classes' probabilities (C. E. Shannon, 1948; as a score R. Chan, M. Rottmann and H. Gottschalk, 2021):
///
///     score(x) = −Σₖ pₖ ln pₖ,   p = softmax(z(x)),   in nats, from 0 to ln(classes).
///
/// With one class it is 0 everywhere. Cost: one pass through the classifier.
public struct PredictiveEntropy: LogitScorer, UnfittedPostHocScorer {
  public static let kind = "predictive-entropy"
  public static let summary = "entropy of the probabilities (Shannon 1948)"
  public static let defaultSettings = EmptyConfiguration()

  public let classifier: AnyClassifier

  public init(_ classifier: some Classifier) { self.classifier = AnyClassifier(classifier) }

  public init(_ classifier: AnyClassifier, settings: EmptyConfiguration) { self.init(classifier) }

  public func score(checkedLogits logits: Tensor) -> [Double] {
    logits.mapRows { LogitRow.entropy(LogitRow($0).probabilities) }
  }
}
