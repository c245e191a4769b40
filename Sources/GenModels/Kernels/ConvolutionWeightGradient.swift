import CKernels

/// The gradient of a convolution to its weights, in pieces that run at the same time.
///
/// With many source channels every piece owns some of them, so nothing is added up between pieces. With few, the
/// pieces are runs of images, at most eight whatever the number of threads, whose gradients are added in order.
/// Scratch memory is a padded image and a copy of the gradient for each piece.
struct ConvolutionWeightGradientPass: Sendable {
  let shape: ood_convolution_shape
  let batch: Int
  let order: ood_weight_order
  /// The output plays the source and the input the target.
  let exchanged: Bool
  private static let mostPieces = 8
  /// Multiply-adds that are worth a piece of their own.
  private static let pieceWork = 1 << 20

  init(_ g: ConvolutionGeometry) {
    batch = g.batch
    // The target's channels fill the vectors: with few output channels, the sides change places.
    exchanged = g.stride == 1 && g.outChannels < 8 && g.inChannels > g.outChannels
    guard exchanged else {
      shape = g.kernelShape
      order = ood_weights_plain
      return
    }
    var other = g.adjointShape
    other.top = g.kernelHeight - 1 - g.top
    other.left = g.kernelWidth - 1 - g.left
    shape = other
    order = ood_weight_order(ood_weights_transposed.rawValue | ood_weights_reversed.rawValue)
  }

  private var pieces: Int {
    let work =
      batch * shape.target_height * shape.target_width * shape.target_channels * shape.source_channels
      * shape.kernel_height * shape.kernel_width
    return min(Self.mostPieces, 1 + work / Self.pieceWork)
  }

  func run(_ x: Tensor, upstream: Tensor, gate: Tensor?, result: Shape) -> Tensor {
    runsByChannels
      ? byChannels(x, upstream, gate, result) : byImages(x, upstream, gate, result, sums: 0).weights
  }

  /// The gradient to the bias with that to the weights, in one pass over the upstream gradient; nil where it isn't the
  /// target's or several pieces see it.
  func runWithBias(
    _ x: Tensor, upstream: Tensor, gate: Tensor?, result: Shape
  ) -> (weights: Tensor, bias: Tensor)? {
    if runsByChannels || exchanged { return nil }
    let (weights, bias) = byImages(x, upstream, gate, result, sums: shape.target_channels)
    return (weights, bias)
  }

  private var runsByChannels: Bool {
    shape.source_channels >= kernels.convolution.gradient_grouped_channels
  }

  private func byChannels(_ x: Tensor, _ upstream: Tensor, _ gate: Tensor?, _ result: Shape) -> Tensor {
    let weightGradient = Buffer<Float>(count: result.elementCount)
    let group = kernels.convolution.gradient_group
    let groups = (shape.source_channels + group - 1) / group
    parallelFor(groups, grain: (groups + pieces - 1) / pieces) { range in
      add(
        images: 0..<batch,
        channels: range.lowerBound * group..<min(range.upperBound * group, shape.source_channels),
        x, upstream, gate, to: weightGradient.base)
    }
    return Tensor(shape: result, buffer: weightGradient)
  }

  /// The weights' gradient, and with it the target's sums where `sums` of them are asked for.
  private func byImages(
    _ x: Tensor, _ upstream: Tensor, _ gate: Tensor?, _ result: Shape, sums: Int
  ) -> (weights: Tensor, bias: Tensor) {
    let size = result.elementCount
    let grain = max(1, (batch + pieces - 1) / pieces)
    let count = max(1, (batch + grain - 1) / grain)
    let partial = Buffer<Float>(count: count * (size + sums))
    parallelFor(count, grain: 1) { range in
      for piece in range {
        let weightGradient = partial.base + piece * (size + sums)
        add(
          images: piece * grain..<min(batch, (piece + 1) * grain), channels: 0..<shape.source_channels, x,
          upstream, gate, to: weightGradient, sums: sums > 0 ? weightGradient + size : nil)
      }
    }
    for piece in 1..<max(1, count) {
      kernels.map.scale_add(1, partial.base + piece * (size + sums), partial.base, size + sums)
    }
    let weights = Buffer<Float>(count: size)
    weights.base.update(from: partial.base, count: size)
    let bias = Buffer<Float>(count: sums)
    bias.base.update(from: partial.base + size, count: sums)
    return (Tensor(shape: result, buffer: weights), Tensor(shape: [sums], buffer: bias))
  }

  private func add(
    images: Range<Int>, channels: Range<Int>, _ x: Tensor, _ upstream: Tensor, _ gate: Tensor?,
    to weightGradient: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>? = nil
  ) {
    var shape = shape
    let table = kernels.convolution
    let source = exchanged ? upstream : x
    let target = exchanged ? x : upstream
    let sourceStart = images.lowerBound * shape.source_height * shape.source_width * shape.source_channels
    let targetStart = images.lowerBound * shape.target_height * shape.target_width * shape.target_channels
    let open = gate.map { UnsafePointer($0.buffer.base + (exchanged ? sourceStart : targetStart)) }
    let scratch = Buffer<Float>(count: table.weight_gradient_scratch(&shape, channels.count))
    table.weight_gradient(
      &shape, images.count, channels.lowerBound, channels.upperBound, source.buffer.base + sourceStart,
      exchanged ? open : nil, target.buffer.base + targetStart, exchanged ? nil : open, Int32(order.rawValue),
      weightGradient, sums, scratch.base)
  }
}
