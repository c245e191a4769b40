import CKernels

/// The buffers behind tensors, kept and handed out again, because the first touch of fresh memory costs
/// far more than the work on it. One pool serves the process.
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

  /// Keeps at most this many bytes for reuse (2 GiB unless set).
  public static func setHeldLimit(bytes: Int) { ood_buffer_set_held_limit(UInt64(max(0, bytes))) }
}
