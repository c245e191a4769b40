/// When to stop before the last epoch: after `patience` epochs without a loss that is lower by `minimumImprovement` than
/// the best so far. The validation loss counts where there is one, else the training loss. The best epoch's parameters are kept.
public struct EarlyStopping: Sendable, Hashable, Codable {
  public var patience: Int
  public var minimumImprovement: Double

  public init(patience: Int, minimumImprovement: Double = 0) {
    precondition(
      patience >= 1, "Early stopping waits for at least one epoch, and \(patience) were asked for.")
    self.patience = patience
    self.minimumImprovement = minimumImprovement
  }

  /// The best epoch of a history, counted from 0, and whether training should stop after its last.
  func judge(_ history: [EpochRecord]) -> (best: Int, stops: Bool) {
    var (best, bestLoss) = (0, Double.infinity)
    for (epoch, record) in history.enumerated() {
      let loss = record.validationLoss ?? record.loss
      if loss < bestLoss - (epoch == 0 ? 0 : minimumImprovement) { (best, bestLoss) = (epoch, loss) }
    }
    return (best, history.count - 1 - best >= patience)
  }
}
