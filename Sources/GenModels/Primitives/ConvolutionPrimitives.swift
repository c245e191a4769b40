/// The convolution without bias, y = x ∗ w. It and its two gradients are bilinear, and each one's pullback is made of the
/// other two, so the three close under differentiation.
struct Convolution2D: SingleOutputPrimitive {
  let geometry: ConvolutionGeometry

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    convolution(inputs[0], weights: inputs[1], geometry: geometry)
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    let (x, weights) = (inputs[0], inputs[1])
    return [
      wanted[0] ? .apply(ConvolutionInputGradient(geometry: geometry), upstream, weights) : nil,
      wanted[1] ? .apply(ConvolutionWeightGradient(geometry: geometry), x, upstream) : nil,
    ]
  }
}

/// The gradient of a convolution to its input, of the upstream gradient and the weights.
struct ConvolutionInputGradient: SingleOutputPrimitive {
  let geometry: ConvolutionGeometry

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    convolutionInputGradient(inputs[0], weights: inputs[1], geometry: geometry)
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    let (g, weights) = (inputs[0], inputs[1])
    return [
      wanted[0] ? .apply(Convolution2D(geometry: geometry), upstream, weights) : nil,
      wanted[1] ? .apply(ConvolutionWeightGradient(geometry: geometry), upstream, g) : nil,
    ]
  }
}

/// The gradient of a convolution to its weights, of its input and the upstream gradient.
struct ConvolutionWeightGradient: SingleOutputPrimitive {
  let geometry: ConvolutionGeometry

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    convolutionWeightGradient(inputs[0], upstream: inputs[1], geometry: geometry)
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    let (x, g) = (inputs[0], inputs[1])
    return [
      wanted[0] ? .apply(ConvolutionInputGradient(geometry: geometry), g, upstream) : nil,
      wanted[1] ? .apply(Convolution2D(geometry: geometry), x, upstream) : nil,
    ]
  }
}

/// A convolution with its bias and activation in one pass: y = activation(x ∗ w + b). Keeps x and y only.
struct ActivatedConvolution: SingleOutputPrimitive {
  let geometry: ConvolutionGeometry
  /// One that the kernels apply (`Activation.fused`).
  let activation: Activation

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    convolution(
      inputs[0], weights: inputs[1], bias: inputs[2], activation: activation, geometry: geometry)
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    let (x, weights) = (inputs[0], inputs[1])
    if !Value.isRecorded {
      if !wanted[0], wanted[1], activation != .sigmoid {
        // A first layer: nothing but its weights and bias reads the gradient.
        let gradients = convolutionWeightAndBiasGradient(
          x.tensor, upstream: upstream.tensor, gate: activation == .relu ? output.tensor : nil,
          geometry: geometry)
        return [nil, x.constant(gradients.weights), x.constant(gradients.bias)]
      }
      var g = upstream.tensor
      var toBias: Tensor?
      if activation == .relu {
        // Behind the gate once, for both gradients to read.
        (g, toBias) = gatedGradient(g, gate: output.tensor)
      } else {
        g = activation.pulledBack(upstream, through: output).tensor
        toBias = wanted[2] ? biasGradient(g) : nil
      }
      let toInput = wanted[0] ? convolutionInputGradient(g, weights: weights.tensor, geometry: geometry) : nil
      let toWeights = wanted[1] ? convolutionWeightGradient(x.tensor, upstream: g, geometry: geometry) : nil
      return [toInput, toWeights, toBias].map { $0.map(x.constant) }
    }
    let g = activation.pulledBack(upstream, through: output)
    return [
      wanted[0] ? .apply(ConvolutionInputGradient(geometry: geometry), g, weights) : nil,
      wanted[1] ? .apply(ConvolutionWeightGradient(geometry: geometry), x, g) : nil,
      wanted[2] ? g.sum(axes: [0, 1, 2]) : nil,
    ]
  }
}

extension TensorAlgebra {
  /// The convolution (cross-correlation) of images `[batch, height, width, inChannels]` with weights
  /// `[kernelHeight, kernelWidth, inChannels, outChannels]`.
  public func convolved(weights: Self, stride: Int = 1, padding: Padding = .valid) -> Self {
    let geometry = ConvolutionGeometry(input: shape, weights: weights.shape, stride: stride, padding: padding)
    return Self.apply(Convolution2D(geometry: geometry), self, weights)
  }

  /// activation(x ∗ weights + bias), with a bias of shape `[outChannels]`; identity, ReLU and sigmoid in the same pass.
  public func convolved(
    weights: Self, bias: Self, activation: Activation = .identity, stride: Int = 1,
    padding: Padding = .valid
  ) -> Self {
    let geometry = ConvolutionGeometry(input: shape, weights: weights.shape, stride: stride, padding: padding)
    let primitive = ActivatedConvolution(geometry: geometry, activation: activation.fused)
    return activation.finished(Self.apply(primitive, self, weights, bias))
  }

  /// x ∗ weights + bias of a geometry of its own.
  func convolved(weights: Self, bias: Self, geometry: ConvolutionGeometry) -> Self {
    Self.apply(ActivatedConvolution(geometry: geometry, activation: .identity), self, weights, bias)
  }

  /// The maximum over windows inside the image, `stride` apart (the window's height unless said): images
  /// `[batch, height, width, channels]`. The gradient goes to the first of equal pixels.
  public func maximumPooled(window: (height: Int, width: Int), stride: Int? = nil) -> Self {
    let (values, positions) = maximumPool(tensor, window: window, stride: stride ?? window.height)
    return Self.apply(GatherElements(positions: positions), self, precomputed: values)
  }
}
