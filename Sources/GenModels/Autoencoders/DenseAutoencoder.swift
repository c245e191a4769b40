/// A fully connected autoencoder: hidden layers to a code and back, mirrored (P. Vincent and others, 2010, section 2).
///
/// ```swift
/// let model = DenseAutoencoder(.init(features: 784, hidden: [256, 64]), seed: 1)     // 784-256-64-256-784
/// ```
///
/// Trained on corrupted inputs (`AutoencoderTraining.corruption`) it is the denoising autoencoder.
public struct DenseAutoencoder: Layer, Network {
  public static let kind = "dense-autoencoder"

  /// What the parameters' shapes follow from.
  public struct Architecture: Codable, Hashable, Sendable {
    /// Numbers in an example.
    public var features: Int
    /// Units of the encoder's layers; the last one is the code.
    public var hidden: [Int]
    /// Of all layers but the last.
    public var activation: Activation
    /// Of the last layer: sigmoid for features in 0...1.
    public var outputActivation: Activation

    public init(
      features: Int, hidden: [Int], activation: Activation = .relu, outputActivation: Activation = .sigmoid
    ) {
      self.features = features
      self.hidden = hidden
      self.activation = activation
      self.outputActivation = outputActivation
    }
  }

  public let architecture: Architecture
  public var encoder: [Dense]
  public var decoder: [Dense]

  /// A model with fresh parameters (Glorot uniform), drawn from `seed`. Traps when the architecture makes no sense.
  public init(_ architecture: Architecture, seed: UInt64) {
    do { self = try .validating(architecture, seed: seed) } catch { preconditionFailure("\(error)") }
  }

  /// The reconstructions of a batch; examples of any shape with as many numbers as the model has features.
  public func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
    var value = x.shape.rank == 2 ? x : x.flattened()
    precondition(
      value.shape[1] == architecture.features,
      "This autoencoder takes examples of \(architecture.features) numbers, not a batch of shape \(x.shape).")
    for layer in encoder + decoder { value = layer(value, context) }
    return x.shape.rank == 2 ? value : value.reshaped(x.shape)
  }

  /// The codes `[batch, hidden.last]` of a batch.
  public func code<Value: TensorAlgebra>(_ x: Value, _ context: Context = .inference) -> Value {
    var value = x.shape.rank == 2 ? x : x.flattened()
    for layer in encoder { value = layer(value, context) }
    return value
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    for index in encoder.indices { visitor.visit("encoder.\(index)", &encoder[index]) }
    for index in decoder.indices { visitor.visit("decoder.\(index)", &decoder[index]) }
  }
}

extension DenseAutoencoder: ReconstructionOracle {
  public var exampleShape: Shape { [architecture.features] }

  public var configuration: Architecture { architecture }

  /// Takes examples of any shape with as many numbers as the model has features.
  public func check(_ x: Tensor) throws(ExampleError) {
    guard x.rank >= 1 else { throw .noExampleAxis }
    let found = Shape(x.shape.dropFirst())
    guard found.elementCount == architecture.features else {
      throw .unexpectedShape(found: found, expected: exampleShape)
    }
    try x.requireFiniteExamples()
  }

  public func reconstruct(checked x: Tensor) -> Tensor { self(x) }

  public init(configuration architecture: Architecture, tensors: TensorSource) throws(ModelFileError) {
    let sizes = [architecture.features] + architecture.hidden
    guard !architecture.hidden.isEmpty, sizes.allSatisfy({ (1...1 << 24).contains($0) }),
      zip(sizes, sizes.dropFirst()).allSatisfy({ $0 * $1 <= Int(Int32.max) })
    else {
      throw .malformed(
        reason: "a fully connected autoencoder can't have layers of \(sizes) units")
    }
    func layer(
      _ part: String, _ index: Int, _ inputs: Int, _ outputs: Int, _ activation: Activation
    ) throws(ModelFileError) -> Dense {
      let tensors = tensors.under("\(part).\(index)")
      return Dense(
        weight: try tensors.weights("weight", [inputs, outputs], fanIn: inputs, fanOut: outputs),
        bias: try tensors.constant("bias", [outputs], 0), activation: activation)
    }
    encoder = []
    decoder = []
    self.architecture = architecture
    for index in 1..<sizes.count {
      encoder.append(
        try layer("encoder", index - 1, sizes[index - 1], sizes[index], architecture.activation))
    }
    for index in 1..<sizes.count {
      let from = sizes.count - index
      decoder.append(
        try layer(
          "decoder", index - 1, sizes[from], sizes[from - 1],
          from == 1 ? architecture.outputActivation : architecture.activation))
    }
  }
}

extension DenseAutoencoder: DifferentiableReconstruction {
  public func encoded<Value: TensorAlgebra>(_ x: Value) -> Value { code(x) }

  public func decoded<Value: TensorAlgebra>(_ code: Value) -> Value {
    decoder.reduce(code) { $1($0, .inference) }
  }

  public var hasRectifiedCode: Bool { architecture.activation == .relu }
}
