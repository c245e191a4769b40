import ArgumentParser
import GenModels
import OODDatasets
import OODExperiments

/// Fits any kind of the catalogue that is fitted to a table.
struct TrainTable: AsyncParsableCommand {
  private static let kinds = FittedKinds<any TableFitted.Type>(
    command: "table", isFitted: { $0 as? any TableFitted.Type }, kind: { $0 })

  static let configuration = CommandConfiguration(
    commandName: kinds.command, abstract: "Fit a model of a table.", discussion: kinds.discussion)

  @Argument(help: "The kind of model.") var kind: String
  @Option(help: ArgumentHelp("The table to fit to.", valueName: "spec")) var data: String
  @OptionGroup var directory: DataDirectoryOption
  @Option(
    help: ArgumentHelp("Where the model goes, a .safetensors file; - is standard output.", valueName: "file"))
  var out: String
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("A setting of the kind; may be repeated.", valueName: "name=value"))
  var settings: [String] = []
  @Option(help: "Seed of whatever is random.") var seed: UInt64 = 0
  @Option(help: "text or json.") var format: OutputFormat = .text

  func run() throws {
    let type = try Self.kinds.named(kind)
    let outputs = try Outputs(["--out": out])
    try fit(type, outputs)
  }

  private func fit<Kind: TableFitted>(_ type: Kind.Type, _ outputs: Outputs) throws {
    let fitSettings = try type.settings(settings)
    let table = try directory.library.table(argument: data, keepsGaps: false)
    let clock = ContinuousClock()
    let start = clock.now
    let model = try Working.on("fitting \(kind) to \(table.values.rows) rows") {
      try naming(data) { try type.fitted(to: table.values, settings: fitSettings, seed: seed) }
    }
    try model.write(to: outputs, columns: table.columns)
    let report = Report(
      kind: kind, rows: table.values.rows, columns: table.values.columns,
      seconds: (clock.now - start).seconds, file: out)
    if format == .json { return try JSONOutput.print(report) }
    Console.result(
      "\(kind) fitted to \(report.rows) rows of \(report.columns) columns in \(report.seconds.rounded(digits: 3)) s"
    )
    Console.result("saved to \(out)")
  }

  private struct Report: Encodable {
    let kind: String
    let rows, columns: Int
    let seconds: Double
    let file: String

    enum CodingKeys: String, CodingKey {
      case kind, columns, file
      case rows = "n_train"
      case seconds = "fit_seconds"
    }
  }
}
