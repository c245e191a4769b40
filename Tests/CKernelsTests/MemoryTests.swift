import CKernels
import Foundation
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

  /// Two windows after a peak, what is kept beyond the use since then goes back by itself.
  @Test func peaksAreForgotten() async {
    await #expect(processExitsWith: .success) {
      ood_buffer_set_window(20)
      let peak = (0..<8).map { _ in ood_buffer_allocate(16 << 20) }
      peak.forEach { ood_buffer_release($0, 16 << 20) }
      precondition(ood_buffer_statistics().held_bytes >= 128 << 20)
      func work(milliseconds: UInt32) {
        for _ in 0..<milliseconds {
          for _ in 0..<40 {
            let buffer = ood_buffer_allocate(1 << 20)
            ood_buffer_release(buffer, 1 << 20)
          }
          usleep(1000)
        }
      }
      work(milliseconds: 120)
      // What the work itself uses stays.
      let held = ood_buffer_statistics().held_bytes
      precondition(held >= 1 << 20 && held < 4 << 20, "\(held) bytes are kept.")
      let fresh = ood_buffer_statistics().fresh
      work(milliseconds: 60)
      precondition(ood_buffer_statistics().fresh == fresh)
    }
  }

  /// As much as was in use at once may be kept, however much that was, unless there is a limit.
  @Test func largePeaksComeBack() async {
    await #expect(processExitsWith: .success) {
      let (large, count) = (768 << 20, 4)
      let first = (0..<count).map { _ in ood_buffer_allocate(large) }
      first.forEach { ood_buffer_release($0, large) }
      let second = (0..<count).map { _ in ood_buffer_allocate(large) }
      precondition(Set(first) == Set(second) && ood_buffer_statistics().fresh == UInt64(count))
      ood_buffer_set_held_limit(UInt64(large))
      second.forEach { ood_buffer_release($0, large) }
      precondition(ood_buffer_statistics().held_bytes == large)
    }
  }

  @Test func whatCantBeHadIsNone() async {
    await #expect(processExitsWith: .success) {
      let before = ood_buffer_statistics()
      precondition(ood_buffer_try_allocate(1 << 61) == nil)
      precondition(ood_buffer_try_allocate(1 << 63) == nil)
      precondition(ood_buffer_statistics().live_bytes == before.live_bytes)
      let small = ood_buffer_try_allocate(10)
      precondition(small != nil)
      ood_buffer_release(small!, 10)
    }
  }

  #if os(Linux)
    /// When the system gives no more, the pool gives back what it keeps before it gives up.
    @Test func keptBuffersAreGivenBackOnFailure() async {
      await #expect(processExitsWith: .success) {
        let (large, small) = (400 << 20, 150 << 20)
        let buffer = ood_buffer_allocate(large)
        ood_buffer_release(buffer, large)
        precondition(ood_buffer_statistics().held_bytes >= UInt64(large))
        // No more address space than now, and a little.
        let pages = Int(
          try! String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[0])!
        var limit = rlimit()
        limit.rlim_cur = UInt(pages * sysconf(Int32(_SC_PAGESIZE)) + (40 << 20))
        limit.rlim_max = limit.rlim_cur
        precondition(setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0)
        let second = ood_buffer_allocate(small)
        precondition(ood_buffer_statistics().held_bytes == 0)
        precondition(ood_buffer_try_allocate(large) == nil)
        ood_buffer_release(second, small)
      }
    }
  #endif
}
