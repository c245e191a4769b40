import ArgumentParser
import OODExperiments

struct SweepCollectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "collect", abstract: "Gather a sweep's records into models.jsonl, and say what is missing.",
    discussion: """
      Removes what dead workers left of models that are done. Status 1 where models have no record yet; what is there is gathered \
      all the same.
      """)

  @Argument(help: ArgumentHelp("A sweep's directory.", valueName: "dir")) var folder: String
  @Option(help: "text or json.") var format: OutputFormat = .text

  func run() throws {
    let (records, missing, failed) = try SweepDirectory(folder).collect()
    let report = SweepReport(records, directory: folder)
    switch format {
    case .json: try JSONOutput.print(report)
    case .text: report.printTable()
    }
    for failure in failed { Console.remark("\(failure.name) failed: \(failure.reason)") }
    guard missing.isEmpty else {
      let names = missing.prefix(10).joined(separator: ", ") + (missing.count > 10 ? ", …" : "")
      throw Failure(
        "\(missing.count) of \(missing.count + records.count) models have no record yet: \(names). "
          + "ood sweep status \(folder) tells whether somebody is at them; the sweep's command with --resume goes on."
      )
    }
  }
}
