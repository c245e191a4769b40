import CKernels

/// The passes of a convolution at winners, split over threads: by images where each writes its own, by maps and channels
/// for the weight gradient, so that nothing is added up between threads.
struct WinnerPass: Sendable {
  let shape: ood_winner_shape
  let order: ood_weight_order
  /// Images that share one pass over the packed weights.
  private static let imagesInChunk = 8
  /// Maps and channels in a piece of the weight gradient.
  private static let mapsInPiece = 16, channelsInPiece = 128

  private func packed(_ weights: Tensor) -> Buffer<Float> {
    let s = shape
    let key = WeightForms.Key(
      kernel: "winner", variant: KernelVariant.active.name, order: order.rawValue,
      shape: [
        s.height, s.width, s.maps, s.target_height, s.target_width, s.target_channels, s.kernel_height,
        s.kernel_width, s.multiply, s.divide, s.top, s.left,
      ])
    return WeightForms.form(of: weights, key) { pack(weights) }
  }

  private func pack(_ weights: Tensor) -> Buffer<Float> {
    var shape = shape
    let packed = Buffer<Float>(count: kernels.winner.packed_count(&shape))
    let grain = (1 << 16) * shape.maps / max(1, packed.count) / 16 * 16
    parallelFor(shape.maps, grain: max(16, grain)) { maps in
      var shape = self.shape
      kernels.winner.pack(
        &shape, Int32(order.rawValue), maps.lowerBound, maps.upperBound, weights.buffer.base, packed.base)
    }
    return packed
  }

  func spread(
    _ code: WinnerCode<Tensor>, weights: Tensor, bias: Tensor?, activation: Activation,
    result: Shape
  ) -> Tensor {
    let target = Buffer<Float>(count: result.elementCount)
    let packed = packed(weights)
    let size = shape.target_height * shape.target_width * shape.target_channels
    let (positions, values) = (code.positions, code.values)
    let streams = result.elementCount >= Int(ood_streaming_count)
    parallelFor(values.shape[0], grain: Self.imagesInChunk) { images in
      var shape = shape
      let scratch = Buffer<Float>(count: kernels.winner.spread_scratch(&shape, images.count))
      let first = images.lowerBound * shape.maps
      kernels.winner.spread(
        &shape, images.count, positions.buffer.base + first, values.buffer.base + first, packed.base,
        bias?.buffer.base, activation.kernel!, streams ? 1 : 0,
        target.base + images.lowerBound * size, scratch.base)
    }
    return Tensor(shape: result, buffer: target)
  }

  func valueGradient(_ upstream: Tensor, weights: Tensor, positions: Indexes, gate: Tensor?) -> Tensor {
    let codeGradient = Buffer<Float>(count: positions.count)
    let packed = packed(weights)
    let size = shape.target_height * shape.target_width * shape.target_channels
    parallelFor(positions.shape[0], grain: Self.imagesInChunk) { images in
      var shape = shape
      let first = images.lowerBound * shape.maps
      kernels.winner.value_gradient(
        &shape, images.count, positions.buffer.base + first, packed.base,
        upstream.buffer.base + images.lowerBound * size,
        gate.map { $0.buffer.base + images.lowerBound * size },
        codeGradient.base + first)
    }
    return Tensor(shape: positions.shape, buffer: codeGradient)
  }

  /// Whether `gradients` computes this pass: patches lie inside the target.
  var patchesFit: Bool {
    var shape = shape
    return kernels.winner.patches_fit(&shape) != 0
  }

  /// What `gradients` computes.
  struct Gradients {
    let weights: Tensor
    let values: Tensor?
    let bias: Tensor?
  }

  /// The gradient to the weights and, where `weights` are given, those to the values and the bias, in one pass over
  /// `upstream`: by panels of channels, which share nothing but the values' gradient; by maps where one panel has all
  /// channels.
  func gradients(
    _ upstream: Tensor, gate: Tensor?, code: WinnerCode<Tensor>, weights: Tensor?, result: Shape
  ) -> Gradients {
    let (positions, values) = (code.positions, code.values)
    var shape = shape
    let channels = kernels.winner.gradients_channels(&shape)
    let panels = (shape.target_channels + channels - 1) / channels
    let mapPieces = panels == 1 ? (shape.maps + Self.mapsInPiece - 1) / Self.mapsInPiece : 1
    let codeGradient = Buffer<Float>(count: result.elementCount)
    let partial = weights.map { _ in Buffer<Float>(count: panels * values.count) }
    let packed = weights.map { self.packed($0) }
    let bias = weights.map { _ in Buffer<Float>(count: shape.target_channels) }
    parallelFor(panels * mapPieces, grain: 1) { pieces in
      for piece in pieces {
        var shape = self.shape
        let panel = piece / mapPieces
        let firstMap = piece % mapPieces * Self.mapsInPiece
        let lastMap = mapPieces == 1 ? shape.maps : min(shape.maps, firstMap + Self.mapsInPiece)
        let scratch = Buffer<Float>(count: kernels.winner.gradients_scratch(&shape, lastMap - firstMap))
        kernels.winner.gradients(
          &shape, values.shape[0], firstMap, lastMap, panel * channels, positions.buffer.base,
          values.buffer.base, packed?.base, upstream.buffer.base, gate?.buffer.base, Int32(order.rawValue),
          codeGradient.base, partial.map { $0.base + panel * values.count }, bias?.base, scratch.base)
      }
    }
    let toWeights = Tensor(shape: result, buffer: codeGradient)
    guard let partial, let bias else { return Gradients(weights: toWeights, values: nil, bias: nil) }
    let count = values.count
    let toValues =
      panels == 1
      ? Tensor(shape: values.shape, buffer: partial)
      : Tensor(shape: values.shape) { sums in
        sums.baseAddress!.update(from: partial.base, count: count)
        for panel in 1..<panels {
          kernels.map.scale_add(1, partial.base + panel * count, sums.baseAddress!, count)
        }
      }
    return Gradients(
      weights: toWeights, values: toValues, bias: Tensor(shape: [shape.target_channels], buffer: bias))
  }

  func weightGradient(
    _ upstream: Tensor, code: WinnerCode<Tensor>, gate: Tensor?, result: Shape
  ) -> Tensor {
    let codeGradient = Buffer<Float>(count: result.elementCount)
    let (positions, values) = (code.positions, code.values)
    let mapPieces = (shape.maps + Self.mapsInPiece - 1) / Self.mapsInPiece
    let channelPieces = (shape.target_channels + Self.channelsInPiece - 1) / Self.channelsInPiece
    parallelFor(mapPieces * channelPieces, grain: 1) { pieces in
      var shape = shape
      for piece in pieces {
        let firstMap = piece % mapPieces * Self.mapsInPiece
        let lastMap = min(shape.maps, firstMap + Self.mapsInPiece)
        let firstChannel = piece / mapPieces * Self.channelsInPiece
        let lastChannel = min(shape.target_channels, firstChannel + Self.channelsInPiece)
        let count = kernels.winner.weight_gradient_scratch(
          &shape, lastMap - firstMap, lastChannel - firstChannel)
        let scratch = Buffer<Float>(count: count)
        kernels.winner.weight_gradient(
          &shape, values.shape[0], firstMap, lastMap, firstChannel, lastChannel, positions.buffer.base,
          values.buffer.base, upstream.buffer.base, gate?.buffer.base, Int32(order.rawValue),
          codeGradient.base,
          scratch.base)
      }
    }
    return Tensor(shape: result, buffer: codeGradient)
  }
}
