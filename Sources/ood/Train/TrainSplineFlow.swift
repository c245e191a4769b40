import ArgumentParser
import GenModels

struct TrainSplineFlow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "spline-flow", abstract: "Neural spline flow: rational-quadratic couplings, on tables.",
    discussion: "Without --epochs it takes as many as make 20,000 steps.")

  @OptionGroup var training: FlowTraining
  @Option(help: "Couplings, each after a trained linear map.") var couplings = 8
  @Option(help: "Hidden units.") var hidden = 96
  @Option(help: "Pieces of each spline.") var bins = 32
  @Option(help: "Splines reach from minus to plus this, in standard deviations.") var bound: Float = 3

  /// Steps of a training, where nothing is said: sharp edges take long.
  private static let steps = 20_000

  func validate() throws {
    for (name, value) in [("--couplings", couplings), ("--hidden", hidden), ("--bins", bins)] {
      try requireOption(name, value, in: 1...4096)
    }
  }

  func run() throws {
    try training.run { recipe, count in
      recipe.optimizer = Adam(learningRate: 2e-3)
      recipe.batchSize = training.options.batch ?? 256
      let perEpoch = max(1, (count + recipe.batchSize - 1) / recipe.batchSize)
      recipe.epochs = max(1, (Self.steps + perEpoch - 1) / perEpoch)
    } _: { purpose in
      .splineFlow(
        features: try purpose.vectorFeatures("spline-flow"), couplings: couplings, hidden: [hidden, hidden],
        bins: bins, bound: bound, classCount: purpose.classCount)
    }
  }
}

extension FlowTraining.Purpose {
  /// The number of features of vectors; images are refused.
  func vectorFeatures(_ model: String) throws -> Int {
    guard !isImages else {
      throw Failure("ood train \(model) takes tables, and these are images; take realnvp or glow for them.")
    }
    return features
  }
}
