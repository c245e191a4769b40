/// How far the sweep of a directory is, and who is at it.
public struct SweepStatus: Encodable, Sendable, Hashable {
  /// A model, or a classifier, that a worker is at.
  public struct Running: Encodable, Sendable, Hashable {
    public let name: String
    /// Machine and process.
    public let worker: String
    /// Done of it, 0...1, and what is going on.
    public let part: Double
    public let activity: String
    /// Whether nothing was heard of the worker while this looked; another one will take the model over if that lasts.
    public let isSilent: Bool

    enum CodingKeys: String, CodingKey {
      case name, worker, part, activity
      case isSilent = "is_silent"
    }
  }

  public let directory: String
  /// All models that workers here have been given, those with a record, and those that nobody is at yet.
  public let models, finished, waiting: Int
  public let running: [Running]
  public let failed: [SweepError.Failure]
  /// Done of all work, 0...1, by multiply-adds.
  public let part: Double
  /// What the workers that live do of it in an hour, from the times of finished models; nil while none is finished or nobody
  /// works.
  public let partPerHour: Double?
  /// Until the end at that rate, and not before the longest model that is under way.
  public let secondsLeft: Double?

  enum CodingKeys: String, CodingKey {
    case directory, models, finished, waiting, running, failed, part
    case partPerHour = "part_per_hour"
    case secondsLeft = "seconds_left"
  }
}

extension SweepDirectory {
  /// Looks at the directory until every worker has given a sign of life, for two of their beats at most (ten seconds, unless they were
  /// told otherwise). Writes nothing.
  /// - Throws: `SweepError.noRecords` where there is no sweep.
  public func status() async throws -> SweepStatus {
    let first = try ClaimView(path)
    let plan = try plan()
    let records = try records(allowsNone: true)
    guard plan != nil || !records.isEmpty else { throw SweepError.noRecords(directory: path) }
    let watch = ClaimWatch(silenceSeconds: 60)
    var failed: [SweepError.Failure] = []
    var held: [(file: ClaimFile, note: ClaimNote)] = []
    for (task, files) in first.claims {
      switch watch.standing(files.last) {
      case .failed(let reason): failed.append(.init(name: task, reason: reason))
      case .held(let note?): held.append((files.last!, note))
      // The process is gone, and its checkpoint waits for somebody.
      case .held(nil), .free: break
      }
    }
    let finished = Set(records.map(\.name))
    failed.removeAll { finished.contains($0.name) }
    held.removeAll { finished.contains($0.file.task) }
    let running = try await Self.heard(held)
    var work = plan?.work ?? [:]
    // Models of earlier releases stand in no plan; they count as much as others do.
    let usual = work.isEmpty ? 1 : work.values.reduce(0, +) / Double(work.count)
    for name in finished where work[name] == nil { work[name] = usual }
    let progress = Progress(work: work, records: records, running: running, failed: failed)
    let models = running.filter { work[$0.name] != nil }
    return SweepStatus(
      directory: path, models: work.count, finished: finished.count,
      waiting: work.count - finished.count - models.count - failed.count,
      running: running.sorted { $0.name < $1.name }, failed: failed.sorted { $0.name < $1.name },
      part: progress.part, partPerHour: progress.partPerHour, secondsLeft: progress.secondsLeft)
  }

  /// Waits until all claims say something new.
  static func heard(
    _ claims: [(file: ClaimFile, note: ClaimNote)]
  ) async throws -> [SweepStatus.Running] {
    var silent = claims
    var latest = Dictionary(uniqueKeysWithValues: claims.map { ($0.file, $0.note) })
    let deadline = ContinuousClock.now + .seconds(2 * (claims.map(\.note.beatSeconds).max() ?? 0))
    while !silent.isEmpty, ContinuousClock.now < deadline {
      try await Task.sleep(for: .milliseconds(50))
      silent.removeAll { file, note in
        // A file that is gone belonged to a task that is done.
        guard let bytes = file.bytes() else { return true }
        guard let now = ClaimFile.note(bytes), now != note else { return false }
        latest[file] = now
        return true
      }
    }
    let unheard = Set(silent.map(\.file))
    return latest.map { file, note in
      SweepStatus.Running(
        name: file.task, worker: note.worker, part: note.part, activity: note.activity,
        isSilent: unheard.contains(file))
    }
  }

  /// Rates from the times of finished models: no clocks of other machines.
  private struct Progress {
    let part: Double
    var partPerHour, secondsLeft: Double?

    init(
      work: [String: Double], records: [SweepRecord], running: [SweepStatus.Running],
      failed: [SweepError.Failure]
    ) {
      let all = work.values.reduce(0, +)
      let measured = records.filter { $0.trainSeconds + $0.evaluateSeconds > 0 }
      let done = records.reduce(0) { $0 + work[$1.name]! } + failed.reduce(0) { $0 + (work[$1.name] ?? 0) }
      let underWay = running.reduce(0) { $0 + (work[$1.name] ?? 0) * $1.part }
      part = all > 0 ? min(1, (done + underWay) / all) : 1
      let seconds = measured.reduce(0) { $0 + $1.trainSeconds + $1.evaluateSeconds }
      let alive = running.filter { !$0.isSilent }
      guard seconds > 0, !alive.isEmpty, all > 0 else { return }
      let speed = measured.reduce(0) { $0 + work[$1.name]! } / seconds
      let together = speed * Double(alive.count)
      guard together > 0 else { return }
      partPerHour = together * 3600 / all
      let longest = alive.map { (work[$0.name] ?? 0) * (1 - $0.part) }.max() ?? 0
      secondsLeft = max(max(0, all - done - underWay) / together, longest / speed)
    }
  }
}
