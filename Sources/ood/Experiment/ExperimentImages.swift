import ArgumentParser
import OODDatasets

/// The images of an experiment: to train on, to test on, and foreign ones.
struct ExperimentImages: ParsableArguments {
  @Option(help: ArgumentHelp("Images to train on.", valueName: "spec")) var train: String?
  @Option(help: ArgumentHelp("Test images of the same kind.", valueName: "spec")) var test: String?
  @Option(help: ArgumentHelp("Test images of another kind; may be repeated.", valueName: "spec"))
  var against: [String] = []
  @OptionGroup var data: DataDirectoryOption

  /// Specifications of the three.
  typealias Names = (train: String, test: String, against: [String])

  func validate() throws {
    guard (train == nil) == (test == nil), (train == nil) == against.isEmpty else {
      throw ValidationError("Give --train, --test and --against together, or none of them.")
    }
  }

  /// What was asked for; nil where the usual sets are to be taken.
  var names: Names? { train.flatMap { train in test.map { (train, $0, against) } } }

  /// The sets that are in the data directories.
  var sets: Set<String> { Set(data.library.storedSets.map(\.name)) }
}

extension DataLibrary {
  /// The first examples of a set, or those of its range where the specification has one, under the specification's name.
  func load(first count: Int, of specification: String) throws -> Dataset {
    var set = try load(
      argument: specification.contains("[") ? specification : "\(specification)[0..<\(count)]")
    set.name = specification
    return set
  }
}
