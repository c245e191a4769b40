import CKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The buffers behind tensors, kept and handed out again, because the first touch of fresh memory costs
/// far more than the work on it. One pool serves the process.
///
/// The pool keeps no more than 2 GiB, or as much as was in use at once not long ago (`setHeldLimit` for another bound), and
/// forgets peaks: every 10 seconds, looked for when a buffer is asked for or given back, it returns to the system what it keeps
/// beyond the most that was in use at once in the last 10 to 20 seconds. When the system has no memory left, it gives back all that
/// it keeps before it ends the process.
public enum MemoryPool {
  /// What the pool has done since the start of the process; sizes in bytes.
  public struct Statistics: Sendable {
    /// Buffers of 1 KiB or more that had to be asked from the system.
    public let freshBuffers: UInt64
    /// Buffers of 1 KiB or more that were served from the pool.
    public let reusedBuffers: UInt64
    /// Bytes in use now, and at most since the start or `resetPeak()`.
    public let liveBytes, peakLiveBytes: UInt64
    /// Bytes kept for reuse now.
    public let heldBytes: UInt64
  }

  public static var statistics: Statistics {
    let s = ood_buffer_statistics()
    return Statistics(
      freshBuffers: s.fresh, reusedBuffers: s.reused, liveBytes: s.live_bytes,
      peakLiveBytes: s.peak_live_bytes,
      heldBytes: s.held_bytes)
  }

  /// Starts a new measurement of `peakLiveBytes`.
  public static func resetPeak() { ood_buffer_reset_peak() }

  /// Returns the kept buffers to the system.
  public static func trim() { ood_buffer_trim() }

  /// Keeps at most this many bytes for reuse; unless set, 2 GiB or what was in use at once in the last 10 to 20 seconds.
  public static func setHeldLimit(bytes: Int) { ood_buffer_set_held_limit(UInt64(max(1, bytes))) }

  /// Whether a buffer of so many bytes can be had: the machine has as much memory, and the system gives it. For requests
  /// whose size comes from data, before they are made: their failure is then an error, and not the end of the process.
  package static func canProvide(bytes: Double) -> Bool {
    guard bytes >= Self.smallestDoubtful else { return true }
    let pages = sysconf(Int32(_SC_PHYS_PAGES))
    let physical = Double(pages) * Double(sysconf(Int32(_SC_PAGESIZE)))
    guard bytes < 1e18, pages <= 0 || bytes <= physical else { return false }
    guard let buffer = ood_buffer_try_allocate(Int(bytes)) else { return false }
    ood_buffer_release(buffer, Int(bytes))
    // What was asked for as a test is not to be kept.
    trim()
    return true
  }

  /// Smaller requests are not worth asking about.
  private static let smallestDoubtful = 268_435_456.0
}
