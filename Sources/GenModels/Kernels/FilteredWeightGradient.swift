import CKernels

/// The gradient of a convolution to its weights by minimal filtering.
///
/// The work is cut into runs of images with at most 288 tiles, whose gradients are added in order: so however large the
/// batch, the sums over frequencies, in which rounding errors are magnified, stay short. With few runs the
/// channels are cut too. Each piece at work needs up to 100 floats for each weight of a tap, and the frequencies of 36 tiles.
struct FilteredWeightGradientPass: Sendable {
  private let shape: ood_convolution_shape
  private let batch: Int
  private let order: ood_weight_order
  /// The output plays the source and the input the target: tiles lie on the smaller of the two.
  private let exchanged: Bool
  private static let mostTiles = 288
  /// Gradients of runs of images that are kept at a time.
  private static let wave = 8
  /// The transform of the gradient costs as much as this many tiles.
  private static let fewestTiles = 48

  /// Nil where direct sums are faster.
  init?(_ g: ConvolutionGeometry) {
    guard g.stride == 1 else { return nil }
    let output = ConvolutionAlgorithm.tiles(g.kernelShape, g.outputHeight, g.outputWidth)
    let input = ConvolutionAlgorithm.tiles(g.kernelShape, g.inputHeight, g.inputWidth)
    exchanged = input < output
    if exchanged {
      var other = g.adjointShape
      other.top = g.kernelHeight - 1 - g.top
      other.left = g.kernelWidth - 1 - g.left
      shape = other
      order = ood_weight_order(ood_weights_transposed.rawValue | ood_weights_reversed.rawValue)
    } else {
      shape = g.kernelShape
      order = ood_weights_plain
    }
    batch = g.batch
    guard
      batch * min(input, output) >= Self.fewestTiles,
      ConvolutionAlgorithm.minimalFilteringWins(
        shape, height: shape.target_height, width: shape.target_width,
        directPixels: shape.target_height * shape.target_width)
    else { return nil }
  }

  func run(_ x: Tensor, upstream: Tensor, gate: Tensor?, result: Shape) -> Tensor {
    let size = result.elementCount
    let tiles = ConvolutionAlgorithm.tiles(shape, shape.target_height, shape.target_width)
    let most = max(1, Self.mostTiles / tiles)
    let runs = (batch + most - 1) / most
    let images = (batch + runs - 1) / runs
    let weightGradient = Buffer<Float>(count: size)
    if runs == 1 {
      add(runs: 0..<1, of: images, x, upstream, gate, to: weightGradient.base, size: size)
      return Tensor(shape: result, buffer: weightGradient)
    }
    let partial = Buffer<Float>(count: min(runs, Self.wave) * size)
    for first in stride(from: 0, to: runs, by: Self.wave) {
      let wave = first..<min(runs, first + Self.wave)
      add(runs: wave, of: images, x, upstream, gate, to: partial.base, size: size)
      parallelFor(size, grain: 1 << 16) { range in
        let sum = weightGradient.base + range.lowerBound
        for run in wave {
          let part = partial.base + (run - first) * size + range.lowerBound
          if run == 0 {
            sum.update(from: part, count: range.count)
          } else {
            kernels.map.scale_add(1, part, sum, range.count)
          }
        }
      }
    }
    return Tensor(shape: result, buffer: weightGradient)
  }

  /// The gradients of runs of `images` images each, one after the other from `to` on.
  private func add(
    runs: Range<Int>, of images: Int, _ x: Tensor, _ upstream: Tensor, _ gate: Tensor?,
    to gradients: UnsafeMutablePointer<Float>, size: Int
  ) {
    // Groups of whole vectors of channels: four when there is one run, none from four runs on.
    let rows = exchanged ? shape.target_channels : shape.source_channels
    let width = kernels.convolution.vector_width
    let vectors = (rows + width - 1) / width
    let groupRows = (vectors + 4 / min(4, runs.count) - 1) / (4 / min(4, runs.count)) * width
    let groups = (rows + groupRows - 1) / groupRows
    let source = exchanged ? upstream : x
    let target = exchanged ? x : upstream
    let sourceSize = shape.source_height * shape.source_width * shape.source_channels
    let targetSize = shape.target_height * shape.target_width * shape.target_channels
    // Safe to share: every piece writes its own rows of its own run's gradient.
    nonisolated(unsafe) let gradients = gradients
    parallelFor(runs.count * groups, grain: 1) { pieces in
      for piece in pieces {
        var shape = shape
        let filters = kernels.winograd
        let run = piece / groups
        let start = (runs.lowerBound + run) * images
        let count = max(0, min(batch, start + images) - start)
        let first = piece % groups * groupRows
        let last = min(rows, first + groupRows)
        let open = gate.map {
          UnsafePointer($0.buffer.base + start * (exchanged ? sourceSize : targetSize))
        }
        let scratch = Buffer<Float>(
          count: filters.weight_gradient_scratch(&shape, count, last - first, Int32(order.rawValue)))
        filters.weight_gradient(
          &shape, count, first, last, source.buffer.base + start * sourceSize, exchanged ? open : nil,
          target.buffer.base + start * targetSize, exchanged ? nil : open, Int32(order.rawValue),
          gradients + run * size, scratch.base)
      }
    }
  }
}
