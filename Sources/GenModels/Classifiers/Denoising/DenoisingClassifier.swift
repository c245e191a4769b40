/// A classifier whose last hidden layer also feeds a decoder that gives the example back (G. Spigler, "Denoising autoencoders for
/// overgeneralization in neural networks", 2019): a classifier and a denoising autoencoder with one encoder, trained together.
///
/// The reconstruction tells what the classifier was trained on: r(x) − x is in proportion to the gradient of the data's log-density
/// for small noise (G. Alain and Y. Bengio, 2014). `ReconstructionConfidence` of `OODMetrics` makes a confidence of it.
///
/// ```swift
/// let result = try DenoisingClassifier.train(.convolutional(exampleShape: [28, 28, 1], classes: 10), on: images, labels: labels)
/// try result.model.probabilities(x)        // [n, 10]
/// try result.model.reconstruct(x)          // [n, 28, 28, 1]
/// ```
public struct DenoisingClassifier: Network {
  public static let kind = "denoising-classifier"

  /// Examples to features, the code.
  public private(set) var encoder: Sequential
  /// Features to the classes' logits.
  public private(set) var head: Sequential
  /// Features to the example: to the logits of pixels, or to numbers.
  public private(set) var decoder: Sequential
  /// What the decoder's output is.
  public let output: Output

  public init(configuration: Architecture, tensors: TensorSource) throws(ModelFileError) {
    encoder = try Sequential(
      configuration: .init(layers: configuration.encoder, exampleShape: configuration.exampleShape),
      tensors: tensors.under("encoder"))
    guard encoder.outputShape.rank == 1, !configuration.encoder.isEmpty else {
      throw .malformed(
        reason: "an encoder ends in a vector of features, and this one gives \(encoder.outputShape)")
    }
    let features = [encoder.outputShape[0]]
    head = try Sequential(
      configuration: .init(layers: configuration.head, exampleShape: features),
      tensors: tensors.under("head"))
    guard head.outputShape.rank == 1, !configuration.head.isEmpty else {
      throw .malformed(
        reason: "a classifier gives one number a class, and its layers give \(head.outputShape)")
    }
    decoder = try Sequential(
      configuration: .init(layers: configuration.decoder, exampleShape: features),
      tensors: tensors.under("decoder"))
    guard decoder.outputShape == encoder.exampleShape else {
      throw .malformed(
        reason: """
          a decoder gives back examples of shape \(encoder.exampleShape), and this one gives \(decoder.outputShape); a \
          decoder that mirrors pooling needs sizes that the windows divide
          """)
    }
    output = configuration.output
  }

  public var configuration: Architecture {
    Architecture(
      exampleShape: Array(encoder.exampleShape), encoder: encoder.specifications, head: head.specifications,
      decoder: decoder.specifications, output: output)
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("encoder", &encoder)
    visitor.visit("head", &head)
    visitor.visit("decoder", &decoder)
  }
}

extension DenoisingClassifier: ReconstructingClassifier {
  public var exampleShape: Shape { encoder.exampleShape }

  public var classCount: Int { head.outputShape[0] }

  public func logits(checked x: Tensor) -> Tensor {
    x.inPieces(outputShape: head.outputShape) { head(encoder($0)) }
  }

  public func recordedLogits<Value: TensorAlgebra>(_ x: Value) -> Value { head(encoder(x)) }

  /// The last layer, where it alone lies behind the features, fully connected and without an activation.
  public var linearHead: LinearHead? { head.specifications.count == 1 ? head.linearHead : nil }

  /// The activations of the last hidden layer, which the decoder reads too.
  public func features(checked x: Tensor) -> Tensor {
    x.inPieces(outputShape: encoder.outputShape) { encoder($0) }
  }

  /// The logarithms of the classes' probabilities, not scaled by any confidence.
  public func logClaims<Value: TensorAlgebra>(ofCode code: Value) -> Value {
    head(code, .inference).logSoftmax()
  }

  public func encoded<Value: TensorAlgebra>(_ x: Value) -> Value { encoder(x, .inference) }

  public func decoded<Value: TensorAlgebra>(_ code: Value) -> Value {
    let values = decoder(code, .inference)
    return output == .pixels ? values.sigmoid() : values
  }

  public var hasRectifiedCode: Bool {
    (encoder.specifications.last?.description as? DenseDescription)?.activation == .relu
  }
}
