/// A classifier that may say "unknown": it answers each example with a class or with none, and with a score of how unknown it is.
///
/// ```swift
/// for decision in try classifier.decide(images) {
///   print(decision.label.map { "class \($0)" } ?? "unknown", decision.score)
/// }
/// ```
///
/// As every scorer, it scores higher what is less known. From which score on it says "unknown" is its own business, and may depend
/// on more than the score.
public protocol OpenSetClassifier<Examples>: OODScorer {
  // Declared again, so that it follows from what a conforming type writes.
  associatedtype Examples

  /// Number of known classes, numbered from 0.
  var classCount: Int { get }

  /// The decision about each example; it depends on that example alone. The examples are checked: this is what `decide(_:)` calls.
  func decide(checked x: Examples) throws -> [OpenSetDecision]
}

/// What an open-set classifier says of an example.
public struct OpenSetDecision: Sendable, Hashable {
  /// The class; nil for "unknown".
  public let label: Int?
  /// The known class that the example is most like, also where it is unknown.
  public let nearestClass: Int
  /// Higher for what is less known: the classifier's score as an `OODScorer`.
  public let score: Double

  public init(nearestClass: Int, isUnknown: Bool, score: Double) {
    label = isUnknown ? nil : nearestClass
    self.nearestClass = nearestClass
    self.score = score
  }
}

extension OpenSetClassifier {
  /// The decision about each example.
  /// - Throws: `ExampleError` for examples of another shape, NaN or infinities.
  public func decide(_ x: Examples) throws -> [OpenSetDecision] {
    try check(x)
    return x.exampleCount == 0 ? [] : try decide(checked: x)
  }

  public func score(checked x: Examples) throws -> [Double] { try decide(checked: x).map(\.score) }
}
