import Synchronization

/// Tasks that any number of workers do together, each task once, by claims in one folder.
///
/// A worker takes the first task that nobody has and that is not done. One whose worker died is taken over (`ClaimWatch`). A task's
/// result must be made visible at once, by a rename, and be the same whoever makes it: then a worker that was only thought dead
/// does no harm. Where a task is done its claims are removed; a claim that is made in that moment sees the result and is removed too.
struct SharedTasks: Sendable {
  let folder: String
  /// In the order in which they are begun.
  let tasks: [String]
  /// How many this worker does at the same time.
  var atOnce = 1
  /// How long a claim's file stands still when its owner is dead.
  var silenceSeconds = 60.0
  /// Whether a worker that finds nothing to begin waits for those that others are at, to take them over where need be.
  var waits = true
  /// Whether a task's result is among these files of the folder.
  let isDone: @Sendable (_ task: String, _ files: Set<String>) -> Bool

  /// What a worker leaves behind.
  struct Outcome: Sendable {
    /// Reasons of tasks that can't be done, by task; others' too.
    var failures: [String: String] = [:]
    /// Tasks that others are at, where it did not wait.
    var left: [String] = []
  }

  /// Does what is to be done.
  ///
  /// - Parameters:
  ///   - foundDone: Told of each task that others did.
  ///   - work: Does a task. Returns why it can't be done, by nobody; nil when its result is there. Must not make a result visible
  ///     while `Claim.isLost`.
  /// - Throws: What `work` throws, whose task is left to others; `CancellationError`.
  func run(
    foundDone: @escaping @Sendable (String) throws -> Void,
    work: @escaping @Sendable (Claim) async throws -> String?
  ) async throws -> Outcome {
    let queue = Queue(self, foundDone: foundDone)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<max(1, min(atOnce, tasks.count)) {
        group.addTask {
          while let claim = try await queue.next() { try await Self.perform(claim, queue, work) }
        }
      }
      try await group.waitForAll()
    }
    return queue.outcome
  }

  private static func perform(
    _ claim: Claim, _ queue: Queue, _ work: @escaping @Sendable (Claim) async throws -> String?
  ) async throws {
    let job = Task { try await work(claim) }
    claim.whenLost { job.cancel() }
    do {
      let failure = try await withTaskCancellationHandler {
        try await job.value
      } onCancel: {
        job.cancel()
      }
      if let failure {
        claim.fail(failure)
        queue.note(failure, of: claim.task)
      } else {
        claim.finish()
        try ClaimView(claim.file.folder).removeClaims(of: claim.task)
      }
    } catch {
      // Whoever took it over has begun at the last checkpoint; what went wrong here is of no account.
      guard claim.isLost, !Task.isCancelled else {
        claim.release()
        throw error
      }
      claim.finish()
      queue.putBack(claim.task)
    }
  }

  /// What is still to be taken.
  private final class Queue: Sendable {
    private struct State {
      var waiting: [String]
      var outcome = Outcome()
    }

    private let shared: SharedTasks
    private let watch: ClaimWatch
    private let foundDone: @Sendable (String) throws -> Void
    private let state: Mutex<State>

    init(_ shared: SharedTasks, foundDone: @escaping @Sendable (String) throws -> Void) {
      self.shared = shared
      self.foundDone = foundDone
      watch = ClaimWatch(silenceSeconds: shared.silenceSeconds)
      state = Mutex(State(waiting: shared.tasks))
    }

    var outcome: Outcome { state.withLock(\.outcome) }

    func note(_ failure: String, of task: String) {
      state.withLock { $0.outcome.failures[task] = failure }
    }

    func putBack(_ task: String) { state.withLock { $0.waiting.append(task) } }

    /// The next task; nil when there is none left for this worker.
    func next() async throws -> Claim? {
      // Looks are frequent at first: what others are at may end soon.
      var pause = 0.05
      while true {
        try Task.checkCancellation()
        let (claim, isEmpty) = try state.withLock { state in
          let claim = try take(&state)
          if claim == nil, !shared.waits, !state.waiting.isEmpty {
            state.outcome.left += state.waiting
            state.waiting = []
          }
          return (claim, state.waiting.isEmpty)
        }
        if claim != nil || isEmpty { return claim }
        try await Task.sleep(for: .seconds(pause))
        pause = min(2 * pause, 5, shared.silenceSeconds / 10)
      }
    }

    private func take(_ state: inout State) throws -> Claim? {
      let view = try ClaimView(shared.folder)
      var (index, others) = (0, 0)
      defer { state.waiting.removeSubrange(others..<index) }
      while index < state.waiting.count {
        let task = state.waiting[index]
        index += 1
        if shared.isDone(task, view.names) {
          view.removeClaims(of: task)
          try foundDone(task)
          continue
        }
        switch watch.standing(view.claims[task]?.last) {
        case .failed(let reason):
          state.outcome.failures[task] = reason
          continue
        case .held: break
        case .free(let generation):
          let file = ClaimFile(folder: shared.folder, task: task, generation: generation)
          guard let claim = try Claim.take(file, silenceSeconds: shared.silenceSeconds) else { break }
          // It may have been done, and its claims removed, since the look.
          let now = try ClaimView(shared.folder)
          guard !shared.isDone(task, now.names) else {
            claim.finish()
            now.removeClaims(of: task)
            try foundDone(task)
            continue
          }
          return claim
        }
        state.waiting[others] = task
        others += 1
      }
      return nil
    }
  }
}
