import OODDatasets
import Synchronization

/// Looks at claims, and tells those of the living from those of the dead without comparing clocks: a claim whose file has said the same
/// for its silence, by this process's own clock, is a dead one's. Each look counts for a fifth of the silence at most, so that
/// a process that was suspended together with the claim's owner does not take it for dead when both wake. The owner on this
/// machine whose process is gone is dead at once.
final class ClaimWatch: Sendable {
  /// What became of a task.
  enum Standing: Sendable, Hashable {
    /// Nobody is at it; the next claim has this generation.
    case free(generation: Int)
    /// Somebody is at it; nil where the file is being written.
    case held(ClaimNote?)
    case failed(String)
  }

  private struct Memory {
    var bytes: [UInt8]
    var still = 0.0
    var seen: ContinuousClock.Instant
  }

  /// For files that do not say theirs.
  private let silenceSeconds: Double
  private let memory = Mutex<[ClaimFile: Memory]>([:])

  init(silenceSeconds: Double) { self.silenceSeconds = silenceSeconds }

  /// The standing of a task whose highest claim is this one; nil is none.
  func standing(_ file: ClaimFile?) -> Standing {
    guard let file else { return .free(generation: 1) }
    // A file that has just gone: the task is done, which the next look will see.
    guard let bytes = file.bytes() else { return .held(nil) }
    let note = ClaimFile.note(bytes)
    let following = Standing.free(generation: file.generation + 1)
    switch note?.state {
    case .released: return following
    case .failed: return .failed(note?.failure ?? "no reason was given")
    case .working, nil: break
    }
    if let note, note.owner.isKnownGone { return following }
    return isStill(file, bytes, note?.silenceSeconds ?? silenceSeconds) ? following : .held(note)
  }

  private func isStill(_ file: ClaimFile, _ bytes: [UInt8], _ silence: Double) -> Bool {
    memory.withLock { memory in
      let now = ContinuousClock.now
      guard var known = memory[file], known.bytes == bytes else {
        memory[file] = Memory(bytes: bytes, seen: now)
        return false
      }
      known.still += min((now - known.seen) / .seconds(1), silence / 5)
      known.seen = now
      memory[file] = known
      return known.still >= silence
    }
  }
}
