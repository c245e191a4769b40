import ArgumentParser

@main
struct Tool: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ood",
    abstract: "Deep generative models and out-of-distribution scoring.",
    subcommands: [
      DemoCommand.self, DataCommand.self, TrainCommand.self, ScoreCommand.self, EvaluateCommand.self,
      GenerateCommand.self, SweepCommand.self, ReportCommand.self, DetectCommand.self, ExperimentCommand.self,
    ])
}
