import CKernels

/// One pass of a convolution, forward or to the input: which of the kernels computes it, seen from where, and how
/// the weights are read. The choice depends on the shape alone.
struct ConvolutionPass: Sendable {
  enum Method: Sendable {
    /// Patches of the padded source times the weights.
    case correlate
    /// Every source pixel times every tap, added to the target: nothing is spent on zeros around the source.
    case spread
    /// The same with all taps side by side in one product, for few target channels.
    case spreadFew
  }

  let shape: ood_convolution_shape
  let batch: Int
  let order: ood_weight_order
  let method: Method

  /// y from x. At stride 1 a correlation can be computed as a spread from the other side.
  static func forward(_ g: ConvolutionGeometry) -> ConvolutionPass {
    let adjoint = g.adjointShape
    if g.stride == 1 {
      var spread = adjoint
      swap(&spread.source_height, &spread.target_height)
      swap(&spread.source_width, &spread.target_width)
      swap(&spread.source_channels, &spread.target_channels)
      spread.top = g.kernelHeight - 1 - g.top
      spread.left = g.kernelWidth - 1 - g.left
      if hasFewTargets(spread) {
        return ConvolutionPass(shape: spread, batch: g.batch, order: ood_weights_reversed, method: .spreadFew)
      }
      if spreadSavesPixels(spread) {
        return ConvolutionPass(shape: spread, batch: g.batch, order: ood_weights_reversed, method: .spread)
      }
    }
    return ConvolutionPass(shape: g.kernelShape, batch: g.batch, order: ood_weights_plain, method: .correlate)
  }

  /// dx from dy: a spread by nature; at stride 1 a correlation where that is shorter.
  static func inputGradient(_ g: ConvolutionGeometry) -> ConvolutionPass {
    let spread = g.adjointShape
    if hasFewTargets(spread) {
      return ConvolutionPass(shape: spread, batch: g.batch, order: ood_weights_transposed, method: .spreadFew)
    }
    if g.stride > 1 || spreadSavesPixels(spread) {
      return ConvolutionPass(shape: spread, batch: g.batch, order: ood_weights_transposed, method: .spread)
    }
    var correlate = spread
    correlate.top = g.kernelHeight - 1 - g.top
    correlate.left = g.kernelWidth - 1 - g.left
    let order = ood_weight_order(ood_weights_transposed.rawValue | ood_weights_reversed.rawValue)
    return ConvolutionPass(shape: correlate, batch: g.batch, order: order, method: .correlate)
  }

  /// Whether the taps side by side fill vectors much better than the channels of one tap.
  private static func hasFewTargets(_ s: ood_convolution_shape) -> Bool {
    let width = kernels.convolution.vector_width
    let taps = s.kernel_height * s.kernel_width
    func rounded(_ n: Int) -> Int { (n + width - 1) / width * width }
    return 2 * rounded(taps * s.target_channels) <= taps * rounded(s.target_channels)
  }

  /// Whether the source has fewer pixels than the target, and channels enough for one product a tap.
  private static func spreadSavesPixels(_ s: ood_convolution_shape) -> Bool {
    s.source_channels >= 32
      && s.source_height * s.source_width < s.target_height * s.target_width
  }

  /// Images in a chunk: enough pixels for packed weights to be used many times while they are near.
  private var imagesInChunk: Int {
    let pixels =
      method == .correlate
      ? shape.target_height * shape.target_width : shape.source_height * shape.source_width
    return max(1, 192 / pixels)
  }

  private func packed(_ weights: Tensor) -> Buffer<Float> {
    var shape = shape
    let few = method == .spreadFew
    let packed = Buffer<Float>(count: kernels.convolution.packed_count(&shape, few ? 1 : 0))
    if few {
      kernels.convolution.pack_few(&shape, Int32(order.rawValue), weights.buffer.base, packed.base)
    } else {
      let taps = shape.kernel_height * shape.kernel_width
      parallelFor(taps, grain: 1 + (1 << 16) * taps / packed.count) { range in
        var shape = self.shape
        kernels.convolution.pack(
          &shape, Int32(order.rawValue), range.lowerBound, range.upperBound, weights.buffer.base, packed.base)
      }
    }
    return packed
  }

  /// Computes the pass in chunks of images. Scratch memory: a padded or gated copy of a chunk's source and target.
  func run(
    _ source: Tensor, gate: Tensor?, weights: Tensor, bias: Tensor?, activation: ConvolutionActivation,
    result: Shape
  ) -> Tensor {
    let target = Buffer<Float>(count: result.elementCount)
    let sourceSize = shape.source_height * shape.source_width * shape.source_channels
    let targetSize = shape.target_height * shape.target_width * shape.target_channels
    if batch == 0 { return Tensor(shape: result, buffer: target) }
    let packed = packed(weights)
    parallelFor(batch, grain: imagesInChunk) { images in
      var shape = shape
      let table = kernels.convolution
      let x = source.buffer.base + images.lowerBound * sourceSize
      let open = gate.map { $0.buffer.base + images.lowerBound * sourceSize }
      let y = target.base + images.lowerBound * targetSize
      switch method {
      case .correlate:
        let scratch = Buffer<Float>(count: table.correlate_scratch(&shape, images.count))
        table.correlate(
          &shape, images.count, x, open, packed.base, bias?.buffer.base, activation.kernel, y, scratch.base)
      case .spread:
        let scratch = Buffer<Float>(count: table.spread_scratch(&shape, images.count))
        table.spread(
          &shape, images.count, x, open, packed.base, bias?.buffer.base, activation.kernel, y, scratch.base)
      case .spreadFew:
        let scratch = Buffer<Float>(count: table.spread_few_scratch(&shape, images.count))
        table.spread_few(
          &shape, images.count, x, open, packed.base, bias?.buffer.base, activation.kernel, y, scratch.base)
      }
    }
    return Tensor(shape: result, buffer: target)
  }
}
