import CKernels

/// The convolution of the images that a code stands for: equal to `convolution(denseImage(from: code), ...)` up to
/// rounding, at kernelHeight · kernelWidth · outChannels multiply-adds for each map whose value is not 0.
///
/// - Parameters:
///   - weights: `[kernelHeight, kernelWidth, maps, outChannels]`.
///   - geometry: That of the dense convolution.
/// - Returns: A dense tensor of shape `geometry.outputShape`.
package func winnerConvolution(
  _ code: WinnerCode<Tensor>, weights: Tensor, bias: Tensor? = nil, activation: Activation = .identity,
  geometry: ConvolutionGeometry
) -> Tensor {
  geometry.check(code: code)
  geometry.check(weights: weights)
  geometry.check(bias: bias)
  return WinnerPass(shape: geometry.decodingShape, order: ood_weights_reversed).spread(
    code, weights: weights, bias: bias, activation: activation, result: geometry.outputShape)
}

/// The gradient of `winnerConvolution` to the code's values, `[batch, maps]`.
///
/// - Parameters:
///   - upstream: Gradient to the convolution's result, `geometry.outputShape`.
///   - positions: The code's positions.
///   - gate: The layer's ReLU output; the upstream gradient is taken where it is positive.
package func winnerConvolutionValueGradient(
  _ upstream: Tensor, weights: Tensor, positions: Indexes, gate: Tensor? = nil, geometry: ConvolutionGeometry
) -> Tensor {
  geometry.check(upstream: upstream, gate: gate)
  geometry.check(weights: weights)
  precondition(
    positions.shape == [geometry.batch, geometry.inChannels],
    """
    This convolution's code has positions of shape \([geometry.batch, geometry.inChannels]), and \
    \(positions.shape) was given.
    """)
  return WinnerPass(shape: geometry.decodingShape, order: ood_weights_reversed).valueGradient(
    upstream, weights: weights, positions: positions, gate: gate)
}

/// The gradient of `winnerConvolution` to its weights, of shape `geometry.weightShape`.
package func winnerConvolutionWeightGradient(
  _ upstream: Tensor, code: WinnerCode<Tensor>, gate: Tensor? = nil, geometry: ConvolutionGeometry
) -> Tensor {
  geometry.check(upstream: upstream, gate: gate)
  geometry.check(code: code)
  return WinnerPass(shape: geometry.decodingShape, order: ood_weights_reversed).weightGradient(
    upstream, code: code, gate: gate, result: geometry.weightShape)
}

/// The gradients of `winnerConvolution` to its weights and to the code's values.
///
/// - Parameters:
///   - gate: The layer's ReLU output; the upstream gradient is taken where it is positive.
///   - wantsBias: Whether the gradient to the bias is asked for, too.
package func winnerConvolutionGradients(
  _ upstream: Tensor, code: WinnerCode<Tensor>, weights: Tensor, gate: Tensor?, wantsBias: Bool,
  geometry: ConvolutionGeometry
) -> (weights: Tensor, values: Tensor, bias: Tensor?) {
  geometry.check(upstream: upstream, gate: gate)
  geometry.check(code: code)
  geometry.check(weights: weights)
  let pass = WinnerPass(shape: geometry.decodingShape, order: ood_weights_reversed)
  if pass.patchesFit {
    let gradients = pass.gradients(
      upstream, gate: gate, code: code, weights: weights, result: geometry.weightShape)
    return (gradients.weights, gradients.values!, gradients.bias)
  }
  return (
    pass.weightGradient(upstream, code: code, gate: gate, result: geometry.weightShape),
    pass.valueGradient(upstream, weights: weights, positions: code.positions, gate: gate),
    wantsBias ? biasGradient(upstream, gate: gate) : nil
  )
}

/// The gradient to the input of the convolution that produced a code: only winners carry gradient.
///
/// Equal to `convolutionInputGradient(denseImage(from: gradient), ...)` at the cost of a patch for each map.
///
/// - Parameters:
///   - codeGradient: The code's positions, with the gradients to its values as values.
///   - weights: Of the convolution that produced the code.
///   - geometry: Of that convolution.
package func convolutionAtWinnersInputGradient(
  _ codeGradient: WinnerCode<Tensor>, weights: Tensor, geometry: ConvolutionGeometry
) -> Tensor {
  geometry.check(producedCode: codeGradient)
  geometry.check(weights: weights)
  return WinnerPass(shape: geometry.encodingShape, order: ood_weights_transposed).spread(
    codeGradient, weights: weights, bias: nil, activation: .identity, result: geometry.inputShape)
}

/// The gradient to the weights of the convolution that produced a code, of shape `geometry.weightShape`.
///
/// - Parameters:
///   - x: The convolution's input.
///   - codeGradient: The code's positions, with the gradients to its values as values.
package func convolutionAtWinnersWeightGradient(
  _ x: Tensor, codeGradient: WinnerCode<Tensor>, geometry: ConvolutionGeometry
) -> Tensor {
  geometry.check(input: x)
  geometry.check(producedCode: codeGradient)
  let pass = WinnerPass(shape: geometry.encodingShape, order: ood_weights_transposed)
  return pass.patchesFit
    ? pass.gradients(x, gate: nil, code: codeGradient, weights: nil, result: geometry.weightShape).weights
    : pass.weightGradient(x, code: codeGradient, gate: nil, result: geometry.weightShape)
}

extension ConvolutionGeometry {
  /// From a code's positions, the input's, to the output's pixels, with the taps in reverse order.
  var decodingShape: ood_winner_shape {
    ood_winner_shape(
      height: inputHeight, width: inputWidth, maps: inChannels,
      target_height: outputHeight, target_width: outputWidth,
      target_channels: outChannels, kernel_height: kernelHeight, kernel_width: kernelWidth, multiply: 1,
      divide: stride, top: kernelHeight - 1 - top, left: kernelWidth - 1 - left)
  }

  /// From a code's positions, the output's, to the input's pixels.
  var encodingShape: ood_winner_shape {
    ood_winner_shape(
      height: outputHeight, width: outputWidth, maps: outChannels,
      target_height: inputHeight, target_width: inputWidth,
      target_channels: inChannels, kernel_height: kernelHeight, kernel_width: kernelWidth, multiply: stride,
      divide: 1, top: top, left: left)
  }

  func check(code: WinnerCode<Tensor>) {
    let shape: Shape = [code.batch, code.height, code.width, code.maps]
    precondition(
      shape == inputShape,
      "This convolution's input has the shape \(inputShape), and the code stands for \(shape).")
  }

  func check(producedCode code: WinnerCode<Tensor>) {
    let shape: Shape = [code.batch, code.height, code.width, code.maps]
    precondition(
      shape == outputShape,
      "This convolution's output has the shape \(outputShape), and the code stands for \(shape).")
  }
}
