import GenModels

/// Seconds for people, rounded up; without end where nobody would live to see it.
func wholeSeconds(_ seconds: Double) -> Int { Int(min(1e15, max(0, seconds.rounded(.up)))) }

/// The line of progress of a training: a few times a second on a terminal, and a remark after each epoch elsewhere.
struct TrainingLine {
  private var last: ContinuousClock.Instant?
  /// Stands before the line: which model of several.
  var prefix = ""

  mutating func show(_ step: TrainingProgress) {
    let now = ContinuousClock.now
    if Console.isTerminal {
      if let last, now - last < .milliseconds(200), step.step < step.steps { return }
      last = now
      Console.progress(line(step, loss: step.loss))
    } else if let epoch = step.finishedEpoch {
      Console.remark(line(step, loss: epoch.loss))
    }
  }

  private func line(_ step: TrainingProgress, loss: Double) -> String {
    prefix + "epoch \(step.epoch) of \(step.epochs), loss \(loss.rounded(digits: 6)), "
      + "\(Int(step.examplesPerSecond)) examples a second, \(wholeSeconds(step.secondsLeft)) s left"
  }
}
