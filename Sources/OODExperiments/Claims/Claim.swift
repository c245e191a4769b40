@preconcurrency import Dispatch
import Synchronization

/// A task that this process has taken: nobody else does it while signs of life go out.
final class Claim: Sendable {
  let file: ClaimFile

  private struct State {
    var note: ClaimNote
    var isEnded = false
    var isLost = false
    var whenLost: (@Sendable () -> Void)?
  }

  private let state: Mutex<State>
  private let timer: any DispatchSourceTimer
  /// A serial queue has a thread of its own: signs of life do not wait for the processors that training keeps busy.
  private static let queue = DispatchQueue(label: "ood.claims", qos: .userInteractive)

  var task: String { file.task }

  /// Takes a task.
  /// - Returns: nil where somebody else has just taken it.
  static func take(_ file: ClaimFile, silenceSeconds: Double) throws -> Claim? {
    let note = ClaimNote(silenceSeconds: silenceSeconds)
    return try file.create(note) ? Claim(file, note) : nil
  }

  private init(_ file: ClaimFile, _ note: ClaimNote) {
    self.file = file
    state = Mutex(State(note: note))
    timer = DispatchSource.makeTimerSource(queue: Self.queue)
    timer.schedule(deadline: .now() + note.beatSeconds, repeating: note.beatSeconds)
    timer.setEventHandler { [weak self] in self?.beat() }
    timer.resume()
  }

  deinit { timer.cancel() }

  /// Whether somebody took this process for dead and the task over, as after a long suspension. Looks.
  var isLost: Bool {
    state.withLock { state in
      if !state.isEnded, !state.isLost { state.isLost = file.next.exists || !file.exists }
      return state.isLost
    }
  }

  /// Calls this once when the claim is lost.
  func whenLost(_ action: @escaping @Sendable () -> Void) {
    let isLost = state.withLock { state in
      state.whenLost = state.isLost ? nil : action
      return state.isLost
    }
    if isLost { action() }
  }

  /// Says what is going on; others read it with the next sign of life.
  func report(part: Double, _ activity: String) {
    state.withLock { ($0.note.part, $0.note.activity) = (part, activity) }
  }

  private func beat() {
    let action = state.withLock { state -> (@Sendable () -> Void)? in
      guard !state.isEnded, !state.isLost else { return nil }
      state.note.beat += 1
      // Written first: a look at the next one costs more where files are far away.
      let isWritten = file.update(state.note)
      guard file.next.exists || !isWritten && !file.exists else { return nil }
      state.isLost = true
      return state.whenLost
    }
    action?()
  }

  /// Leaves the task to whoever comes.
  func release() { end { $0.state = .released } }

  /// Notes that the task can't be done.
  func fail(_ reason: String) {
    end {
      $0.state = .failed
      $0.failure = reason
    }
  }

  /// Stops the signs of life of a task that is done.
  func finish() { end(nil) }

  private func end(_ change: ((inout ClaimNote) -> Void)?) {
    timer.cancel()
    state.withLock { state in
      guard !state.isEnded else { return }
      state.isEnded = true
      guard let change, !state.isLost else { return }
      state.note.beat += 1
      change(&state.note)
      _ = file.update(state.note)
    }
  }
}
