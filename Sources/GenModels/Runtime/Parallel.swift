import CKernels
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How work is split over threads.
///
/// Work is cut into chunks whose size depends on the problem only, and each chunk writes its own part of the
/// result, so the bits of a result do not depend on the number of threads.
public enum Parallelism {
  /// The number of threads that kernels called from this task may use. Set for the whole process by the environment
  /// variable `OOD_THREADS`, else the number of processors that the process may use (by its affinity and the quotas of its
  /// control groups); set for a scope by `withThreads`. Calls from several threads at once share them.
  public static var threads: Int { scoped ?? processDefault }

  /// Calls `body` with kernels limited to `threads` threads.
  public static func withThreads<Result>(_ threads: Int, _ body: () throws -> Result) rethrows -> Result {
    precondition(threads >= 1, "Work needs at least one thread, and \(threads) were asked for.")
    return try $scoped.withValue(threads, operation: body)
  }

  /// Calls `body` with kernels limited to `threads` threads.
  public static func withThreads<Result>(
    _ threads: Int, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
  ) async rethrows -> Result {
    precondition(threads >= 1, "Work needs at least one thread, and \(threads) were asked for.")
    return try await $scoped.withValue(threads, operation: body)
  }

  @TaskLocal private static var scoped: Int?

  private static let processDefault: Int = {
    if let text = getenv("OOD_THREADS"), let count = Int(String(cString: text)), count >= 1 { return count }
    return Int(ood_usable_processors())
  }()
}

/// Calls `body` once for each chunk of `0..<count`, on as many threads as are allowed.
///
/// - Parameters:
///   - count: Number of items.
///   - grain: Items in a chunk (the last may be smaller). It decides what is computed together, so it must not
///     depend on the number of threads. Choose it so that a chunk takes at least about 20 µs.
///   - body: Works on one chunk; calls for different chunks run at the same time.
public func parallelFor(_ count: Int, grain: Int, _ body: @Sendable (Range<Int>) -> Void) {
  guard count > 0 else { return }
  let grain = max(1, grain)
  let chunks = (count + grain - 1) / grain
  let threads = chunks == 1 ? 1 : min(chunks, Parallelism.threads)
  if threads == 1 {
    for chunk in 0..<chunks { body(chunk * grain..<min(count, (chunk + 1) * grain)) }
    return
  }
  withoutActuallyEscaping(body) { body in
    var work = SharedChunks(
      count: count, grain: grain, chunks: chunks, variant: ood_thread_kernels(), body: body)
    withUnsafeMutablePointer(to: &work) {
      ood_run_together(
        Int32(threads), { $0.assumingMemoryBound(to: SharedChunks.self).pointee.run() },
        UnsafeMutableRawPointer($0))
    }
  }
}

/// The chunks of one `parallelFor`, which the threads take one after the other.
private struct SharedChunks: ~Copyable {
  let next = Atomic<Int>(0)
  let count, grain, chunks: Int
  /// The caller's choices, which hold for the other threads too.
  let variant: UnsafePointer<ood_kernels>?
  let choices = KernelChoices.current
  let body: @Sendable (Range<Int>) -> Void

  init(
    count: Int, grain: Int, chunks: Int, variant: UnsafePointer<ood_kernels>?,
    body: @escaping @Sendable (Range<Int>) -> Void
  ) {
    self.count = count
    self.grain = grain
    self.chunks = chunks
    self.variant = variant
    self.body = body
  }

  func run() {
    let before = ood_set_thread_kernels(variant)
    defer { _ = ood_set_thread_kernels(before) }
    guard KernelChoices.current != choices else { return runChunks() }
    KernelChoices.$current.withValue(choices) { runChunks() }
  }

  private func runChunks() {
    while true {
      let chunk = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard chunk < chunks else { return }
      body(chunk * grain..<min(count, (chunk + 1) * grain))
    }
  }
}
