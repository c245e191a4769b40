import ArgumentParser
import OODDatasets

struct DataList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the data sets that can be named.")

  @OptionGroup var data: DataDirectoryOption
  @Option(help: "text or json.") var format: OutputFormat = .text

  /// A row of the list.
  struct Entry: Encodable {
    let name: String
    let parts: [String]
    /// "made" (needs no files), a folder, or "not here" for a set that can be downloaded.
    let place: String
    let summary: String
  }

  func run() throws {
    let stored = data.library.storedSets
    let made = MadeSet.all.map { Entry(name: $0.name, parts: $0.parts, place: "made", summary: $0.summary) }
    let here = stored.map { set in
      Entry(
        name: set.name, parts: set.parts.map(\.name), place: set.folder,
        summary: KnownSet(named: set.name)?.summary ?? "")
    }
    let missing = KnownSet.all.filter { known in
      !stored.contains { $0.name == known.name } && !known.files.isEmpty
    }
    .map {
      Entry(name: $0.name, parts: [], place: "not here: ood data fetch \($0.name)", summary: $0.summary)
    }
    let entries = made + here + missing
    if format == .json { return try JSONOutput.print(["sets": entries]) }
    var table = TextTable(["set", "parts", "place", "what"])
    for entry in entries {
      let parts =
        entry.parts.prefix(4).joined(separator: " ")
        + (entry.parts.count > 4 ? " … (\(entry.parts.count))" : "")
      table.add([entry.name, parts, entry.place, entry.summary])
    }
    table.lines.forEach(Console.result)
  }
}
