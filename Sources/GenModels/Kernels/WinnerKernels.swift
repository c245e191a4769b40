import CKernels

/// The compact form of feature maps after spatial winner-take-all: for each image and map one value and its place,
/// zero everywhere else.
///
/// The type is what lets the next convolution and both backward passes cost one patch per map instead of a whole
/// image (`winnerConvolution`).
public struct WinnerCode<Value: TensorAlgebra> {
  /// `[batch, maps]`: row · width + column of each map's winner.
  public let positions: Indexes
  /// `[batch, maps]`: the winners' values.
  public let values: Value
  /// Size of the maps that the positions refer to.
  public let height, width: Int

  /// Traps when the shapes differ or a position lies outside the map.
  public init(positions: Indexes, values: Value, height: Int, width: Int) {
    precondition(
      positions.shape == values.shape && values.shape.rank == 2,
      """
      A code has one position and one value for each image and map, and the positions have the shape \
      \(positions.shape), the values \(values.shape).
      """)
    positions.withUnsafeElements { elements in
      for position in elements {
        precondition(
          position >= 0 && Int(position) < height * width,
          "Position \(position) lies outside a map of \(height) x \(width) pixels.")
      }
    }
    self.positions = positions
    self.values = values
    self.height = height
    self.width = width
  }

  public var batch: Int { values.shape[0] }
  public var maps: Int { values.shape[1] }

  /// The same places with other values of the same shape.
  public func with<Other: TensorAlgebra>(values: Other) -> WinnerCode<Other> {
    WinnerCode<Other>(positions: positions, values: values, height: height, width: width)
  }
}

extension WinnerCode: Sendable where Value: Sendable {}

/// Spatial winner-take-all (Makhzani and Frey, "Winner-Take-All Autoencoders", 2015, section 3): for each image and
/// feature map of `x`, `[batch, height, width, maps]`, the largest value and where it is.
///
/// The first of equal values wins, row by row. A NaN beats every number (and the first NaN wins), so that it stays
/// visible.
package func spatialWinners(_ x: Tensor) -> WinnerCode<Tensor> {
  precondition(
    x.rank == 4 && x.shape[1] * x.shape[2] > 0,
    "Spatial winner-take-all takes images [batch, height, width, maps] with pixels, and got the shape \(x.shape)."
  )
  let (batch, pixels, maps) = (x.shape[0], x.shape[1] * x.shape[2], x.shape[3])
  let values = Buffer<Float>(count: batch * maps)
  let positions = Buffer<Int32>(count: batch * maps)
  parallelFor(batch, grain: 1 + (1 << 16) / max(1, pixels * maps)) { images in
    let first = images.lowerBound
    kernels.winner.spatial(
      images.count, pixels, maps, x.buffer.base + first * pixels * maps, values.base + first * maps,
      positions.base + first * maps)
  }
  let shape: Shape = [batch, maps]
  return WinnerCode(
    positions: Indexes(shape: shape, buffer: positions), values: Tensor(shape: shape, buffer: values),
    height: x.shape[1], width: x.shape[2])
}

/// Channel winner-take-all (Kégl, Cherti and Kazakçı, "Spurious samples in deep generative models: bug or
/// feature?", section 4): in each row of `values`, `[batch, maps]`, the ⌊sparsity · maps⌋ smallest become 0.
///
/// Of equal values at the border the ones with the lower map number stay. NaN counts as largest.
///
/// - Parameter sparsity: ρ, the fraction of maps set to zero, from 0 to 1. A product within 10⁻⁶ below a whole
///   number counts as that number, so that 0.29 of 100 maps are 29.
/// - Returns: The values that stay, zeros elsewhere; and 1 where they stay, 0 elsewhere, which is the
///   derivative.
package func channelWinners(_ values: Tensor, sparsity: Double) -> (values: Tensor, mask: Tensor) {
  precondition(
    values.rank == 2, "Channel winner-take-all takes values [batch, maps], and got the shape \(values.shape)."
  )
  precondition(
    sparsity >= 0 && sparsity <= 1, "The sparsity rate lies between 0 and 1, and \(sparsity) was given.")
  let (rows, columns) = (values.shape[0], values.shape[1])
  let keep = columns - Int((sparsity * Double(columns) + 1e-6).rounded(.down))
  let kept = Buffer<Float>(count: values.count)
  let mask = Buffer<Float>(count: values.count)
  parallelFor(rows, grain: 1 + (1 << 12) / max(1, columns)) { range in
    let start = range.lowerBound * columns
    kernels.winner.largest_in_rows(
      range.count, columns, keep, values.buffer.base + start, kept.base + start, mask.base + start)
  }
  return (Tensor(shape: values.shape, buffer: kept), Tensor(shape: values.shape, buffer: mask))
}

/// Channel winner-take-all by position: of the winners that lie in one cell of `stride` × `stride` positions (cells at the
/// ends of rows and columns may be smaller) the largest stays, the others become 0. Of equal values the lowest map's stays;
/// NaN counts as largest. Results are as for `channelWinners(_:sparsity:)`.
package func channelWinners(_ code: WinnerCode<Tensor>, stride: Int) -> (values: Tensor, mask: Tensor) {
  precondition(stride >= 1, "A stride is 1 or more, and \(stride) was given.")
  // All cells beyond the map are one; so large a stride must not overflow.
  let stride = min(stride, max(code.height, code.width))
  let (maps, values) = (code.maps, code.values)
  let kept = Buffer<Float>(count: values.count)
  let mask = Buffer<Float>(count: values.count)
  parallelFor(code.batch, grain: 1 + (1 << 13) / max(1, maps)) { images in
    let scratch = Buffer<Int32>(
      count: kernels.winner.largest_in_cells_scratch(code.height, code.width, stride))
    let first = images.lowerBound * maps
    kernels.winner.largest_in_cells(
      images.count, code.height, code.width, stride, maps, code.positions.buffer.base + first,
      values.buffer.base + first, kept.base + first, mask.base + first, scratch.base)
  }
  return (Tensor(shape: values.shape, buffer: kept), Tensor(shape: values.shape, buffer: mask))
}

/// Lifetime winner-take-all (Makhzani and Frey, 2015, section 2): for each feature map the largest values over the
/// batch stay, `rate` of them, the others become 0.
///
/// ⌈rate · batch⌉ stay in each column of `values`, `[batch, maps]`, at least one; of equal values at the border those of
/// the first images. NaN counts as largest. Results are as for `channelWinners`.
package func lifetimeWinners(_ values: Tensor, rate: Double) -> (values: Tensor, mask: Tensor) {
  precondition(
    values.rank == 2,
    "Lifetime winner-take-all takes values [batch, maps], and got the shape \(values.shape).")
  precondition(
    rate > 0 && rate <= 1,
    "The rate of lifetime winners lies above 0 and at most at 1, and \(rate) was given.")
  let (rows, columns) = (values.shape[0], values.shape[1])
  let keep = max(1, Int((rate * Double(rows) - 1e-6).rounded(.up)))
  let kept = Buffer<Float>(count: values.count)
  let mask = Buffer<Float>(count: values.count)
  parallelFor(columns, grain: 64) { range in
    kernels.winner.largest_in_columns(
      rows, columns, range.lowerBound, range.upperBound, keep, values.buffer.base, kept.base, mask.base)
  }
  return (Tensor(shape: values.shape, buffer: kept), Tensor(shape: values.shape, buffer: mask))
}

/// The images `[batch, height, width, maps]` that a code stands for, zeros included.
package func denseImage(from code: WinnerCode<Tensor>) -> Tensor {
  let (pixels, maps) = (code.height * code.width, code.maps)
  let buffer = Buffer<Float>(count: code.batch * pixels * maps)
  parallelFor(code.batch, grain: 1 + (1 << 16) / max(1, pixels * maps)) { images in
    let first = images.lowerBound
    kernels.winner.dense(
      images.count, pixels, maps, code.positions.buffer.base + first * maps,
      code.values.buffer.base + first * maps, buffer.base + first * pixels * maps)
  }
  return Tensor(shape: [code.batch, code.height, code.width, maps], buffer: buffer)
}
