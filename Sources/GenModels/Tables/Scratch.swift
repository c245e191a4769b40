import CKernels

/// Memory for one piece of work, from the pool of reused buffers.
package struct Scratch<Element: BitwiseCopyable>: ~Copyable {
  package let base: UnsafeMutablePointer<Element>
  private let count: Int

  /// Room for `count` elements with undefined contents.
  package init(_ count: Int) {
    self.count = max(1, count)
    base = ood_buffer_allocate(self.count * MemoryLayout<Element>.stride)
      .bindMemory(to: Element.self, capacity: self.count)
  }

  deinit { ood_buffer_release(base, count * MemoryLayout<Element>.stride) }
}
