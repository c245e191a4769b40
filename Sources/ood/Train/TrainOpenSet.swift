import ArgumentParser
import GenModels
import OODDatasets
import OODDetectors
import OODExperiments

/// Fits any kind of the catalogue that is fitted to a table with classes.
struct TrainOpenSet: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "open-set", abstract: "Fit a classifier of a table that may answer \"unknown\".",
    discussion: "Kinds, with their settings:\n\n" + kinds.map(line).joined(separator: "\n"))

  @Argument(help: "The kind of model.") var kind: String
  @Option(help: ArgumentHelp("The examples, with the classes as labels.", valueName: "spec")) var data: String
  @OptionGroup var directory: DataDirectoryOption
  @Option(
    help: ArgumentHelp("Where the model goes, a .safetensors file; - is standard output.", valueName: "file"))
  var out: String
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("A setting of the kind; may be repeated.", valueName: "name=value"))
  var settings: [String] = []
  @Option(help: "text or json.") var format: OutputFormat = .text

  private static var kinds: [any LabelledTableFitted.Type] {
    ModelCatalogue.complete.types.sorted { $0.key < $1.key }
      .compactMap { $0.value as? any LabelledTableFitted.Type }
  }

  private static func line(_ type: any LabelledTableFitted.Type) -> String {
    func settings<Kind: LabelledTableFitted>(_ type: Kind.Type) -> String {
      (try? SettingsList(type.defaultFitSettings).description) ?? ""
    }
    return "  \(type.kind): \(type.summary) (\(settings(type)))"
  }

  func run() throws {
    guard let type = Self.kinds.first(where: { $0.kind == kind }) else {
      throw ValidationError(
        "There is no classifier \(kind) of tables. Kinds are \(Self.kinds.map { $0.kind }.joined(separator: ", "))."
      )
    }
    let outputs = try Outputs(["--out": out])
    try fit(type, outputs)
  }

  private func fit<Kind: LabelledTableFitted>(_ type: Kind.Type, _ outputs: Outputs) throws {
    var list = try SettingsList(type.defaultFitSettings)
    for setting in settings { try list.set(setting, of: kind) }
    let fitSettings: Kind.FitSettings = try list.settings(of: kind)
    let table = try directory.library.table(argument: data, keepsGaps: false)
    guard let labels = table.labels else {
      throw Failure(
        "\(data) has no labels to learn: name the column (csv:FILE?label=COLUMN) or the array (npz:FILE#KEY?labels=KEY)."
      )
    }
    let clock = ContinuousClock()
    let start = clock.now
    let model = try Working.on("fitting \(kind) to \(table.values.rows) rows") {
      try naming(data) {
        try type.fitted(to: table.values, labels: Indexes(labels.indexes), settings: fitSettings)
      }
    }
    let seconds = (clock.now - start).seconds
    var archive = try model.archive()
    archive.columnNames = table.columns.names
    let file = try archive.file()
    try outputs["--out"]?.write(saving: { try file.write(to: $0) })
    let report = Report(
      kind: kind, rows: table.values.rows, columns: table.values.columns, classes: model.classCount,
      seconds: seconds, file: out)
    if format == .json { return try JSONOutput.print(report) }
    Console.result(
      "\(kind) fitted to \(report.rows) rows of \(report.columns) columns and \(report.classes) classes in "
        + "\(report.seconds.rounded(digits: 3)) s")
    Console.result("saved to \(out)")
  }

  private struct Report: Encodable {
    let kind: String
    let rows, columns, classes: Int
    let seconds: Double
    let file: String

    enum CodingKeys: String, CodingKey {
      case kind, columns, classes, file
      case rows = "n_train"
      case seconds = "fit_seconds"
    }
  }
}
