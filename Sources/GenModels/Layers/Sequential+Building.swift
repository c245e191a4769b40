/// A tensor that a layer is made of, before it exists.
struct TensorNeed {
  let name: String
  let shape: Shape
  /// Inputs and outputs of a unit, for weights that are drawn; nil for tensors that start at a constant.
  var fan: (Int, Int)?
  /// The constant.
  var start: Float = 0
}

extension LayerSpecification {
  /// The layer, after examples of shape `shape`, which becomes that of its output.
  ///
  /// Shapes are checked before any tensor is asked for: a damaged file must not cost memory.
  func build(
    _ number: Int, after shape: inout Shape, _ provide: (TensorNeed) throws(ModelFileError) -> Tensor
  ) throws(ModelFileError) -> Sequential.Element {
    func malformed(_ reason: String) -> ModelFileError {
      .malformedArchitecture(reason: "layer \(number), \(reason)")
    }
    func requireImages(_ what: String) throws(ModelFileError) {
      guard shape.rank == 3 else {
        throw malformed("\(what), takes images [height, width, channels], not examples of shape \(shape)")
      }
    }
    func require(_ condition: Bool, _ reason: @autoclosure () -> String) throws(ModelFileError) {
      guard condition else { throw malformed(reason()) }
    }
    if let slope = negativeSlope {
      throw malformed("can't have a leaky ReLU of slope \(slope); it is 0 or more")
    }
    switch self {
    case .convolution(let channels, let kernel, let activation, let padding, let stride):
      try requireImages("a convolution")
      try require(
        (1...1 << 20).contains(channels) && (1...1 << 10).contains(kernel) && (1...1 << 10).contains(stride),
        "a convolution, can't have \(channels) channels, a kernel of \(kernel) pixels and a stride of \(stride)"
      )
      try require(
        padding != .valid || (kernel <= shape[0] && kernel <= shape[1]),
        "a convolution without padding, has a kernel of \(kernel) pixels, and images of shape \(shape)")
      let weightShape: Shape = [kernel, kernel, shape[2], channels]
      try require(
        weightShape.elementCount <= Int(Int32.max), "a convolution, can't have weights \(weightShape)")
      let taps = kernel * kernel
      let layer = Convolution(
        weight: try provide(
          TensorNeed(name: "\(number).weight", shape: weightShape, fan: (taps * shape[2], taps * channels))),
        bias: try provide(TensorNeed(name: "\(number).bias", shape: [channels])),
        activation: activation, padding: padding, stride: stride)
      let geometry = ConvolutionGeometry(
        input: Shape([1] + shape), weights: weightShape, stride: stride, padding: padding)
      shape = [geometry.outputHeight, geometry.outputWidth, channels]
      return .convolution(layer)
    case .winnerTakeAll(let channelSparsity, let lifetimeRate):
      try requireImages("winner-take-all")
      try require(
        channelSparsity >= 0 && channelSparsity < 1 && (lifetimeRate ?? 1) > 0 && (lifetimeRate ?? 1) <= 1,
        "winner-take-all, can't have the sparsity \(channelSparsity) and the lifetime rate \(lifetimeRate ?? 1)"
      )
      return .winnerTakeAll(WinnerTakeAll(channelSparsity: channelSparsity, lifetimeRate: lifetimeRate))
    case .maximumPooling(let window, let stride):
      try requireImages("maximum pooling")
      try require(
        window >= 1 && window <= shape[0] && window <= shape[1] && (stride ?? 1) >= 1,
        "maximum pooling, can't have a window of \(window) pixels, \(stride ?? window) apart, on images of shape \(shape)"
      )
      let layer = MaximumPooling(window: window, stride: stride)
      shape = [(shape[0] - window) / layer.stride + 1, (shape[1] - window) / layer.stride + 1, shape[2]]
      return .maximumPooling(layer)
    case .dense(let units, let activation):
      try require(shape.rank == 1, "fully connected, takes [features], not \(shape); flatten first")
      try require(
        (1...1 << 24).contains(units) && units * shape[0] <= Int(Int32.max),
        "fully connected, can't have \(units) units on \(shape[0]) features")
      let layer = Dense(
        weight: try provide(
          TensorNeed(name: "\(number).weight", shape: [shape[0], units], fan: (shape[0], units))),
        bias: try provide(TensorNeed(name: "\(number).bias", shape: [units])), activation: activation)
      shape = [units]
      return .dense(layer)
    case .batchNormalization:
      try require(shape.rank >= 1, "batch-norm, needs channels, not a scalar")
      let channels: Shape = [shape[shape.rank - 1]]
      var layer = BatchNorm(channels: channels[0])
      layer.scale = Parameter(try provide(TensorNeed(name: "\(number).scale", shape: channels, start: 1)))
      layer.shift = Parameter(try provide(TensorNeed(name: "\(number).shift", shape: channels)))
      layer.runningMean = RunningState(
        try provide(TensorNeed(name: "\(number).runningMean", shape: channels)))
      layer.runningVariance = RunningState(
        try provide(TensorNeed(name: "\(number).runningVariance", shape: channels, start: 1)))
      return .batchNorm(layer)
    case .dropout(let probability):
      try require(probability >= 0 && probability < 1, "dropout, can't have the probability \(probability)")
      return .dropout(Dropout(probability: probability))
    case .activation(let activation):
      return .activation(activation)
    case .flatten:
      shape = [shape.elementCount]
      return .reshape(shape)
    case .reshape(let extents):
      try require(
        extents.count < Shape.maximumRank && extents.allSatisfy { $0 >= 0 && $0 <= shape.elementCount }
          && extents.reduce(1.0) { $0 * Double($1) } == Double(shape.elementCount),
        "can't reshape examples of shape \(shape) to \(extents): they have other numbers of elements")
      shape = Shape(extents)
      return .reshape(shape)
    }
  }

  /// The slope of a leaky ReLU in this layer, where it isn't 0 or more.
  private var negativeSlope: Float? {
    switch self {
    case .convolution(_, _, .leakyReLU(let slope), _, _), .dense(_, .leakyReLU(let slope)),
      .activation(.leakyReLU(let slope)):
      slope >= 0 ? nil : slope
    default: nil
    }
  }
}
