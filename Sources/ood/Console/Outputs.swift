import ArgumentParser
import GenModels
import OODDatasets

/// The places that a command's options write to, looked at before the work starts.
struct Outputs {
  private var places: [(option: String, place: OutputPlace)] = []

  /// Looks at the places of the options that were given.
  ///
  /// A path of `-` is standard output; lines of results then go to standard error.
  /// - Throws: `ValidationError` when two options write to one place; `DataError` when one can't be written.
  init(_ options: KeyValuePairs<String, String?>) throws {
    for (option, path) in options {
      guard let path else { continue }
      let place = path == "-" ? .standardOutput : try OutputPlace(path)
      if let other = places.first(where: { $0.place.isSame(as: place) }) {
        throw ValidationError("\(other.option) and \(option) write to one place, \(path).")
      }
      try place.requireWritable()
      if place.kind == .descriptor(1) { Console.reserveOutput() }
      if place.isFile { PartialFiles.removeStale(beside: place.target) }
      places.append((option, place))
    }
  }

  /// The place of an option; nil when the option was not given.
  subscript(option: String) -> OutputPlace? { places.first { $0.option == option }?.place }
}

extension OutputPlace {
  fileprivate func isSame(as other: OutputPlace) -> Bool { kind == other.kind && target == other.target }
}
