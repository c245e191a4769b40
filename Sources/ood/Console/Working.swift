import Dispatch
import Synchronization

/// Remarks about work that takes long and says nothing itself.
enum Working {
  /// Seconds of silence before the first remark.
  static let patience = 2.0

  /// Does `body`. When it takes more than two seconds, tells on standard error what is being done and for how long: in place on a
  /// terminal, and elsewhere after 2, 4, 8, … seconds.
  static func on<Result>(_ what: String, _ body: () throws -> Result) rethrows -> Result {
    let clock = ContinuousClock()
    let start = clock.now
    let next = Mutex(patience)
    let timer = DispatchSource.makeTimerSource(queue: .global(qos: .utility))
    timer.schedule(deadline: .now() + patience, repeating: Console.isTerminal ? 0.5 : 1)
    timer.setEventHandler {
      let seconds = (clock.now - start).seconds
      let line = "\(what): \(Int(seconds)) s"
      guard !Console.isTerminal else { return Console.progress(line) }
      let isDue = next.withLock { next in
        guard seconds >= next else { return false }
        next *= 2
        return true
      }
      if isDue { Console.remark(line) }
    }
    timer.resume()
    defer {
      timer.cancel()
      if Console.isTerminal, (clock.now - start).seconds > patience { Console.endProgress() }
    }
    return try body()
  }
}
