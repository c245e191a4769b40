import CKernels

/// What is applied to a convolution's result before it is stored.
public enum ConvolutionActivation: Sendable, Hashable {
  case none
  /// max(y, 0); NaN stays NaN.
  case relu
  /// 1 / (1 + exp(−y)).
  case sigmoid

  var kernel: ood_activation {
    switch self {
    case .none: ood_activation_none
    case .relu: ood_activation_relu
    case .sigmoid: ood_activation_sigmoid
    }
  }
}

/// y = activation(x ∗ weights + bias), of shape `geometry.outputShape`.
///
/// - Parameters:
///   - x: Images `[batch, height, width, inChannels]`.
///   - weights: `[kernelHeight, kernelWidth, inChannels, outChannels]`.
///   - bias: `[outChannels]`, or nil for none.
package func convolution(
  _ x: Tensor, weights: Tensor, bias: Tensor? = nil, activation: ConvolutionActivation = .none,
  geometry: ConvolutionGeometry
) -> Tensor {
  geometry.check(input: x)
  geometry.check(weights: weights)
  geometry.check(bias: bias)
  var shape = geometry.kernelShape
  return Tensor(shape: geometry.outputShape) { y in
    kernels.convolution.correlate(
      &shape, geometry.batch, x.buffer.base, nil, weights.buffer.base, bias?.buffer.base, activation.kernel,
      y.baseAddress!)
  }
}

/// The gradient of `convolution` to its input: the upstream gradient spread through the weights.
///
/// - Parameters:
///   - upstream: Gradient to the convolution's result, `geometry.outputShape`.
///   - gate: The layer's ReLU output; the upstream gradient is taken where it is positive, and is 0 elsewhere.
package func convolutionInputGradient(
  _ upstream: Tensor, weights: Tensor, gate: Tensor? = nil, geometry: ConvolutionGeometry
) -> Tensor {
  geometry.check(upstream: upstream, gate: gate)
  geometry.check(weights: weights)
  var shape = geometry.adjointShape
  let (rows, columns) = (geometry.inChannels, geometry.outChannels)
  let transposed = Tensor(shape: geometry.weightShape) { t in
    for tap in 0..<geometry.kernelHeight * geometry.kernelWidth {
      for r in 0..<rows {
        for c in 0..<columns {
          t[(tap * columns + c) * rows + r] = weights.buffer.base[(tap * rows + r) * columns + c]
        }
      }
    }
  }
  return Tensor(shape: geometry.inputShape) { dx in
    kernels.convolution.spread(
      &shape, geometry.batch, upstream.buffer.base, gate?.buffer.base, transposed.buffer.base, nil,
      ood_activation_none, dx.baseAddress!)
  }
}

/// The gradient of `convolution` to its weights, of shape `geometry.weightShape`.
///
/// - Parameters:
///   - x: The convolution's input.
///   - upstream: Gradient to the convolution's result, `geometry.outputShape`.
///   - gate: The layer's ReLU output; the upstream gradient is taken where it is positive, and is 0 elsewhere.
package func convolutionWeightGradient(
  _ x: Tensor, upstream: Tensor, gate: Tensor? = nil, geometry: ConvolutionGeometry
) -> Tensor {
  geometry.check(input: x)
  geometry.check(upstream: upstream, gate: gate)
  var shape = geometry.kernelShape
  return Tensor(shape: geometry.weightShape) { dw in
    kernels.convolution.weight_gradient(
      &shape, geometry.batch, x.buffer.base, upstream.buffer.base, gate?.buffer.base, dw.baseAddress!)
  }
}

/// The gradient of a convolution (or of anything with a bias on its last axis) to its bias: the sum of the
/// upstream gradient over all axes but the last, taken where `gate` (the layer's ReLU output) is positive.
package func biasGradient(_ upstream: Tensor, gate: Tensor? = nil) -> Tensor {
  let columns = upstream.shape[upstream.rank - 1]
  return Tensor(shape: [columns]) { sums in
    kernels.convolution.bias_gradient(
      upstream.count / max(1, columns), columns, upstream.buffer.base, gate?.buffer.base, sums.baseAddress!)
  }
}

extension ConvolutionGeometry {
  /// The convolution seen from its input: correlate the input to get the output.
  package var kernelShape: ood_convolution_shape {
    ood_convolution_shape(
      source_height: inputHeight, source_width: inputWidth, source_channels: inChannels,
      target_height: outputHeight, target_width: outputWidth, target_channels: outChannels,
      kernel_height: kernelHeight, kernel_width: kernelWidth, stride: stride, top: top, left: left)
  }

  /// The convolution seen from its output: spread the output's gradient to get the input's.
  var adjointShape: ood_convolution_shape {
    ood_convolution_shape(
      source_height: outputHeight, source_width: outputWidth, source_channels: outChannels,
      target_height: inputHeight, target_width: inputWidth, target_channels: inChannels,
      kernel_height: kernelHeight, kernel_width: kernelWidth, stride: stride, top: top, left: left)
  }
}
