/// Why a model was not trained, or training stopped.
public enum TrainingError: Error, Sendable, Hashable, CustomStringConvertible {
  case noExamples
  case countsDiffer(examples: Int, what: String, count: Int)
  case notFinite(what: String, example: Int, value: Float)
  /// Steps and epochs are counted from 1.
  case lossNotFinite(step: Int, epoch: Int, loss: Float)
  /// A checkpoint of another training than the one asked for.
  case checkpointOfOtherTraining(path: String, setting: String, found: String, expected: String)
  case damagedCheckpoint(path: String, reason: String)
  /// More steps than can be counted.
  case tooManySteps(epochs: Int, stepsPerEpoch: Int)
  /// The parts of a batch can't be divided among the processes of a group.
  case groupDoesNotFit(parts: Int, count: Int)
  /// A model with running averages, which depend on whole batches, in a group.
  case groupHasRunningState(name: String)
  /// Another process of the group could not take the step.
  case rankFailed(rank: Int)

  public var description: String {
    switch self {
    case .noExamples:
      "There are no examples to train on."
    case .countsDiffer(let examples, let what, let count):
      "There are \(examples) training examples and \(count) \(what); each example needs one."
    case .notFinite(let what, let example, let value):
      "The \(what) of training example \(example) (counted from 0) contains \(value); remove or repair it first."
    case .lossNotFinite(let step, let epoch, let loss):
      """
      The loss became \(loss) at step \(step), in epoch \(epoch). Lower the learning rate, clip the gradient, or look for \
      logarithms and divisions near zero in the loss.
      """
    case .checkpointOfOtherTraining(let path, let setting, let found, let expected):
      """
      The checkpoint \(path) belongs to another training: its \(setting) is \(found), and \(expected) was asked for. \
      Remove it, or ask for the same.
      """
    case .tooManySteps(let epochs, let stepsPerEpoch):
      "\(epochs) epochs of \(stepsPerEpoch) steps are more steps than can be counted; train for fewer epochs."
    case .groupDoesNotFit(let parts, let count):
      """
      Batches of \(parts) parts can't be divided among \(count) processes: both must be powers of two, and there must be a part for \
      each process.
      """
    case .groupHasRunningState(let name):
      """
      The model has the running average \(name), which depends on whole batches, and processes that train together see parts of them; \
      take a model without batch normalization.
      """
    case .rankFailed(let rank):
      "Process \(rank) of the group could not take the step; its own message says why."
    case .damagedCheckpoint(let path, let reason):
      "The checkpoint \(path) can't be resumed from: \(reason). Remove it to start over."
    }
  }
}
