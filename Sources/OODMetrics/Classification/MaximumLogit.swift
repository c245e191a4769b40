import GenModels

/// The largest logit (D. Hendrycks, S. Basart, M. Mazeika, A. Zou, J. Kwon, M. Mostajabi, J. Steinhardt and D. Song, 2022):
///
///     score(x) = −maxₖ zₖ(x).
///
/// Cost: one pass through the classifier.
public struct MaximumLogit: LogitScorer, UnfittedPostHocScorer {
  public static let kind = "maximum-logit"
  public static let summary = "the largest logit (Hendrycks et al. 2022)"
  public static let defaultSettings = EmptyConfiguration()

  public let classifier: AnyClassifier

  public init(_ classifier: some Classifier) { self.classifier = AnyClassifier(classifier) }

  public init(_ classifier: AnyClassifier, settings: EmptyConfiguration) { self.init(classifier) }

  public func score(checkedLogits logits: Tensor) -> [Double] { logits.mapRows { -Double($0.max()!) } }
}
