import ArgumentParser

struct ExperimentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "experiment",
    abstract: "Run an experiment of the papers: train, score, compare, and write a page.",
    subcommands: [
      ExperimentLikelihood.self, ExperimentOvergeneralization.self, ExperimentOutlierGeneration.self,
      ExperimentDivergences.self,
      ExperimentDensities.self, ExperimentStatusCommand.self,
    ])
}
