import ArgumentParser
import GenModels

struct TrainSplineFlow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "spline-flow", abstract: "Neural spline flow: rational-quadratic couplings, on tables.")

  @OptionGroup var training: FlowTraining
  @Option(help: "Couplings, each after a trained linear map.") var couplings = 6
  @Option(help: "Hidden units.") var hidden = 64
  @Option(help: "Pieces of each spline.") var bins = 8
  @Option(help: "Splines reach from minus to plus this, in standard deviations.") var bound: Float = 5

  func validate() throws {
    for (name, value) in [("--couplings", couplings), ("--hidden", hidden), ("--bins", bins)] {
      try requireOption(name, value, in: 1...4096)
    }
  }

  func run() throws {
    try training.run { purpose in
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
