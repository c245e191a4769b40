/// The winners of a convolution: values [batch, maps] of spatial winner-take-all over activation(x ∗ w + b). In the backward
/// pass only the winners' patches are touched.
struct ConvolutionAtWinners: SingleOutputPrimitive {
  let geometry: ConvolutionGeometry
  let activation: Activation
  let positions: Indexes

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    let y = convolution(
      inputs[0], weights: inputs[1], bias: inputs[2], activation: activation, geometry: geometry)
    return GatherWinners(
      positions: positions, height: geometry.outputHeight, width: geometry.outputWidth
    ).evaluate([y])
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    let (x, weights) = (inputs[0], inputs[1])
    let g = activation.pulledBack(upstream, through: output)
    let toBias = wanted[2] ? g.sum(axes: [0]) : nil
    let code = WinnerCode(
      positions: positions, values: g, height: geometry.outputHeight, width: geometry.outputWidth)
    if !Value.isRecorded {
      let code = code.with(values: g.tensor)
      let toInput =
        wanted[0] ? convolutionAtWinnersInputGradient(code, weights: weights.tensor, geometry: geometry) : nil
      let toWeights =
        wanted[1] ? convolutionAtWinnersWeightGradient(x.tensor, codeGradient: code, geometry: geometry) : nil
      return [toInput.map(x.constant), toWeights.map(x.constant), toBias]
    }
    let dense = code.dense()
    return [
      wanted[0] ? .apply(ConvolutionInputGradient(geometry: geometry), dense, weights) : nil,
      wanted[1] ? .apply(ConvolutionWeightGradient(geometry: geometry), x, dense) : nil,
      toBias,
    ]
  }
}

/// The convolution of a compact code, activation(code ∗ w + b), at the cost of a patch for each map.
struct WinnerConvolution: SingleOutputPrimitive {
  let geometry: ConvolutionGeometry
  let activation: Activation
  let positions: Indexes

  private func code<Value>(_ values: Value) -> WinnerCode<Value> {
    WinnerCode(
      positions: positions, values: values, height: geometry.inputHeight, width: geometry.inputWidth)
  }

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    winnerConvolution(
      code(inputs[0]), weights: inputs[1], bias: inputs[2], activation: activation, geometry: geometry)
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    let (values, weights) = (inputs[0], inputs[1])
    if !Value.isRecorded {
      let isGate = activation == .relu
      let g = isGate ? upstream.tensor : activation.pulledBack(upstream, through: output).tensor
      let gate = isGate ? output.tensor : nil
      if wanted[0] && wanted[1] {
        let gradients = winnerConvolutionGradients(
          g, code: code(values.tensor), weights: weights.tensor, gate: gate, wantsBias: wanted[2],
          geometry: geometry)
        return [gradients.values, gradients.weights, gradients.bias].map { $0.map(values.constant) }
      }
      let toValues =
        wanted[0]
        ? winnerConvolutionValueGradient(
          g, weights: weights.tensor, positions: positions, gate: gate, geometry: geometry) : nil
      let toWeights =
        wanted[1]
        ? winnerConvolutionWeightGradient(g, code: code(values.tensor), gate: gate, geometry: geometry) : nil
      let toBias = wanted[2] ? biasGradient(g, gate: gate) : nil
      return [toValues, toWeights, toBias].map { $0.map(values.constant) }
    }
    let g = activation.pulledBack(upstream, through: output)
    let gather = GatherWinners(
      positions: positions, height: geometry.inputHeight, width: geometry.inputWidth)
    return [
      wanted[0]
        ? .apply(gather, .apply(ConvolutionInputGradient(geometry: geometry), g, weights)) : nil,
      wanted[1] ? .apply(ConvolutionWeightGradient(geometry: geometry), code(values).dense(), g) : nil,
      wanted[2] ? g.sum(axes: [0, 1, 2]) : nil,
    ]
  }
}

extension TensorAlgebra {
  /// `convolved(...)` followed by `spatialWinners()`, as one operation whose backward pass costs a patch for each map
  /// instead of a whole image.
  public func convolvedWinners(
    weights: Self, bias: Self, activation: Activation = .identity, stride: Int = 1,
    padding: Padding = .valid
  ) -> WinnerCode<Self> {
    guard activation.fused == activation else {
      return convolved(weights: weights, bias: bias, activation: activation, stride: stride, padding: padding)
        .spatialWinners()
    }
    let geometry = ConvolutionGeometry(input: shape, weights: weights.shape, stride: stride, padding: padding)
    let code = convolutionWinners(
      tensor, weights: weights.tensor, bias: bias.tensor, activation: activation, geometry: geometry)
    let primitive = ConvolutionAtWinners(
      geometry: geometry, activation: activation, positions: code.positions)
    return code.with(values: Self.apply(primitive, self, weights, bias, precomputed: code.values))
  }
}

extension WinnerCode {
  /// activation(code ∗ weights + bias) with weights `[kernelHeight, kernelWidth, maps, outChannels]`: what `convolved` gives
  /// on the dense images, at the cost of a patch for each map whose value is not zero.
  public func convolved(
    weights: Value, bias: Value, activation: Activation = .identity, stride: Int = 1,
    padding: Padding = .full
  ) -> Value {
    let images: Shape = [batch, height, width, maps]
    let geometry = ConvolutionGeometry(
      input: images, weights: weights.shape, stride: stride, padding: padding)
    let primitive = WinnerConvolution(geometry: geometry, activation: activation.fused, positions: positions)
    return activation.finished(Value.apply(primitive, values, weights, bias))
  }
}
