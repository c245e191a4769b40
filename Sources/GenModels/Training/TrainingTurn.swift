/// One of several losses that take turns in a training, each with parameters of its own to move: a critic's, and a generator's.
///
/// `GenerativeAdversarialNetwork` has two: its critic's in every step, and its generator's after every fifth, say.
///
/// All turns of a step see the same batch; each sees the parameters as the turn before left them.
public struct TrainingTurn<Model> {
  /// What the names of the moved parameters begin with; the empty text moves all.
  public var parameters: String
  /// The trainer's unless said.
  public var optimizer: (any Optimizer)?
  /// The turn is taken after every so many steps.
  public var interval: Int
  /// The steps of the training, counted from 0, in which the turn is taken.
  public var steps: Range<Int>
  public var loss: Trainer.Loss<Model>

  /// Traps when `interval` is below 1.
  public init(
    moving parameters: String, optimizer: (any Optimizer)? = nil, interval: Int = 1,
    steps: Range<Int> = 0..<Int.max, loss: @escaping Trainer.Loss<Model>
  ) {
    precondition(interval >= 1, "A turn is taken every step or less often, not every \(interval).")
    self.parameters = parameters
    self.optimizer = optimizer
    self.interval = interval
    self.steps = steps
    self.loss = loss
  }

  /// How often the turn has been taken once it is taken in that step, counted from 0; nil where it is not its turn.
  func number(in step: Int) -> Int? {
    guard steps.contains(step) else { return nil }
    let passed = step - steps.lowerBound + 1
    return passed % interval == 0 ? passed / interval : nil
  }

  func moves(_ name: String) -> Bool { name.hasPrefix(parameters) }
}

extension Trainer {
  /// What a checkpoint must agree in besides, where several turns decide the training.
  func settings<Model>(of turns: [TrainingTurn<Model>]) -> [String: String] {
    guard turns.count > 1 else { return [:] }
    return Dictionary(
      uniqueKeysWithValues: turns.enumerated().map { number, turn in
        (
          "turn \(number)",
          "\(turn.parameters), every \(turn.interval), steps \(turn.steps), \(turn.optimizer ?? optimizer)"
        )
      })
  }

  /// The rule that moves each parameter: that of the first turn that does.
  func optimizers<Model: Parameterized>(of model: Model, _ turns: [TrainingTurn<Model>]) -> [any Optimizer] {
    model.namedParameters.map { parameter in
      turns.first { $0.moves(parameter.name) }?.optimizer ?? optimizer
    }
  }
}
