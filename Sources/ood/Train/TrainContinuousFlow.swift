import ArgumentParser
import GenModels

struct TrainContinuousFlow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cnf",
    abstract: "Train a continuous normalizing flow by maximum likelihood, on tables or small images.",
    discussion:
      "Each step solves a differential equation; ood train flow-matching trains the same model faster.")

  @OptionGroup var training: ContinuousTraining
  @Option(help: "Weight of the paths' energy ∫ |v|² dt, which keeps them straight.") var kinetic: Float = 0.01
  @Option(help: "Weight of ∫ ‖∂v/∂y‖² dt, which keeps the field smooth.") var jacobian: Float = 0

  func validate() throws {
    for (name, value) in [("--kinetic", kinetic), ("--jacobian", jacobian)] {
      guard value >= 0, value.isFinite else {
        throw ValidationError("\(name) is 0 or more, and \(value) was given.")
      }
    }
  }

  func run() throws {
    try training.run(
      recipe: Trainer(
        optimizer: Adam(learningRate: 2e-3), epochs: 20, batchSize: 128,
        schedule: .warmUp(steps: 100, then: .cosine())),
      objective: .likelihood(kinetic: kinetic, jacobian: jacobian))
  }
}
