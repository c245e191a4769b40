import GenModels
import OODExperiments
import Synchronization

/// The progress of a sweep: a line that is overwritten on a terminal, and elsewhere a remark for each epoch and model.
final class SweepLine: Sendable {
  private struct State {
    var clock: SweepClock
    let total: Int
    var finished = 0
    /// Models under way: epoch and images a second.
    var running: [String: (epoch: Int, epochs: Int, rate: Double)] = [:]
    var start: ContinuousClock.Instant?
    var last: ContinuousClock.Instant?
  }

  private let state: Mutex<State>

  init(_ sweep: Sweep) {
    state = Mutex(State(clock: sweep.clock, total: sweep.grid.points.count))
  }

  /// Takes note of an event; called from several threads.
  func show(_ event: SweepEvent) {
    state.withLock { state in
      switch event {
      case .trainingClassifier(let name, let step): Self.show(name, step, &state)
      case .classifiers(let digits, let symbols):
        for classifier in [digits, symbols].compactMap({ $0 }) { Self.remark(classifier) }
      case .found(let finished, let total):
        state.start = .now
        if finished > 0 { Console.remark("\(finished) of \(total) models are there already.") }
      case .foundWithoutFiles(let names):
        Console.remark(
          "\(names.count) of them stand in models.jsonl only, without a model's file or images; a model whose line is deleted is "
            + "trained again.")
      case .training(let point, let step): Self.training(point, step, &state)
      case .measuring(let point): state.clock.update(point.name, part: SweepClock.trainingPart)
      case .finished(let record): Self.finished(record, &state)
      case .finishedElsewhere(let record):
        state.finished += 1
        state.clock.skip(record.name)
        Console.endProgress()
        Console.remark("\(state.finished) of \(state.total): \(record.name), by another worker")
      case .leftToOthers(let names):
        Console.endProgress()
        Console.remark("Nothing is left to begin; \(names.count) models are with other workers.")
      case .failed(let point, let reason):
        state.running[point.name] = nil
        state.clock.update(point.name, part: 1)
        Console.endProgress()
        Console.remark("\(point.name) failed: \(reason)")
      }
    }
  }

  private static func show(_ name: String, _ step: TrainingProgress, _ state: inout State) {
    let text =
      "\(name): epoch \(step.epoch) of \(step.epochs), \(Int(step.examplesPerSecond)) images a second, "
      + "\(time(step.secondsLeft)) left"
    show(text, isEndOfEpoch: step.finishedEpoch != nil, &state)
  }

  private static func remark(_ classifier: SweepSettings.Classifier) {
    Console.endProgress()
    let error = classifier.testError.map {
      ", \(($0 * 100).rounded(digits: 3))% wrong of \(classifier.testCount) held-out images"
    }
    Console.remark(classifier.name + (error ?? ""))
  }

  private static func training(_ point: SweepPoint, _ step: TrainingProgress, _ state: inout State) {
    state.clock.update(point.name, part: SweepClock.trainingPart * Double(step.step) / Double(step.steps))
    state.running[point.name] = (step.epoch, step.epochs, step.examplesPerSecond)
    let now = state.running.sorted { $0.key < $1.key }
    let models = now.map { "\($0.key) epoch \($0.value.epoch) of \($0.value.epochs)" }.joined(separator: ", ")
    let numbers = (1...now.count).map { "\(state.finished + $0)" }.joined(separator: " and ")
    let rate = now.reduce(0.0) { $0 + $1.value.rate }
    let left = state.start.flatMap { state.clock.secondsLeft(after: (.now - $0).seconds) }
    show(
      "model \(numbers) of \(state.total): \(models), \(Int(rate)) images a second"
        + (left.map { ", \(time($0)) left" } ?? ""), isEndOfEpoch: step.finishedEpoch != nil, &state)
  }

  private static func finished(_ record: SweepRecord, _ state: inout State) {
    state.finished += 1
    state.running[record.name] = nil
    guard let start = state.start else { return state.clock.skip(record.name) }
    state.clock.update(record.name, part: 1)
    let left = state.clock.secondsLeft(after: (.now - start).seconds)
    Console.endProgress()
    Console.remark(
      "\(state.finished) of \(state.total): \(record.name), IRR \(record.irr.estimate.rounded(digits: 4)), "
        + "delta \(record.deltaMean.estimate.rounded(digits: 4)), trained in "
        + "\(record.trainSeconds.rounded(digits: 1)) s, measured in \(record.evaluateSeconds.rounded(digits: 1)) s"
        + (left.map { ", \(time($0)) left" } ?? ""))
  }

  private static func show(_ text: String, isEndOfEpoch: Bool, _ state: inout State) {
    guard Console.isTerminal else {
      if isEndOfEpoch { Console.remark(text) }
      return
    }
    if let last = state.last, .now - last < .milliseconds(200) { return }
    state.last = .now
    Console.progress(text)
  }

  /// Seconds for people.
  static func time(_ seconds: Double) -> String {
    let whole = wholeSeconds(seconds)
    if whole < 120 { return "\(whole) s" }
    return whole < 7200 ? "\((whole + 30) / 60) min" : "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}
