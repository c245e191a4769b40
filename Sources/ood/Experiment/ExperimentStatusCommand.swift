import ArgumentParser
import OODExperiments

struct ExperimentStatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Say how far an experiment's tasks are, and what runs where.",
    discussion:
      "For the --out of an experiment; with several models of likelihood, a model's folder in it. Looks for some seconds; writes nothing."
  )

  @Argument(help: ArgumentHelp("An experiment's folder.", valueName: "dir")) var folder: String
  @Option(help: "text or json.") var format: OutputFormat = .text

  func run() async throws {
    let status = try await ExperimentStatus(folder: folder)
    if format == .json { return try JSONOutput.print(status) }
    Console.result(
      "\(status.finished) of \(status.tasks) tasks are done, \(status.running.count) under way, \(status.waiting.count) waiting."
    )
    guard !status.running.isEmpty else { return }
    var table = TextTable(["name", "worker", "done", "activity"], rightAligned: [2])
    for task in status.running {
      table.add([
        task.name, task.worker, "\((task.part * 100).rounded(digits: 1))%",
        task.activity + (task.isSilent ? " (no sign of life)" : ""),
      ])
    }
    table.lines.forEach(Console.result)
  }
}
