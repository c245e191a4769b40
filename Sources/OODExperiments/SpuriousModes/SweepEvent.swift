import GenModels

/// What happens in a sweep; told from several threads.
public enum SweepEvent: Sendable {
  /// A step of a classifier's training.
  case trainingClassifier(String, TrainingProgress)
  /// The classifiers are there.
  case classifiers(SweepSettings.Classifier?, SweepSettings.Classifier?)
  /// Models that an earlier run had finished, and all of them.
  case found(finished: Int, of: Int)
  /// Those of the finished models whose records stand in `models.jsonl` and nowhere else: neither they nor their images are here.
  case foundWithoutFiles([String])
  /// A step of a model's training.
  case training(SweepPoint, TrainingProgress)
  /// A model is trained and being measured.
  case measuring(SweepPoint)
  case finished(SweepRecord)
  /// Another worker has finished a model of this one's grid.
  case finishedElsewhere(SweepRecord)
  /// Models that others are at, which this worker does not wait for.
  case leftToOthers([String])
  /// A model that could not be trained or measured; the sweep goes on with the others.
  case failed(SweepPoint, reason: String)
}
