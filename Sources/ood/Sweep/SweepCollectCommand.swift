import ArgumentParser
import OODExperiments

struct SweepCollectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "collect", abstract: "Gather a sweep's records into models.jsonl, and say what is missing.",
    discussion: """
      Prints the models and what they say together: how IRR and ORR correlate, and objectness and delta; the best delta; and the \
      lower envelope, the models for which no other has as much IRR and as little ORR. csv is a table of all numbers, a row a \
      model.

      Removes what dead workers left of models that are done. Status 1 where models have no record yet; what is there is gathered \
      all the same.
      """)

  @Argument(help: ArgumentHelp("A sweep's directory.", valueName: "dir")) var folder: String
  @Option(
    name: .customLong("at-irr"),
    help: ArgumentHelp(
      "Tell the least ORR of any model at any theta with this IRR or more; may be given several times.",
      valueName: "rate"))
  var rates: [Double] = []
  @Option(help: "text, csv or json.") var format: SweepFormat = .text

  func validate() throws {
    if let rate = rates.first(where: { !($0 > 0 && $0 <= 1) }) {
      throw ValidationError("--at-irr is a share above 0 and at most 1, and it is \(rate).")
    }
    guard rates.isEmpty || format != .csv else {
      throw ValidationError(
        "--at-irr tells what the models have together, and --format csv prints each of them: use text or json."
      )
    }
  }

  func run() throws {
    let (records, missing, failed) = try SweepDirectory(folder).collect()
    try SweepReport(records, directory: folder, leastORRAt: rates).print(as: format)
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
