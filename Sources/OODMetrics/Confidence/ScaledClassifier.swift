import GenModels

/// A classifier whose outputs are scaled by the confidence of its own reconstruction: ỹ = c̃(x) · y (G. Spigler, 2019). The claims
/// ỹ are not normalised again, so that they are all small for an example that it does not know.
///
/// ```swift
/// let scaled = try ScaledClassifier(model, settings: ConfidenceSettings(alpha: 3))
/// try scaled.labels(x, claimingAtLeast: 0.9)        // nil where it refuses
/// ```
///
/// The score is −ln max ỹ, in nats: 0 for a sure and known example; τ on claims is −ln τ on scores.
public struct ScaledClassifier<Base: ReconstructingClassifier>: ClaimingClassifier, OODScorer {
  /// c̃, and in it the classifier.
  public let confidence: ReconstructionConfidence<Base>

  /// The classifier y.
  public var base: Base { confidence.oracle }

  public init(_ confidence: ReconstructionConfidence<Base>) { self.confidence = confidence }

  /// - Throws: `MeasureError.outOfRange` unless α and β are finite and 0 or more.
  public init(_ base: Base, settings: ConfidenceSettings) throws(MeasureError) {
    confidence = try ReconstructionConfidence(base, settings: settings)
  }

  public var exampleShape: Shape { base.exampleShape }

  public var classCount: Int { base.classCount }

  public func check(_ x: Tensor) throws(ExampleError) { try base.check(x) }

  /// ln ỹ = ln c̃ + ln y.
  public func logClaims<Value: TensorAlgebra>(_ x: Value) -> Value {
    let code = base.encoded(x)
    let confidence = confidence.logConfidence(x, code: code)
    return base.logClaims(ofCode: code) + confidence.reshaped([x.shape[0], 1])
  }

  /// The classifier's own logits: scaling all outputs changes none of them against another.
  public func logits(checked x: Tensor) throws -> Tensor { try base.logits(checked: x) }

  public func recordedLogits<Value: TensorAlgebra>(_ x: Value) -> Value { base.recordedLogits(x) }

  public var linearHead: LinearHead? { base.linearHead }

  public func features(checked x: Tensor) throws -> Tensor { try base.features(checked: x) }

  /// −ln max ỹ of each example: that of c̃ plus that of the largest probability.
  public func score(checked x: Tensor) throws -> [Double] {
    let doubts = try confidence.score(checked: x)
    let claims = try base.logClaims(checking: x).maximum(axis: 1).elements
    let scores = zip(doubts, claims).map { $0 - Double($1) }
    try requireNoOverflow(scores)
    return scores
  }
}

extension ScaledClassifier: Model where Base: Model {
  public static var kind: String { "scaled-classifier" }

  public var configuration: EmptyConfiguration { EmptyConfiguration() }

  public func encode(to archive: inout ModelArchive) throws { try archive.setPart("confidence", confidence) }

  public init(from archive: ModelArchive) throws {
    self.init(try archive.part("confidence", as: ReconstructionConfidence<Base>.self))
  }
}
