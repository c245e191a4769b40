import ArgumentParser
import OODMetrics

/// How scores are printed.
enum ScoreFormat: String, CaseIterable, ExpressibleByArgument {
  case text, csv, json

  /// Refuses labels where their metrics would not be printed, and a normal class without labels.
  static func check(_ format: ScoreFormat, labels: String?, normal: NormalOption) throws {
    guard labels == nil || format != .csv else {
      throw ValidationError(
        "--format csv prints scores only: --labels goes with text and json, which print AUROC and AP.")
    }
    guard labels != nil || normal.normal.isEmpty else {
      throw ValidationError("--normal says which of --labels is normal: give --labels too.")
    }
  }

  /// `row,score` and, with a threshold, `out_of_distribution` (0 or 1) for each row.
  /// - Parameter row: The number of a scored example in its file.
  static func printCSV(_ scores: [Double], threshold: Threshold?, row: (Int) -> Int) {
    Console.result("row,score" + (threshold == nil ? "" : ",out_of_distribution"))
    for (position, score) in scores.enumerated() {
      Console.result(
        "\(row(position)),\(score)" + (threshold.map { $0.isOutOfDistribution(score) ? ",1" : ",0" } ?? ""))
    }
  }
}
