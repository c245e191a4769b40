/// Why a sweep can't run, or its files can't be read.
public enum SweepError: Error, Sendable, Hashable {
  case unreadableFile(path: String)
  case malformedGrid(file: String, reason: String)
  case impossibleModel(name: String, reason: String)
  case unusableImages(set: String, reason: String)
  case unusableClassifier(file: String, reason: String)
  /// The directory holds another sweep than the one asked for.
  case otherSweep(directory: String, setting: String, found: String, expected: String)
  case directoryInUse(path: String, file: String)
  case malformedFile(file: String, line: Int?, reason: String)
  /// Two records of one model that differ in more than time.
  case contradictingRecords(name: String, first: String, second: String)
  case noRecords(directory: String)
  /// A record that names a file which does not lie in the sweep's directory.
  case fileOutside(name: String, file: String, directory: String)
  /// Models that could not be trained or measured; the others were.
  case modelsFailed([Failure])

  /// One model and why it failed.
  public struct Failure: Sendable, Hashable, Encodable {
    public let name, reason: String
  }
}

extension SweepError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadableFile(let path): "\(path) can't be read."
    case .malformedGrid(let file, let reason): "\(file) is not a grid of models: \(reason)."
    case .impossibleModel(let name, let reason): "The model \(name) of the grid can't be trained: \(reason)."
    case .unusableImages(let set, let reason): "\(set) can't be used in a sweep: \(reason)."
    case .unusableClassifier(let file, let reason): "\(file) can't be used as a classifier: \(reason)."
    case .otherSweep(let directory, let setting, let found, let expected):
      "\(directory) holds a sweep with another \(setting): it was \(found), and now it is \(expected). "
        + "Use another directory, or the same settings."
    case .directoryInUse(let path, let file):
      "\(path) already holds files of a sweep (\(file)). Go on with --resume, or use another directory."
    case .malformedFile(let file, let line, let reason):
      "\(file)\(line.map { ", line \($0)" } ?? "") can't be understood: \(reason)."
    case .contradictingRecords(let name, let first, let second):
      "The model \(name) has two records that differ, one in \(first) and one in \(second). "
        + "Keep the one that belongs to this sweep."
    case .fileOutside(let name, let file, let directory):
      "The record of the model \(name) names the file \"\(file)\", which does not lie in \(directory). "
        + "Files of a sweep lie in its directory and go by their plain names."
    case .noRecords(let directory): "\(directory) holds no results of a sweep (models.jsonl)."
    case .modelsFailed(let failures):
      "\(failures.count) of the models failed, all others are done: "
        + failures.map { "\($0.name): \($0.reason)" }.joined(separator: " ")
        + " They are not tried again unless their claims (NAME.1\(ClaimFile.ending) and so on) are deleted."
    }
  }
}
