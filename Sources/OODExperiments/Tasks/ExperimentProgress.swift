import GenModels

/// How far a task is, for the claim's file.
protocol TaskProgress: Sendable {
  /// How far it is, 0...1, and what of it is going on.
  var standing: (part: Double, activity: String) { get }
  /// Whether whoever reports it looks by itself whether it is cancelled, as a training does after it has saved where it stands.
  var looksForCancellation: Bool { get }
}

/// What an experiment is at.
public enum ExperimentProgress: TaskProgress {
  /// What is trained, and where that training stands.
  case training(String, TrainingProgress)
  /// Something else that takes a while.
  case working(String)

  var standing: (part: Double, activity: String) {
    switch self {
    case .training(let what, let at): (Double(at.step) / Double(max(1, at.steps)), what)
    case .working(let what): (0, what)
    }
  }

  var looksForCancellation: Bool { if case .training = self { true } else { false } }
}
