import Synchronization

/// Gathers a sweep's records into `models.jsonl` now and then: all of them are read each time, so not after every model where there
/// are many.
final class SweepGathering: Sendable {
  private let directory: SweepDirectory
  /// When the next one may begin.
  private let next = Mutex(ContinuousClock.now)

  init(_ directory: SweepDirectory) { self.directory = directory }

  func now() throws {
    try next.withLock { next in
      let took = try ContinuousClock().measure { try directory.gather() }
      // A tenth of the time at most.
      next = ContinuousClock.now + took * 9
    }
  }

  func ifDue() throws {
    if next.withLock({ $0 <= ContinuousClock.now }) { try now() }
  }
}
