import ArgumentParser
import GenModels
import OODDatasets
import OODExperiments

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Fits any kind of the catalogue that is fitted to a table.
struct TrainTable: AsyncParsableCommand {
  private static let commandName = "table"

  static let configuration = CommandConfiguration(
    commandName: commandName, abstract: "Fit a model of a table.", discussion: discussion)

  /// The kinds, for whoever asks this command. Every run of the tool makes the configurations of all commands, and asking each
  /// type of the catalogue what it can do takes a twentieth of a short run.
  private static var discussion: String {
    guard
      CommandLine.arguments.contains(commandName)
        || CommandLine.arguments.contains("--experimental-dump-help")
    else {
      return ""
    }
    return "Kinds, with their settings:\n\n" + kinds.map(line).joined(separator: "\n")
  }

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

  private static var kinds: [any TableFitted.Type] {
    ModelCatalogue.complete.types.sorted { $0.key < $1.key }.compactMap { $0.value as? any TableFitted.Type }
  }

  private static func line(_ type: any TableFitted.Type) -> String {
    func settings<Kind: TableFitted>(_ type: Kind.Type) -> String {
      (try? SettingsList(type.defaultFitSettings).description) ?? ""
    }
    return "  \(type.kind): \(type.summary) (\(settings(type)))"
  }

  func run() throws {
    guard let type = Self.kinds.first(where: { $0.kind == kind }) else {
      throw ValidationError(
        "There is no kind \(kind) that is fitted to a table. Kinds are \(Self.kinds.map { $0.kind }.joined(separator: ", "))."
      )
    }
    let outputs = try Outputs(["--out": out])
    try fit(type, outputs)
  }

  private func fit<Kind: TableFitted>(_ type: Kind.Type, _ outputs: Outputs) throws {
    var list = try SettingsList(type.defaultFitSettings)
    for setting in settings { try list.set(setting, of: kind) }
    let fitSettings: Kind.FitSettings = try list.settings(of: kind)
    let table = try directory.library.table(argument: data, keepsGaps: false)
    let clock = ContinuousClock()
    let start = clock.now
    let model = try Working.on("fitting \(kind) to \(table.values.rows) rows") {
      try naming(data) { try type.fitted(to: table.values, settings: fitSettings, seed: seed) }
    }
    var archive = try model.archive()
    archive.columnNames = table.columns.names
    let file = try archive.file()
    try outputs["--out"]?.write(saving: { try file.write(to: $0) })
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
