import CKernels

/// Batch normalization with the batch's own statistics (Ioffe and Szegedy, 2015):
/// y = γ (x − mean) / √(variance + ε) + β, for each channel (last axis) over all other axes.
///
/// Inputs x, γ, β; outputs y, mean, variance (the biased one). No gradient passes through the last two outputs:
/// they are there for running averages.
struct BatchNormalization: Primitive {
  let epsilon: Float

  func evaluate(_ inputs: [Tensor]) -> [Tensor] {
    let (x, gamma, beta) = (inputs[0], inputs[1], inputs[2])
    let rows = RowsOfChannels(x)
    precondition(
      gamma.shape == [rows.channels] && beta.shape == [rows.channels],
      "Batch normalization of shape \(x.shape) needs scale and shift of shape [\(rows.channels)], not \(gamma.shape), \(beta.shape)."
    )
    precondition(rows.count > 0, "There are no statistics of an empty batch of shape \(x.shape).")
    let (mean, variance) = rows.moments()
    let scale = Tensor(shape: gamma.shape) { scale in
      for c in 0..<scale.count {
        scale[c] = gamma.buffer.base[c] / (variance.buffer.base[c] + epsilon).squareRoot()
      }
    }
    return [rows.normalized(mean: mean, scale: scale, offset: beta), mean, variance]
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: [Value?], inputs: [Value], outputs: [Value], wanted: [Bool]
  ) -> [Value?] {
    precondition(
      upstream[1] == nil && upstream[2] == nil,
      "Batch normalization's mean and variance are for running averages; gradients don't pass through them.")
    guard let u = upstream[0] else { return [nil, nil, nil] }
    let (x, gamma) = (inputs[0], inputs[1])
    if !Value.isRecorded {
      let gradients = RowsOfChannels(x.tensor).gradients(
        u.tensor, mean: outputs[1].tensor, variance: outputs[2].tensor, gamma: gamma.tensor, epsilon: epsilon,
        wantsInput: wanted[0])
      return gradients.map { $0.map(u.constant) }
    }
    let axes = Array(0..<x.shape.rank - 1)
    let centred = x - x.mean(axes: axes)
    let inverse = (centred.squared().mean(axes: axes) + epsilon).squareRoot().reciprocal()
    let standard = centred * inverse
    let weighted = u * gamma
    return [
      inverse * (weighted - weighted.mean(axes: axes) - standard * (weighted * standard).mean(axes: axes)),
      (u * standard).sum(axes: axes),
      u.sum(axes: axes),
    ]
  }
}

/// A tensor seen as rows of channels (its last axis), for statistics by channel.
private struct RowsOfChannels {
  let x: Tensor
  let count: Int
  let channels: Int

  /// Rows that one chunk covers; partial sums of chunks are added in their order.
  private var grain: Int { max(1, 65_536 / channels) }
  private var parts: Int { (count + grain - 1) / grain }

  init(_ x: Tensor) {
    precondition(
      x.rank >= 2 && x.shape[x.rank - 1] >= 1, "Batch normalization needs rows of channels, not \(x.shape).")
    self.x = x
    channels = x.shape[x.rank - 1]
    count = x.count / channels
  }

  /// The mean and the biased variance of each channel, in two passes.
  func moments() -> (mean: Tensor, variance: Tensor) {
    let n = Double(count)
    let mean = sums(shift: nil).first.map { Float($0 / n) }
    let shift = Tensor(mean)
    let (sum, squares) = sums(shift: shift)
    let variance = (0..<channels).map { Float(max(0, squares[$0] - sum[$0] * sum[$0] / n) / n) }
    return (shift, Tensor(variance))
  }

  /// Σ (x − shift) and Σ (x − shift)² of each channel.
  private func sums(shift: Tensor?) -> (first: [Double], second: [Double]) {
    addedParts { rows, first, second in
      kernels.normalization.moments(
        x.buffer.base + rows.lowerBound * channels, shift?.buffer.base, first, second, rows.count, channels)
    }
  }

  /// Two sums for each channel, by chunks of rows that are added in their order.
  private func addedParts(
    _ body: @Sendable (Range<Int>, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>) -> Void
  ) -> ([Double], [Double]) {
    let partial = Buffer<Double>(count: 2 * parts * channels)
    let (grain, channels) = (grain, channels)
    parallelFor(count, grain: grain) { rows in
      let start = partial.base + rows.lowerBound / grain * 2 * channels
      body(rows, start, start + channels)
    }
    var totals = [Double](repeating: 0, count: 2 * channels)
    for part in 0..<parts {
      for i in 0..<2 * channels { totals[i] += partial.base[part * 2 * channels + i] }
    }
    return (Array(totals[..<channels]), Array(totals[channels...]))
  }

  /// (x − mean) · scale + offset.
  func normalized(mean: Tensor, scale: Tensor, offset: Tensor) -> Tensor {
    let result = Buffer<Float>(count: x.count)
    let channels = channels
    parallelFor(count, grain: grain) { rows in
      let start = rows.lowerBound * channels
      kernels.normalization.apply(
        x.buffer.base + start, mean.buffer.base, scale.buffer.base, offset.buffer.base, result.base + start,
        rows.count, channels)
    }
    return Tensor(shape: x.shape, buffer: result)
  }

  /// The gradients with respect to x, γ and β.
  func gradients(
    _ upstream: Tensor, mean: Tensor, variance: Tensor, gamma: Tensor, epsilon: Float, wantsInput: Bool
  ) -> [Tensor?] {
    let channels = channels
    let (sum, product) = addedParts { rows, first, second in
      let start = rows.lowerBound * channels
      kernels.normalization.gradient_sums(
        upstream.buffer.base + start, x.buffer.base + start, mean.buffer.base, first, second, rows.count,
        channels)
    }
    let n = Double(count)
    let deviation = variance.elements.map { (Double($0) + Double(epsilon)).squareRoot() }
    let toGamma = Tensor((0..<channels).map { Float(product[$0] / deviation[$0]) })
    let toBeta = Tensor(sum.map { Float($0) })
    guard wantsInput else { return [nil, toGamma, toBeta] }
    let a = (0..<channels).map { Double(gamma.buffer.base[$0]) / deviation[$0] }
    let slope = Tensor(a.map { Float($0) })
    let b = Tensor((0..<channels).map { Float(-a[$0] * product[$0] / (n * deviation[$0] * deviation[$0])) })
    let k = Tensor((0..<channels).map { Float(-a[$0] * sum[$0] / n) })
    let result = Buffer<Float>(count: x.count)
    parallelFor(count, grain: grain) { rows in
      let start = rows.lowerBound * channels
      kernels.normalization.gradient_apply(
        upstream.buffer.base + start, x.buffer.base + start, mean.buffer.base, slope.buffer.base,
        b.buffer.base,
        k.buffer.base, result.base + start, rows.count, channels)
    }
    return [Tensor(shape: x.shape, buffer: result), toGamma, toBeta]
  }
}

extension TensorAlgebra {
  /// Normalizes each channel (last axis) with the batch's own mean and variance, then scales and shifts:
  /// γ (x − mean) / √(variance + ε) + β (Ioffe and Szegedy, 2015).
  ///
  /// - Returns: The result, and the mean and the biased variance of each channel, as data.
  public func batchNormalized(scale: Self, shift: Self, epsilon: Float = 1e-5) -> (
    result: Self, mean: Tensor, variance: Tensor
  ) {
    let outputs = Self.apply(
      BatchNormalization(epsilon: epsilon), to: [self, scale, shift], precomputed: nil)
    return (outputs[0], outputs[1].tensor, outputs[2].tensor)
  }
}
