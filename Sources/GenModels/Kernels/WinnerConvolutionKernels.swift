import CKernels

/// The convolution of the images that a code stands for: equal to `convolution(denseImage(from: code), ...)` up to
/// rounding, at kernelHeight · kernelWidth · outChannels multiply-adds for each map whose value is not 0.
///
/// - Parameters:
///   - weights: `[kernelHeight, kernelWidth, maps, outChannels]`.
///   - geometry: That of the dense convolution.
/// - Returns: A dense tensor of shape `geometry.outputShape`.
func winnerConvolution(
  _ code: WinnerCode<Tensor>, weights: Tensor, bias: Tensor? = nil, activation: ConvolutionActivation = .none,
  geometry: ConvolutionGeometry
) -> Tensor {
  geometry.check(code: code)
  geometry.check(weights: weights)
  geometry.check(bias: bias)
  var shape = geometry.decodingShape
  let weights = reversedTaps(weights, geometry)
  return Tensor(shape: geometry.outputShape) { y in
    kernels.winner.spread(
      &shape, geometry.batch, code.positions.buffer.base, code.values.buffer.base, weights.buffer.base,
      bias?.buffer.base, Int32(activation.kernel.rawValue), y.baseAddress!)
  }
}

/// The gradient of `winnerConvolution` to the code's values, `[batch, maps]`.
///
/// - Parameters:
///   - upstream: Gradient to the convolution's result, `geometry.outputShape`.
///   - positions: The code's positions.
///   - gate: The layer's ReLU output; the upstream gradient is taken where it is positive.
func winnerConvolutionValueGradient(
  _ upstream: Tensor, weights: Tensor, positions: Indexes, gate: Tensor? = nil, geometry: ConvolutionGeometry
) -> Tensor {
  geometry.check(upstream: upstream, gate: gate)
  geometry.check(weights: weights)
  var shape = geometry.decodingShape
  let weights = reversedTaps(weights, geometry)
  return Tensor(shape: [geometry.batch, geometry.inChannels]) { gradient in
    kernels.winner.value_gradient(
      &shape, geometry.batch, positions.buffer.base, weights.buffer.base, upstream.buffer.base,
      gate?.buffer.base, gradient.baseAddress!)
  }
}

/// The gradient of `winnerConvolution` to its weights, of shape `geometry.weightShape`.
func winnerConvolutionWeightGradient(
  _ upstream: Tensor, code: WinnerCode<Tensor>, gate: Tensor? = nil, geometry: ConvolutionGeometry
) -> Tensor {
  geometry.check(upstream: upstream, gate: gate)
  geometry.check(code: code)
  var shape = geometry.decodingShape
  let gradient = Tensor(shape: geometry.weightShape) { gradient in
    kernels.winner.weight_gradient(
      &shape, geometry.batch, 0, geometry.inChannels, code.positions.buffer.base, code.values.buffer.base,
      upstream.buffer.base, gate?.buffer.base, gradient.baseAddress!)
  }
  return reversedTaps(gradient, geometry)
}

/// The gradient to the input of the convolution that produced a code: only winners carry gradient.
///
/// Equal to `convolutionInputGradient(denseImage(from: gradient), ...)` at the cost of a patch for each map.
///
/// - Parameters:
///   - gradient: The code's positions, with the gradients to its values as values.
///   - weights: Of the convolution that produced the code.
///   - geometry: Of that convolution.
func convolutionAtWinnersInputGradient(
  _ gradient: WinnerCode<Tensor>, weights: Tensor, geometry: ConvolutionGeometry
) -> Tensor {
  geometry.check(producedCode: gradient)
  geometry.check(weights: weights)
  var shape = geometry.encodingShape
  let transposed = transposedTaps(weights, rows: geometry.inChannels, columns: geometry.outChannels)
  return Tensor(shape: geometry.inputShape) { dx in
    kernels.winner.spread(
      &shape, geometry.batch, gradient.positions.buffer.base, gradient.values.buffer.base,
      transposed.buffer.base, nil, 0, dx.baseAddress!)
  }
}

/// The gradient to the weights of the convolution that produced a code, of shape `geometry.weightShape`.
///
/// - Parameters:
///   - x: The convolution's input.
///   - gradient: The code's positions, with the gradients to its values as values.
func convolutionAtWinnersWeightGradient(
  _ x: Tensor, gradient: WinnerCode<Tensor>, geometry: ConvolutionGeometry
) -> Tensor {
  geometry.check(input: x)
  geometry.check(producedCode: gradient)
  var shape = geometry.encodingShape
  let transposed = Tensor(shape: geometry.weightShape) { dw in
    kernels.winner.weight_gradient(
      &shape, geometry.batch, 0, geometry.outChannels, gradient.positions.buffer.base,
      gradient.values.buffer.base, x.buffer.base, nil, dw.baseAddress!)
  }
  let back = transposedTaps(transposed, rows: geometry.outChannels, columns: geometry.inChannels)
  return Tensor(shape: geometry.weightShape, buffer: back.buffer)
}

extension ConvolutionGeometry {
  /// From a code's positions, the input's, to the output's pixels, with the taps in reverse order.
  var decodingShape: ood_winner_shape {
    ood_winner_shape(
      width: inputWidth, maps: inChannels, target_height: outputHeight, target_width: outputWidth,
      target_channels: outChannels, kernel_height: kernelHeight, kernel_width: kernelWidth, multiply: 1,
      divide: stride, top: kernelHeight - 1 - top, left: kernelWidth - 1 - left)
  }

  /// From a code's positions, the output's, to the input's pixels.
  var encodingShape: ood_winner_shape {
    ood_winner_shape(
      width: outputWidth, maps: outChannels, target_height: inputHeight, target_width: inputWidth,
      target_channels: inChannels, kernel_height: kernelHeight, kernel_width: kernelWidth, multiply: stride,
      divide: 1, top: top, left: left)
  }

  func check(code: WinnerCode<Tensor>) {
    let shape: Shape = [code.batch, code.height, code.width, code.maps]
    precondition(
      shape == inputShape, "This convolution's input has the shape \(inputShape), and the code stands for \(shape).")
  }

  func check(producedCode code: WinnerCode<Tensor>) {
    let shape: Shape = [code.batch, code.height, code.width, code.maps]
    precondition(
      shape == outputShape,
      "This convolution's output has the shape \(outputShape), and the code stands for \(shape).")
  }
}

/// Weights with the kernel's rows and columns in reverse order.
private func reversedTaps(_ weights: Tensor, _ geometry: ConvolutionGeometry) -> Tensor {
  let taps = geometry.kernelHeight * geometry.kernelWidth
  let size = geometry.inChannels * geometry.outChannels
  return Tensor(shape: weights.shape) { reversed in
    for tap in 0..<taps {
      (reversed.baseAddress! + tap * size).initialize(
        from: weights.buffer.base + (taps - 1 - tap) * size, count: size)
    }
  }
}

/// Each tap's matrix of `rows` rows and `columns` columns transposed.
private func transposedTaps(_ weights: Tensor, rows: Int, columns: Int) -> Tensor {
  let taps = weights.count / (rows * columns)
  return Tensor(shape: [taps, columns, rows]) { transposed in
    for tap in 0..<taps {
      for r in 0..<rows {
        for c in 0..<columns {
          transposed[(tap * columns + c) * rows + r] = weights.buffer.base[(tap * rows + r) * columns + c]
        }
      }
    }
  }
}
