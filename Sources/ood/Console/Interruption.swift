#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

@preconcurrency import Dispatch
import Synchronization

/// What becomes of a run that is asked to end (SIGINT, SIGTERM, and
/// SIGUSR1, by which batch systems announce the end of a job's time) while it has work to save: the work is cancelled, which lets a
/// training finish its step and write its checkpoint, and the command that goes on is told. A second signal ends it at once.
enum Interruption {
  private struct State: Sendable {
    var cancel: (@Sendable () -> Void)?
    var sources: [any DispatchSourceSignal] = []
    var advice = ""
    var signal: Int32?
  }

  private static let state = Mutex(State())
  private static let signals = [SIGINT, SIGTERM, SIGUSR1]
  /// A serial queue has a thread of its own, where the shared ones wait for the processors that training keeps busy.
  private static let queue = DispatchQueue(label: "ood.interruption", qos: .userInteractive)

  /// Notes how the run as a whole is cancelled.
  static func runs(as task: Task<Void, any Error>) {
    let isAsked = state.withLock { state in
      state.cancel = { task.cancel() }
      return state.signal != nil
    }
    if isAsked { task.cancel() }
  }

  /// From now on a signal cancels the run.
  /// - Parameter advice: What the user reads after it: what was kept, and the command that goes on.
  static func isSaved(_ advice: String) {
    let sources = signals.map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler { arrived(number) }
      return source
    }
    state.withLock { state in
      state.advice = advice
      state.sources = sources
    }
    for source in sources { source.resume() }
  }

  private static func arrived(_ number: Int32) {
    let cancel = state.withLock { state in
      state.signal = number
      return state.cancel
    }
    for number in signals { signal(number, SIG_DFL) }
    Console.endProgress()
    Console.remark("Interrupted: finishing the step. Once more ends it at once.")
    cancel?()
  }

  /// Ends the process by the signal that cancelled the run, after the advice, so that a shell sees what happened. Returns where
  /// there was none.
  static func finish() {
    let (number, advice, sources) = state.withLock { ($0.signal, $0.advice, $0.sources) }
    guard let number else { return }
    Console.endProgress()
    Console.remark(advice)
    Console.flush()
    for source in sources { source.cancel() }
    signal(number, SIG_DFL)
    // Dispatch takes signals from threads that hold them back.
    var held = sigset_t()
    sigemptyset(&held)
    sigaddset(&held, number)
    pthread_sigmask(SIG_UNBLOCK, &held, nil)
    raise(number)
    exit(128 + number)
  }

  /// The command of this run with more options, as a shell reads it.
  static func command(adding options: String...) -> String {
    (CommandLine.arguments + options.filter { !CommandLine.arguments.contains($0) }).map(quoted).joined(
      separator: " ")
  }

  private static func quoted(_ word: String) -> String {
    let isPlain =
      !word.isEmpty
      && word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./:=,+@%".contains($0)) }
    return isPlain
      ? word
      : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
