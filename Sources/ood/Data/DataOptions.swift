import ArgumentParser
import OODDatasets

/// Where a command looks for data.
struct DataDirectoryOption: ParsableArguments {
  @Option(
    name: .customLong("data-dir"), help: ArgumentHelp("Look here for data sets first.", valueName: "dir"))
  var directory: String?

  var library: DataLibrary { DataLibrary(dataDirectory: directory) }
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
