/// Layers one after the other, described by data and therefore saved and loaded whole.
///
/// ```swift
/// let model = Sequential(
///   [
///     .convolution(channels: 32, kernel: 5),
///     .winnerTakeAll(channelSparsity: 0.5),
///     .convolution(channels: 1, kernel: 5, activation: .sigmoid, padding: .full),
///   ], exampleShape: [28, 28, 1], seed: 1)
/// let y = model(x)        // x: [batch, 28, 28, 1]
/// ```
///
/// A convolution after a winner-take-all layer works on the compact code, and the convolution before it gets a backward pass
/// through the winners only. Layers of your own: see `LayerDescription`.
public struct Sequential: Layer, Network {
  public static let kind = "sequential"

  /// The layers and the shape of an example that goes in.
  public struct Architecture: Codable, Hashable, Sendable {
    public var layers: [LayerSpecification]
    public var exampleShape: [Int]

    public init(layers: [LayerSpecification], exampleShape: [Int]) {
      self.layers = layers
      self.exampleShape = exampleShape
    }

    private enum CodingKeys: String, CodingKey {
      case layers
      case exampleShape = "inputShape"
    }
  }

  private var layers: LayerChain

  /// A model with fresh parameters, drawn from `seed`. Traps when a layer does not fit the one before.
  public init(
    _ specifications: [LayerSpecification], exampleShape: Shape, seed: UInt64,
    initialization: Initialization = .glorotUniform
  ) {
    do {
      try self.init(
        configuration: Architecture(layers: specifications, exampleShape: Array(exampleShape)),
        tensors: .drawnInOrder(
          from: RandomGenerator(seed: seed).split("initialization"), initialization: initialization))
    } catch {
      preconditionFailure("\(error)")
    }
  }

  public init(configuration: Architecture, tensors: TensorSource) throws(ModelFileError) {
    let extents = configuration.exampleShape
    guard extents.count < Shape.maximumRank, extents.allSatisfy({ (1...1 << 20).contains($0) }),
      extents.reduce(1.0, { $0 * Double($1) }) <= Double(Int32.max)
    else { throw .malformed(reason: "examples can't have the shape \(extents)") }
    layers = try LayerChain(configuration.layers, exampleShape: Shape(extents), tensors)
  }

  private init(_ layers: LayerChain) { self.layers = layers }

  public var specifications: [LayerSpecification] { layers.specifications }

  /// The shape of one example, without the batch axis, that goes in.
  public var exampleShape: Shape { layers.exampleShape }

  /// The shape of one example, without the batch axis, that comes out.
  public var outputShape: Shape { layers.outputShape }

  public var configuration: Architecture {
    Architecture(layers: specifications, exampleShape: Array(exampleShape))
  }

  public func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
    layers(x, context)
  }

  /// The last layer, with its parameters; nil where there is none.
  public var lastLayer: (any Layer)? { layers.last }

  /// This model without its last layers, parameters and all.
  public func dropLast(_ count: Int = 1) -> Sequential { Sequential(layers.dropLast(count)) }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    layers.visitParameters(with: visitor)
  }
}

extension Sequential: ReconstructionOracle {
  /// The model's output, for a model whose output has the shape of its input. Traps otherwise.
  public func reconstruct(checked x: Tensor) -> Tensor {
    precondition(
      exampleShape == outputShape,
      "A model from \(exampleShape) to \(outputShape) reconstructs nothing: the shapes differ.")
    return self(x)
  }
}

extension Sequential {
  /// The last layer, where it is fully connected and without an activation.
  public var linearHead: LinearHead? {
    guard let last = lastLayer as? Dense, last.activation == .identity else { return nil }
    return LinearHead(weight: last.weight.tensor, bias: last.bias.tensor)
  }
}
