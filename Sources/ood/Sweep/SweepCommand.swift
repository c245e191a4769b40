import ArgumentParser

struct SweepCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep", abstract: "Train and measure many autoencoders over a grid of settings.",
    discussion: """
      ood sweep GRID is ood sweep run GRID; its options are in ood sweep run --help.
      """,
    subcommands: [SweepRunCommand.self, SweepStatusCommand.self, SweepCollectCommand.self],
    defaultSubcommand: SweepRunCommand.self)
}
