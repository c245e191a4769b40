import ArgumentParser
import OODDatasets

/// Where a command looks for data.
struct DataDirectoryOption: ParsableArguments {
  @Option(
    name: .customLong("data-dir"), help: ArgumentHelp("Look here for data sets first.", valueName: "dir"))
  var directory: String?
  @Option(
    help: ArgumentHelp(
      "Most bytes that a compressed file may inflate to, and that a pipe may bring [4294967296].",
      valueName: "bytes"))
  var mostBytes: Int?

  func validate() throws {
    if let mostBytes, mostBytes < 1 {
      throw ValidationError("--most-bytes must be 1 or more, and it is \(mostBytes).")
    }
  }

  var library: DataLibrary {
    var library = DataLibrary(dataDirectory: directory)
    if let mostBytes { library.limit = InflationLimit(byteCount: mostBytes) }
    return library
  }
}

/// How a result is printed.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
  case text, json
}

extension Specification {
  /// Loads what the argument names. A specification that is wrong in itself is an error of usage; one that
  /// doesn't fit the data is a failure.
  static func parse(argument: String) throws -> Specification {
    do {
      return try Specification(argument)
    } catch let error as SpecificationError {
      throw ValidationError("\(error)")
    }
  }
}

extension DataLibrary {
  /// Loads the data set that an argument names, and says how many rows gaps cost it.
  func load(argument: String) throws -> Dataset {
    let specification = try Specification.parse(argument: argument)
    let dataset = try Working.on("reading \(argument)") { try load(specification) }
    DataLibrary.remark(dropped: dataset.droppedRowCount, of: argument)
    return dataset
  }

  static func remark(dropped count: Int, of argument: String) {
    guard count > 0 else { return }
    Console.remark("\(argument): \(count) row\(count == 1 ? "" : "s") with gaps left out.")
  }
}
