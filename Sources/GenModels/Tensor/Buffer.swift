import CKernels

/// A block of memory from the pool of reused buffers (`MemoryPool`), given back when the last owner goes.
///
/// Whoever holds the only reference may write; everybody else only reads. `Tensor` and `Indexes` keep that rule.
final class Buffer<Element: BitwiseCopyable>: @unchecked Sendable {
  let base: UnsafeMutablePointer<Element>
  let count: Int
  /// The elements in forms that kernels read, for weights of layers: see `WeightForms`, whose lock guards them.
  var forms: [WeightForms.Key: Buffer]?

  /// Room for `count` elements with undefined contents.
  init(count: Int) {
    let raw = ood_buffer_allocate(count * MemoryLayout<Element>.stride)
    base = raw.bindMemory(to: Element.self, capacity: count)
    self.count = count
  }

  deinit { ood_buffer_release(base, count * MemoryLayout<Element>.stride) }

  func copy() -> Buffer {
    let copy = Buffer(count: count)
    copy.base.initialize(from: base, count: count)
    return copy
  }
}
