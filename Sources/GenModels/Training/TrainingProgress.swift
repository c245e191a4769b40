/// Where a training stands, after a step.
public struct TrainingProgress: Sendable {
  /// The epoch of this step, and the number of epochs; counted from 1.
  public let epoch, epochs: Int
  /// The number of this step over the whole training, counted from 1, and the number of steps planned.
  public let step, steps: Int
  /// The batch's loss.
  public let loss: Double
  /// Training examples per second, since training started or was resumed.
  public let examplesPerSecond: Double
  /// Seconds until the last step, at that rate.
  public let secondsLeft: Double
  /// The epoch's record, after its last step; nil before.
  public let finishedEpoch: EpochRecord?
}

/// What one epoch brought.
public struct EpochRecord: Sendable, Hashable {
  /// The mean loss of the epoch's training examples, each measured when its batch was used.
  public let loss: Double
  /// The mean loss of the validation examples after the epoch; nil where there are none.
  public let validationLoss: Double?

  public init(loss: Double, validationLoss: Double?) {
    self.loss = loss
    self.validationLoss = validationLoss
  }
}

/// A trained model and how it came about.
public struct TrainingResult<Model: Parameterized>: Sendable {
  public let model: Model
  /// One record for each epoch.
  public let history: [EpochRecord]
  /// The epoch, counted from 1, whose parameters the model has: the last, or with early stopping the best.
  public let epoch: Int
}
