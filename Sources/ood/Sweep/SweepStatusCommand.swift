import ArgumentParser
import OODExperiments

struct SweepStatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Say how far a sweep is, what runs where, and how long the rest takes.",
    discussion: """
      Looks until every worker has given a sign of life, some seconds; writes nothing. The rate comes from the times of finished \
      models, and the rest counts by work, not by models.
      """)

  @Argument(help: ArgumentHelp("A sweep's directory.", valueName: "dir")) var folder: String
  @Option(help: "text or json.") var format: OutputFormat = .text

  func run() async throws {
    let status = try await SweepDirectory(folder).status()
    switch format {
    case .json: try JSONOutput.print(status)
    case .text: show(status)
    }
  }

  private func show(_ status: SweepStatus) {
    func percent(_ part: Double) -> String { "\((part * 100).rounded(digits: 3))%" }
    Console.result(
      "\(status.finished) of \(status.models) models are done, \(status.running.count) under way, \(status.waiting) waiting, "
        + "\(status.failed.count) failed; \(percent(status.part)) of the work is done.")
    if !status.running.isEmpty {
      var table = TextTable(["name", "worker", "done", "activity"], rightAligned: [2])
      for model in status.running {
        table.add([
          model.name, model.worker, percent(model.part),
          model.activity + (model.isSilent ? " (no sign of life)" : ""),
        ])
      }
      table.lines.forEach(Console.result)
    }
    for failure in status.failed { Console.result("\(failure.name) failed: \(failure.reason)") }
    if let rate = status.partPerHour, let seconds = status.secondsLeft {
      Console.result("\(percent(rate)) of the work an hour; about \(SweepLine.time(seconds)) left.")
    }
  }
}
