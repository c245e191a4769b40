import ArgumentParser
import GenModels
import OODDatasets
import OODExperiments

/// The kinds of the catalogue that a command fits, with their settings.
struct FittedKinds<Fitted>: Sendable {
  /// Of the command, as on the command line.
  let command: String
  /// Those that the command can fit, by `type as? any SomeProtocol.Type`.
  let isFitted: @Sendable (any Model.Type) -> Fitted?
  let kind: @Sendable (Fitted) -> any KindFitted.Type

  private var all: [Fitted] {
    ModelCatalogue.complete.types.sorted { $0.key < $1.key }.compactMap { isFitted($0.value) }
  }

  /// A line for each kind, for whoever asks the command. Every run of the tool makes the configurations of all commands, and asking
  /// each type of the catalogue what it can do takes a twentieth of a short run.
  var discussion: String {
    let arguments = CommandLine.arguments
    guard arguments.contains(command) || arguments.contains("--experimental-dump-help") else { return "" }
    return "Kinds, with their settings:\n\n" + all.map { line(kind($0)) }.joined(separator: "\n")
  }

  private func line<Kind: KindFitted>(_ type: Kind.Type) -> String {
    let settings = (try? SettingsList(type.defaultFitSettings).description) ?? ""
    return "  \(type.kind): \(type.summary) (\(settings))"
  }

  /// The kind of that name.
  /// - Throws: `ValidationError` with the names that there are.
  func named(_ name: String) throws -> Fitted {
    if let found = all.first(where: { kind($0).kind == name }) { return found }
    throw ValidationError(
      "ood train \(command) fits no kind \(name). Kinds are \(all.map { kind($0).kind }.joined(separator: ", "))."
    )
  }
}

extension KindFitted {
  /// The default settings with others in their places, as `name=value`.
  /// - Throws: `ValidationError` for a setting that there is not, or of another type.
  static func settings(_ texts: [String]) throws -> FitSettings {
    var list = try SettingsList(defaultFitSettings)
    for text in texts { try list.set(text, of: kind) }
    return try list.settings(of: kind)
  }

  /// Writes a model of a table of those columns.
  func write(to outputs: Outputs, columns: TableColumns) throws {
    var archive = try archive()
    archive.columnNames = columns.names
    let file = try archive.file()
    try outputs["--out"]?.write(saving: { try file.write(to: $0) })
  }
}
