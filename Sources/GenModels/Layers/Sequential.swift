/// Layers one after the other, described by data and therefore saved and loaded whole.
///
///     let model = Sequential(
///       [
///         .convolution(channels: 32, kernel: 5),
///         .winnerTakeAll(channelSparsity: 0.5),
///         .convolution(channels: 1, kernel: 5, activation: .sigmoid, padding: .full),
///       ], inputShape: [28, 28, 1], seed: 1)
///     let y = model(x)        // x: [batch, 28, 28, 1]
///
/// A convolution after a winner-take-all layer works on the compact code, and the convolution before it gets a backward pass
/// through the winners only.
public struct Sequential: Layer {
  public let specifications: [LayerSpecification]
  /// The shape of one example, without the batch axis, that goes in and that comes out.
  public let inputShape, outputShape: Shape
  private var layers: [Element]

  /// A layer, built.
  enum Element {
    case convolution(Convolution)
    case winnerTakeAll(WinnerTakeAll)
    case maximumPooling(MaximumPooling)
    case dense(Dense)
    case batchNorm(BatchNorm)
    case dropout(Dropout)
    case activation(Activation)
    case reshape(Shape)
  }

  /// A model with fresh parameters, drawn from `seed`. Traps when a layer does not fit the one before.
  public init(
    _ specifications: [LayerSpecification], inputShape: Shape, seed: UInt64,
    initialization: Initialization = .glorotUniform
  ) {
    var random = RandomGenerator(seed: seed).split("initialization")
    do {
      try self.init(specifications, inputShape: inputShape) { need in
        need.fan.map { initialization.weights(need.shape, fanIn: $0, fanOut: $1, using: &random) }
          ?? Tensor(repeating: need.start, shape: need.shape)
      }
    } catch {
      preconditionFailure("\(error)")
    }
  }

  /// A model whose tensors `provide` gives, each asked for by name and shape.
  /// - Throws: What `provide` throws, and `ModelFileError.malformedArchitecture` when a layer does not fit the one before.
  init(
    _ specifications: [LayerSpecification], inputShape: Shape,
    tensors provide: (TensorNeed) throws(ModelFileError) -> Tensor
  ) throws(ModelFileError) {
    var shape = inputShape
    var layers: [Element] = []
    for (number, specification) in specifications.enumerated() {
      layers.append(try specification.build(number, after: &shape, provide))
    }
    self.specifications = specifications
    self.inputShape = inputShape
    self.layers = layers
    outputShape = shape
  }

  public func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
    precondition(
      x.shape.rank == inputShape.rank + 1 && x.shape.dropFirst().elementsEqual(inputShape),
      "This model takes batches of examples of shape \(inputShape), not a tensor of shape \(x.shape).")
    var value = x
    var code: WinnerCode<Value>?
    var index = 0
    while index < layers.count {
      let next = index + 1 < layers.count ? layers[index + 1] : nil
      switch (layers[index], next) {
      case (.convolution(let layer), .winnerTakeAll(let winnerTakeAll)?) where code == nil:
        code = winnerTakeAll.sparsified(layer.winners(value), context)
        index += 1
      case (.convolution(let layer), _):
        value = code.map { layer($0, context) } ?? layer(value, context)
        code = nil
      case (let layer, _):
        value = code?.dense() ?? value
        code = nil
        if case .winnerTakeAll(let winnerTakeAll) = layer {
          code = winnerTakeAll.code(value, context)
        } else {
          value = layer(value, context)
        }
      }
      index += 1
    }
    return code?.dense() ?? value
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    for index in layers.indices {
      switch layers[index] {
      case .convolution(var layer):
        visitor.visit("\(index)", &layer)
        layers[index] = .convolution(layer)
      case .dense(var layer):
        visitor.visit("\(index)", &layer)
        layers[index] = .dense(layer)
      case .batchNorm(var layer):
        visitor.visit("\(index)", &layer)
        layers[index] = .batchNorm(layer)
      case .winnerTakeAll, .maximumPooling, .dropout, .activation, .reshape: break
      }
    }
  }
}

extension Sequential.Element {
  /// The output of a layer on dense values.
  func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
    switch self {
    case .convolution(let layer): layer(x, context)
    case .winnerTakeAll(let layer): layer(x, context)
    case .maximumPooling(let layer): layer(x, context)
    case .dense(let layer): layer(x, context)
    case .batchNorm(let layer): layer(x, context)
    case .dropout(let layer): layer(x, context)
    case .activation(let activation): activation(x)
    case .reshape(let shape): x.reshaped(Shape([x.shape[0]] + shape))
    }
  }
}

extension Sequential: ReconstructionOracle {
  /// The model's output, for a model whose output has the shape of its input. Traps otherwise.
  public func reconstruct(_ x: Tensor) -> Tensor {
    precondition(
      inputShape == outputShape,
      "A model from \(inputShape) to \(outputShape) reconstructs nothing: the shapes differ.")
    return self(x)
  }
}
