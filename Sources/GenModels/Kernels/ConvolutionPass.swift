import CKernels

/// One pass of a convolution, forward or to the input: which of the kernels computes it, seen from where, and how
/// the weights are read. The choice depends on the shape of an image, and on what `ConvolutionAlgorithm` allows.
struct ConvolutionPass: Sendable {
  enum Method: Sendable {
    /// Patches of the padded source times the weights.
    case correlate
    /// Every source pixel times every tap, added to the target: nothing is spent on zeros around the source.
    case spread
    /// The same with all taps side by side in one product, for few target channels.
    case spreadFew
    /// A correlation or a spread by minimal filtering.
    case filteredCorrelate, filteredSpread
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
      if let method = filtering(spread: spread) {
        return method == .filteredSpread
          ? ConvolutionPass(shape: spread, batch: g.batch, order: ood_weights_reversed, method: method)
          : ConvolutionPass(shape: g.kernelShape, batch: g.batch, order: ood_weights_plain, method: method)
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
    let filtering = filtering(spread: spread)
    if filtering == .filteredSpread {
      return ConvolutionPass(
        shape: spread, batch: g.batch, order: ood_weights_transposed, method: .filteredSpread)
    }
    if filtering == nil && (g.stride > 1 || spreadSavesPixels(spread)) {
      return ConvolutionPass(shape: spread, batch: g.batch, order: ood_weights_transposed, method: .spread)
    }
    var correlate = spread
    correlate.top = g.kernelHeight - 1 - g.top
    correlate.left = g.kernelWidth - 1 - g.left
    let order = ood_weight_order(ood_weights_transposed.rawValue | ood_weights_reversed.rawValue)
    return ConvolutionPass(shape: correlate, batch: g.batch, order: order, method: filtering ?? .correlate)
  }

  /// Which form of minimal filtering computes a pass that could be this spread, if one is worth it: a spread
  /// where the source has fewer tiles than the target. Correlations come first, as they add nothing up in memory.
  private static func filtering(spread s: ood_convolution_shape) -> Method? {
    let bySource = ConvolutionAlgorithm.tiles(s, s.source_height, s.source_width)
    let spreads = bySource < ConvolutionAlgorithm.tiles(s, s.target_height, s.target_width)
    let wins = ConvolutionAlgorithm.minimalFilteringWins(
      s, height: spreads ? s.source_height : s.target_height,
      width: spreads ? s.source_width : s.target_width,
      directPixels: min(s.source_height * s.source_width, s.target_height * s.target_width))
    return wins ? (spreads ? .filteredSpread : .filteredCorrelate) : nil
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
  var imagesInChunk: Int {
    let ofTarget = method == .correlate || method == .filteredCorrelate
    let height = ofTarget ? shape.target_height : shape.source_height
    let width = ofTarget ? shape.target_width : shape.source_width
    switch method {
    case .correlate, .spread, .spreadFew: return max(1, 192 / (height * width))
    case .filteredCorrelate, .filteredSpread:
      // Chunks of about a block of 36 tiles, an even number of them.
      let tiles = ConvolutionAlgorithm.tiles(shape, height, width)
      let chunks = (batch * tiles + 71) / 72 * 2
      return (batch + chunks - 1) / chunks
    }
  }

  /// Weights in the form that this pass's kernel reads. They are good for any batch.
  func prepared(_ weights: Tensor) -> Buffer<Float> {
    let s = shape
    let key = WeightForms.Key(
      kernel: "\(method)", variant: KernelVariant.active.name, order: order.rawValue,
      shape: [
        s.source_height, s.source_width, s.source_channels, s.target_height, s.target_width,
        s.target_channels,
        s.kernel_height, s.kernel_width, s.stride, s.top, s.left,
      ])
    return WeightForms.form(of: weights, key) { prepare(weights) }
  }

  private func prepare(_ weights: Tensor) -> Buffer<Float> {
    var shape = shape
    let table = kernels.convolution
    let order = Int32(order.rawValue)
    switch method {
    case .correlate, .spread:
      let packed = Buffer<Float>(count: table.packed_count(&shape, 0))
      let taps = shape.kernel_height * shape.kernel_width
      parallelFor(taps, grain: 1 + (1 << 16) * taps / packed.count) { range in
        var shape = self.shape
        kernels.convolution.pack(
          &shape, order, range.lowerBound, range.upperBound, weights.buffer.base, packed.base)
      }
      return packed
    case .spreadFew:
      let packed = Buffer<Float>(count: table.packed_count(&shape, 1))
      table.pack_few(&shape, order, weights.buffer.base, packed.base)
      return packed
    case .filteredCorrelate, .filteredSpread:
      let transformed = Buffer<Float>(count: kernels.winograd.weights_count(&shape))
      parallelFor(shape.source_channels, grain: 16) { range in
        var shape = self.shape
        kernels.winograd.transform_weights(
          &shape, order, range.lowerBound, range.upperBound, weights.buffer.base, transformed.base)
      }
      return transformed
    }
  }

  /// Computes the pass in chunks of images. Scratch memory of a chunk: a padded or gated copy of its source and
  /// target, or the frequencies of 36 tiles.
  func run(
    _ source: Tensor, gate: Tensor?, weights: Tensor, bias: Tensor?, activation: Activation,
    result: Shape
  ) -> Tensor {
    if batch == 0 { return .zeros(result) }
    let prepared = prepared(weights)
    let target = Buffer<Float>(count: result.elementCount)
    let streams = result.elementCount >= Int(ood_streaming_count)
    let sourceSize = shape.source_height * shape.source_width * shape.source_channels
    let targetSize = shape.target_height * shape.target_width * shape.target_channels
    parallelFor(batch, grain: imagesInChunk) { images in
      var shape = shape
      let table = kernels.convolution
      let filters = kernels.winograd
      let x = source.buffer.base + images.lowerBound * sourceSize
      let open = gate.map { $0.buffer.base + images.lowerBound * sourceSize }
      let y = target.base + images.lowerBound * targetSize
      let (count, offsets, end) = (images.count, bias?.buffer.base, activation.kernel!)
      switch method {
      case .correlate:
        let scratch = Buffer<Float>(count: table.correlate_scratch(&shape, count))
        table.correlate(
          &shape, count, x, open, prepared.base, offsets, end, streams ? 1 : 0, y, scratch.base)
      case .spread:
        let scratch = Buffer<Float>(count: table.spread_scratch(&shape, count))
        table.spread(&shape, count, x, open, prepared.base, offsets, end, y, scratch.base)
      case .spreadFew:
        let scratch = Buffer<Float>(count: table.spread_few_scratch(&shape, count))
        table.spread_few(&shape, count, x, open, prepared.base, offsets, end, y, scratch.base)
      case .filteredCorrelate:
        let scratch = Buffer<Float>(count: filters.scratch(&shape, count))
        filters.correlate(&shape, count, x, open, prepared.base, offsets, end, y, scratch.base)
      case .filteredSpread:
        let scratch = Buffer<Float>(count: filters.scratch(&shape, count))
        filters.spread(&shape, count, x, open, prepared.base, offsets, end, y, scratch.base)
      }
    }
    return Tensor(shape: result, buffer: target)
  }
}
