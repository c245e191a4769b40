import GenModels

/// What a claim's file says: who is at a task, and that it still is.
struct ClaimNote: Codable, Hashable, Sendable {
  enum State: String, Codable, Sendable {
    case working
    /// The owner left before the end; whoever comes goes on at once.
    case released
    /// The task can't be done, and nobody tries it again.
    case failed
  }

  var state = State.working
  let owner: ProcessIdentity
  /// The owner's machine, for people.
  let host: String
  /// Counts up while the owner lives.
  var beat = 0
  /// The file stands still for this long, by the clock of whoever looks, when its owner is gone.
  let silenceSeconds: Double
  /// Done of the task, 0...1, and what of it is going on.
  var part = 0.0
  var activity = ""
  var failure: String?

  init(silenceSeconds: Double) {
    owner = .current
    host = ProcessIdentity.hostName
    self.silenceSeconds = silenceSeconds
  }

  enum CodingKeys: String, CodingKey {
    case state, owner, host, beat, part, activity, failure
    case silenceSeconds = "silence_seconds"
  }

  /// Seconds from one sign of life to the next: so short that several in a row must be missed.
  var beatSeconds: Double { min(5, silenceSeconds / 10) }

  /// The owner for people: machine and process.
  var worker: String { "\(host):\(owner.process)" }
}
