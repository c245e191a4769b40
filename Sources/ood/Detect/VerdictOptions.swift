import ArgumentParser
import OODMetrics

/// What is said of each scored row besides its score.
struct VerdictOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Flag at most this share of normal rows: needs rows that took no part in fitting (--calibrate, or those of the saved detector).",
      valueName: "rate"))
  var falsePositiveRate: Double?
  @Flag(help: "Conformal p-values beside the scores, from the calibration rows.") var pValues = false
  @Option(
    name: .customLong("fdr"),
    help: ArgumentHelp(
      "Flag rows so that at most this share of those flagged is normal on average (Benjamini, Hochberg).",
      valueName: "rate"))
  var falseDiscoveryRate: Double?
  @Option(
    help: ArgumentHelp("Say which columns make the scores, so many for each row.", valueName: "columns"))
  var explain: Int?
  @Option(help: ArgumentHelp("Write a page about the run.", valueName: "file.html")) var report: String?

  func validate() throws {
    for (name, rate) in [("--false-positive-rate", falsePositiveRate), ("--fdr", falseDiscoveryRate)] {
      guard rate.map({ $0 > 0 && $0 < 1 }) ?? true else {
        throw ValidationError("\(name) lies between 0 and 1, and it is \(rate!).")
      }
    }
    guard falsePositiveRate == nil || falseDiscoveryRate == nil else {
      throw ValidationError("--false-positive-rate and --fdr each decide which rows are flagged: give one.")
    }
    if let explain { try requireOption("--explain", explain, in: 1...1000) }
  }

  /// Whether p-values are needed.
  var needsCalibration: Bool { falsePositiveRate != nil || pValues || falseDiscoveryRate != nil }

  /// Whether something is said that no row alone decides.
  var needsAllRows: Bool { report != nil || falseDiscoveryRate != nil }

  /// The name of the first option that needs calibration rows.
  var calibratedOption: String {
    falsePositiveRate != nil ? "--false-positive-rate" : pValues ? "--p-values" : "--fdr"
  }
}
