import CKernels

/// Elements that one chunk of an elementwise operation covers: 128 KiB an operand, some 10 µs of work.
let elementwiseGrain = 32_768

/// Elements in a chunk of work that writes `count` of them: `elementwiseGrain`, or, where the caches don't hold the result, so many
/// that kernels write around the caches, in an even number of chunks.
func writingGrain(_ count: Int) -> Int {
  let large = Int(ood_streaming_count)
  let chunks = count / large / 2 * 2
  return chunks < 2 ? elementwiseGrain : ((count + chunks - 1) / chunks + 15) / 16 * 16
}

extension Tensor {
  /// A tensor whose elements `body` writes range by range, on several threads where there are many.
  static func elementwise(
    shape: Shape, _ body: @Sendable (Range<Int>, UnsafeMutablePointer<Float>) -> Void
  ) -> Tensor {
    let buffer = Buffer<Float>(count: shape.elementCount)
    if buffer.count <= elementwiseGrain {
      if buffer.count > 0 { body(0..<buffer.count, buffer.base) }
    } else {
      parallelFor(buffer.count, grain: writingGrain(buffer.count)) { body($0, buffer.base) }
    }
    return Tensor(shape: shape, buffer: buffer)
  }

  /// Adds `other`, of the same shape, to this tensor in place.
  mutating func add(_ other: Tensor) { add(other, scaledBy: 1) }

  /// Adds factor · other, of the same shape, to this tensor in place.
  mutating func add(_ other: Tensor, scaledBy factor: Float) {
    precondition(
      shape == other.shape, "Shapes \(shape) and \(other.shape) differ; adding in place needs equal shapes.")
    withUnsafeMutableElements { destination in
      guard let base = destination.baseAddress, destination.count > 0 else { return }
      nonisolated(unsafe) let target = base
      parallelFor(destination.count, grain: elementwiseGrain) { range in
        kernels.map.scale_add(
          factor, other.buffer.base + range.lowerBound, target + range.lowerBound, range.count)
      }
    }
  }

  /// The position of the first element that is NaN or infinite, nil when all are finite. Reads at memory bandwidth.
  public var firstNonFinite: Int? {
    let position = kernels.map.first_non_finite(buffer.base, count)
    return position < count ? position : nil
  }
}
