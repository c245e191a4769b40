import CKernels

/// Each pixel of images `[batch, height, width, channels]` as a square of `factor` × `factor` equal pixels. It and the sums over
/// such squares are each other's adjoint, so the two close under differentiation.
struct PixelRepetition: SingleOutputPrimitive {
  let factor: Int

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    let x = inputs[0]
    precondition(
      x.rank == 4, "Pixels of images [batch, height, width, channels] are repeated, not of \(x.shape).")
    let (height, width, channels) = (x.shape[1], x.shape[2], x.shape[3])
    let result: Shape = [x.shape[0], height * factor, width * factor, channels]
    let buffer = Buffer<Float>(count: result.elementCount)
    let row = width * factor * channels
    parallelFor(x.shape[0] * height, grain: max(1, elementwiseGrain / max(1, row * factor))) { rows in
      for index in rows {
        let source = x.buffer.base + index * width * channels
        let target = buffer.base + index * factor * row
        for pixel in 0..<width * factor {
          (target + pixel * channels).update(from: source + pixel / factor * channels, count: channels)
        }
        for copy in 1..<max(2, factor) where copy < factor {
          (target + copy * row).update(from: target, count: row)
        }
      }
    }
    return Tensor(shape: result, buffer: buffer)
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] { [.apply(SquareSums(factor: factor), upstream)] }
}

/// The sums over squares of `factor` × `factor` pixels that stand side by side.
struct SquareSums: SingleOutputPrimitive {
  let factor: Int

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    let x = inputs[0]
    let (height, width, channels) = (x.shape[1] / factor, x.shape[2] / factor, x.shape[3])
    let result: Shape = [x.shape[0], height, width, channels]
    let buffer = Buffer<Float>(count: result.elementCount)
    let (factor, row) = (factor, width * factor * channels)
    parallelFor(x.shape[0] * height, grain: max(1, elementwiseGrain / max(1, row * factor))) { rows in
      let sums = Buffer<Float>(count: row)
      for index in rows {
        let source = x.buffer.base + index * factor * row
        sums.base.update(from: source, count: row)
        for next in 1..<max(2, factor) where next < factor {
          kernels.map.binary(ood_add, sums.base, source + next * row, sums.base, row)
        }
        for pixel in 0..<width {
          let target = buffer.base + (index * width + pixel) * channels
          let square = sums.base + pixel * factor * channels
          target.update(from: square, count: channels)
          for next in 1..<max(2, factor) where next < factor {
            kernels.map.binary(ood_add, target, square + next * channels, target, channels)
          }
        }
      }
    }
    return Tensor(shape: result, buffer: buffer)
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] { [.apply(PixelRepetition(factor: factor), upstream)] }
}

extension TensorAlgebra {
  /// Images `[batch, height, width, channels]` with each pixel repeated to a square of `factor` × `factor` equal ones.
  public func upsampled(by factor: Int) -> Self {
    precondition(factor >= 1, "Images are enlarged by a factor of 1 or more, not \(factor).")
    return factor == 1 ? self : Self.apply(PixelRepetition(factor: factor), self)
  }

  /// The transposed convolution of images `[batch, height, width, inChannels]` with weights
  /// `[kernelHeight, kernelWidth, outChannels, inChannels]`: the adjoint of a convolution of that stride without padding, so that n
  /// pixels become (n − 1) · stride + kernel.
  public func convolvedTransposed(weights: Self, stride: Int = 1) -> Self {
    precondition(
      shape.rank == 4 && weights.shape.rank == 4 && shape[3] == weights.shape[3],
      """
      A transposed convolution takes images [batch, height, width, in channels] and weights \
      [height, width, out channels, in channels], not \(shape) and \(weights.shape).
      """)
    precondition(stride >= 1, "A transposed convolution's stride is 1 or more, and \(stride) was given.")
    let target: Shape = [
      shape[0], (shape[1] - 1) * stride + weights.shape[0], (shape[2] - 1) * stride + weights.shape[1],
      weights.shape[2],
    ]
    let geometry = ConvolutionGeometry(input: target, weights: weights.shape, stride: stride)
    return Self.apply(ConvolutionInputGradient(geometry: geometry), self, weights)
  }
}
