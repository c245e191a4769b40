extension Flow: TrainableDensity {
  public var conditionCount: Int? { architecture.classCount }

  /// The mean of −ln p(x) over a batch, in nats, with fresh noise between grey levels in training.
  public func loss(_ x: Tensor, labels: Indexes?, _ scope: TrainingScope) -> Variable {
    Flow.loss(self, Batch(inputs: x, targets: nil, labels: labels), scope)
  }

  public func prepared(for x: Tensor, labels: Indexes?, using random: RandomGenerator) -> Flow {
    initialized(from: x, labels: labels, using: random)
  }
}
