import CKernels
import Testing

/// The pool of buffers, each time in a process of its own.
@Suite struct MemoryTests {
  @Test func buffersAreKeptAndHandedOutAgain() async {
    await #expect(processExitsWith: .success) {
      let buffer = ood_buffer_allocate(100_000)
      ood_buffer_release(buffer, 100_000)
      precondition(ood_buffer_statistics().held_bytes >= 100_000)
      precondition(ood_buffer_allocate(99_000) == buffer)
      precondition(ood_buffer_statistics().fresh == 1 && ood_buffer_statistics().reused == 1)
    }
  }

  /// A large request takes a somewhat larger buffer, which stays one of its own size.
  @Test func largeRequestsBorrow() async {
    await #expect(processExitsWith: .success) {
      let (large, middling, small) = (20 << 20, 14 << 20, 8 << 20)
      let buffer = ood_buffer_allocate(large)
      ood_buffer_release(buffer, large)
      let held = ood_buffer_statistics().held_bytes
      for _ in 0..<3 {
        precondition(ood_buffer_allocate(middling) == buffer)
        precondition(ood_buffer_statistics().live_bytes == held && ood_buffer_statistics().held_bytes == 0)
        ood_buffer_release(buffer, middling)
        precondition(ood_buffer_statistics().held_bytes == held)
      }
      precondition(ood_buffer_allocate(large) == buffer)
      ood_buffer_release(buffer, large)
      // Half of it and less is not worth a large one.
      precondition(ood_buffer_allocate(small) != buffer)
      precondition(ood_buffer_statistics().fresh == 2)
    }
  }

  /// More at once than the pool keeps books about: they come from the system.
  @Test func manyBorrow() async {
    await #expect(processExitsWith: .success) {
      let (large, middling, count) = (7 << 20, 5 << 20, 50)
      let buffers = (0..<count).map { _ in ood_buffer_allocate(large) }
      buffers.forEach { ood_buffer_release($0, large) }
      let borrowed = (0..<count).map { _ in ood_buffer_allocate(middling) }
      precondition(Set(borrowed).count == count)
      precondition((1..<count).contains(Set(borrowed).intersection(buffers).count))
      borrowed.forEach { ood_buffer_release($0, middling) }
      let fresh = ood_buffer_statistics().fresh
      precondition(Set((0..<count).map { _ in ood_buffer_allocate(large) }) == Set(buffers))
      precondition(ood_buffer_statistics().fresh == fresh)
    }
  }
}
