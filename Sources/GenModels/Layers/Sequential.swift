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
  fileprivate var layers: [Element]

  /// A layer, built.
  fileprivate enum Element {
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
    var shape = inputShape
    self.specifications = specifications
    self.inputShape = inputShape
    layers = specifications.enumerated().map { number, specification in
      specification.build(number, after: &shape, initialization, &random)
    }
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

extension LayerSpecification {
  /// The layer, after examples of shape `shape`, which becomes that of its output.
  fileprivate func build(
    _ number: Int, after shape: inout Shape, _ initialization: Initialization, _ random: inout RandomGenerator
  ) -> Sequential.Element {
    func requireImages(_ what: String) {
      precondition(
        shape.rank == 3, "Layer \(number), \(what), takes images [height, width, channels], not examples of shape \(shape).")
    }
    switch self {
    case .convolution(let channels, let kernel, let activation, let padding, let stride):
      requireImages("a convolution")
      let layer = Convolution(
        inChannels: shape[2], outChannels: channels, kernel: kernel, activation: activation, padding: padding,
        stride: stride, initialization: initialization, using: &random)
      let geometry = ConvolutionGeometry(
        input: Shape([1] + shape), weights: layer.weight.shape, stride: stride, padding: padding)
      shape = [geometry.outputHeight, geometry.outputWidth, channels]
      return .convolution(layer)
    case .winnerTakeAll(let channelSparsity, let lifetimeRate):
      requireImages("winner-take-all")
      return .winnerTakeAll(WinnerTakeAll(channelSparsity: channelSparsity, lifetimeRate: lifetimeRate))
    case .maximumPooling(let window, let stride):
      requireImages("maximum pooling")
      let layer = MaximumPooling(window: window, stride: stride)
      precondition(
        window <= shape[0] && window <= shape[1],
        "Layer \(number), maximum pooling, has a window of \(window) pixels, and images of shape \(shape).")
      shape = [(shape[0] - window) / layer.stride + 1, (shape[1] - window) / layer.stride + 1, shape[2]]
      return .maximumPooling(layer)
    case .dense(let units, let activation):
      precondition(
        shape.rank == 1, "Layer \(number), fully connected, takes [features], not \(shape); flatten first.")
      let layer = Dense(
        inputs: shape[0], outputs: units, activation: activation, initialization: initialization, using: &random)
      shape = [units]
      return .dense(layer)
    case .batchNormalization:
      precondition(shape.rank >= 1, "Layer \(number), batch-norm, needs channels, not a scalar.")
      return .batchNorm(BatchNorm(channels: shape[shape.rank - 1]))
    case .dropout(let probability):
      return .dropout(Dropout(probability: probability))
    case .activation(let activation):
      return .activation(activation)
    case .flatten:
      shape = [shape.elementCount]
      return .reshape(shape)
    case .reshape(let extents):
      let target = Shape(extents)
      precondition(
        target.elementCount == shape.elementCount,
        "Layer \(number) can't reshape examples of shape \(shape) to \(target): they have other numbers of elements.")
      shape = target
      return .reshape(target)
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
