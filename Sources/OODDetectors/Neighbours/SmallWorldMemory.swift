import GenModels

/// Numbers that copies of a graph share. A walk jumps about in them: from the pool, whose large buffers lie in huge pages where the system
/// has such, so that most jumps find their page among those whose addresses the processor knows.
///
/// Written by whoever made it alone, before anybody else has it.
final class SmallWorldMemory<Element: BitwiseCopyable>: @unchecked Sendable {
  let count: Int
  var base: UnsafeMutablePointer<Element> { memory.base }
  var elements: [Element] { Array(UnsafeBufferPointer(start: base, count: count)) }
  private let memory: Scratch<Element>

  /// Room for `count` numbers, not yet written.
  init(count: Int) {
    self.count = count
    memory = Scratch(count)
  }

  convenience init(repeating value: Element, count: Int) {
    self.init(count: count)
    base.update(repeating: value, count: count)
  }
}
