import ArgumentParser

/// How scores are printed.
enum ScoreFormat: String, CaseIterable, ExpressibleByArgument {
  case text, csv, json, jsonl

  /// Whether it prints rows, so that they may be written as they come.
  var isAList: Bool { self == .csv || self == .jsonl }

  /// Refuses labels where their metrics would not be printed, and a normal class without labels.
  static func check(_ format: ScoreFormat, labels: String?, normal: NormalOption, hasPage: Bool) throws {
    guard labels == nil || hasPage || format == .text || format == .json else {
      throw ValidationError(
        "--format \(format.rawValue) prints scores only: --labels goes with text and json, which print AUROC and AP, and with "
          + "--report.")
    }
    guard labels != nil || normal.normal.isEmpty else {
      throw ValidationError("--normal says which of --labels is normal: give --labels too.")
    }
  }
}
