extension BijectionSpecification {
  /// The bijection for examples of `inputShape`, number `number` of a chain.
  ///
  /// Shapes are checked before any tensor is asked for: a damaged file must not cost memory.
  func build(
    _ number: Int, inputShape shape: Shape, conditions: Int, _ tensors: TensorSource
  ) throws(ModelFileError) -> any Bijection {
    func require(_ condition: Bool, _ reason: @autoclosure () -> String) throws(ModelFileError) {
      guard condition else { throw .malformedArchitecture(reason: "bijection \(number), \(reason())") }
    }
    let channels = shape[shape.rank - 1]
    switch self {
    case .coupling(let transform, let hidden, let half):
      if let problem = transform.problem { try require(false, problem) }
      try require(channels >= 2, "a coupling, needs two channels or more, not examples of shape \(shape)")
      try requireHidden(hidden, number)
      if shape.rank == 1 {
        return try DenseCoupling(
          transform, features: channels, hidden: hidden, changes: half, conditions: conditions, tensors)
      }
      try require(
        hidden.count == 2, "a coupling of images, has two numbers of hidden channels, not \(hidden)")
      return try ImageCoupling(
        transform, shape: shape, hidden: hidden, changes: half, conditions: conditions, tensors)
    case .autoregressive(let transform, let hidden):
      if let problem = transform.problem { try require(false, problem) }
      try require(shape.rank == 1, "autoregressive, takes vectors, not \(shape); flatten first")
      try requireHidden(hidden, number)
      return try MaskedAutoregressive(
        transform, features: channels, hidden: hidden, conditions: conditions, tensors)
    case .activationNormalization:
      return try ActivationNormalization(shape: shape, tensors)
    case .batchNormalization(let momentum):
      try require(momentum > 0 && momentum <= 1, "batch normalization, can't have the momentum \(momentum)")
      return try BatchNormalizationBijection(shape: shape, momentum: momentum, tensors)
    case .permutation(let order):
      try require(
        order.sorted() == Array(0..<channels), "a permutation of \(channels) channels, can't be \(order)")
      return ChannelPermutation(order, shape: shape)
    case .reversal:
      return ChannelPermutation(Array((0..<channels).reversed()), shape: shape)
    case .linear:
      try require(channels <= 8192, "a linear map, takes at most 8192 channels, not \(channels)")
      return try InvertibleLinear(shape: shape, tensors)
    case .squeeze(let checkerboard):
      try require(
        shape.rank == 3 && shape[0] % 2 == 0 && shape[1] % 2 == 0,
        "a squeeze, takes images of even height and width, not examples of shape \(shape)")
      return Squeeze(shape: shape, checkerboard: checkerboard)
    case .split:
      throw .malformedArchitecture(reason: "bijection \(number): a split can't be turned round")
    case .flatten:
      return Flattening(shape: shape)
    case .logit(let alpha):
      try require(alpha >= 0 && alpha < 0.5, "a logit, can't have the margin \(alpha)")
      return Logit(shape: shape, alpha: alpha)
    case .sigmoid:
      return Logit(shape: shape, alpha: 0).inverted
    case .rescaling(let scale, let shift):
      try require(
        scale != 0 && scale.isFinite && shift.isFinite, "a rescaling, can't be by \(scale) and \(shift)")
      return Rescaling(shape: shape, scale: scale, shift: shift)
    case .standardization:
      return try Standardization(shape: shape, tensors)
    case .inverse(let inner):
      // A turned map keeps the shape it is given, so that its own shapes are known beforehand.
      let map = try inner.build(number, inputShape: shape, conditions: conditions, tensors)
      try require(map.outputShape == shape, "turned round, changes the shape \(shape) to \(map.outputShape)")
      return InverseBijection(map)
    }
  }

  private func requireHidden(_ hidden: [Int], _ number: Int) throws(ModelFileError) {
    guard (1...16).contains(hidden.count), hidden.allSatisfy({ (1...1 << 16).contains($0) }) else {
      throw .malformedArchitecture(
        reason: "bijection \(number), can't have a network with the hidden layers \(hidden)")
    }
  }
}
