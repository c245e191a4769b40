import Synchronization

/// The progress line of a download, with its rate and the time left, rewritten a few times a second.
final class DownloadProgress: Sendable {
  private struct State {
    var file = ""
    var start = ContinuousClock.now
    var startBytes = 0
    var lastShown = ContinuousClock.now
  }

  private let state = Mutex(State())

  func update(_ path: String, received: Int, total: Int?) {
    let line: String? = state.withLock { state in
      let now = ContinuousClock.now
      if path != state.file { state = State(file: path, start: now, startBytes: received, lastShown: now) }
      guard now - state.lastShown > .milliseconds(200) || received == total else { return nil }
      state.lastShown = now
      let seconds = Double((now - state.start) / .milliseconds(1)) / 1000
      let rate = seconds > 0 ? Double(received - state.startBytes) / seconds : 0
      let name = path.split(separator: "/").last.map(String.init) ?? path
      let amount =
        total.map { "\(megabytes(received)) of \(megabytes($0)) MB" } ?? "\(megabytes(received)) MB"
      let left = total.map { rate > 0 ? ", \(Int(Double($0 - received) / rate)) s left" : "" } ?? ""
      return "\(name)  \(amount), \(megabytes(Int(rate))) MB/s\(left)"
    }
    if let line { Console.progress(line) }
  }

  private func megabytes(_ bytes: Int) -> String { "\(Double(bytes / 100_000) / 10)" }
}
