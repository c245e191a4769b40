import ArgumentParser
import GenModels

struct TrainFlowMatching: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flow-matching",
    abstract: "Train a continuous normalizing flow by flow matching, on tables or small images.",
    discussion:
      "The loss that is shown is the error of velocities; --validation shows −ln p, which solves the equation."
  )

  @OptionGroup var training: ContinuousTraining
  @Option(help: "Noise and examples of a batch: independent or optimal-transport.")
  var pairing = FlowMatching.Pairing.optimalTransport
  @Option(help: "linear or variance-preserving.") var path = FlowMatching.Path.linear
  @Option(help: "Deviation of noise around the paths.") var deviation: Float = 0

  @Option(help: "Times that are drawn: uniform, or late, half of them near the examples.")
  var times = FlowMatching.Times.uniform

  func validate() throws {
    guard deviation >= 0, deviation.isFinite else {
      throw ValidationError("--deviation is 0 or more, and \(deviation) was given.")
    }
  }

  func run() throws {
    try training.run(
      recipe: Trainer(
        optimizer: Adam(learningRate: 2e-3), epochs: 60, batchSize: 256,
        schedule: .warmUp(steps: 100, then: .cosine())),
      objective: .matching(FlowMatching(pairing: pairing, path: path, deviation: deviation, times: times)))
  }
}
