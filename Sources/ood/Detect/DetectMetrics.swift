import ArgumentParser
import OODMetrics

struct DetectMetrics: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metrics", abstract: "Print every metric of scores that are there already.",
    discussion: "Higher scores must mean more out-of-distribution.")

  @Option(help: ArgumentHelp("One score an example: npy:FILE, npz:FILE#KEY.", valueName: "spec")) var scores:
    String
  @Option(help: ArgumentHelp("Labels: 0 for normal, else out-of-distribution.", valueName: "spec"))
  var labels: String
  @OptionGroup var normal: NormalOption
  @OptionGroup var data: DataDirectoryOption
  @Option(help: "Confidence of the interval of AUROC, by DeLong's method.") var level = 0.95
  @Option(help: "text or json.") var format: OutputFormat = .text

  private struct Report: Encodable {
    let inDistributionCount, outOfDistributionCount: Int
    let auroc, aurocSeconds, aurocLow, aurocHigh: Double
    let averagePrecisionOut, averagePrecisionIn: Double
    let trapezoidalOut, trapezoidalIn: Double
    let falsePositiveRateOut, falsePositiveRateIn: Double
    let detectionError, precisionAtN, bestF1: Double

    enum CodingKeys: String, CodingKey {
      case auroc
      case inDistributionCount = "n_in"
      case outOfDistributionCount = "n_ood"
      case aurocSeconds = "auroc_seconds"
      case aurocLow = "auroc_low"
      case aurocHigh = "auroc_high"
      case averagePrecisionOut = "ap_ood_positive"
      case averagePrecisionIn = "ap_in_positive"
      case trapezoidalOut = "trapezoidal_aupr_ood_positive"
      case trapezoidalIn = "trapezoidal_aupr_in_positive"
      case falsePositiveRateOut = "fpr_at_95_tpr_ood_positive"
      case falsePositiveRateIn = "fpr_at_95_tpr_in_positive"
      case detectionError = "detection_error"
      case precisionAtN = "precision_at_n"
      case bestF1 = "best_f1"
    }
  }

  func validate() throws {
    guard level > 0 && level < 1 else {
      throw ValidationError("--level must be between 0 and 1, and it is \(level).")
    }
  }

  func run() throws {
    let scores = try data.library.numbers(scores)
    let truth = try normal.areOutOfDistribution(labels, in: data.library, count: scores.count)
    let clock = ContinuousClock()
    let start = clock.now
    let auroc = try ScoreRanking.auroc(scores, isOutOfDistribution: truth)
    let seconds = (clock.now - start).seconds
    let ranking = try ScoreRanking(scores, isOutOfDistribution: truth)
    let interval = try ranking.delongAUROC(level: level).interval
    let report = Report(
      inDistributionCount: ranking.inDistributionCount,
      outOfDistributionCount: ranking.outOfDistributionCount, auroc: auroc,
      aurocSeconds: seconds, aurocLow: interval.lowerBound, aurocHigh: interval.upperBound,
      averagePrecisionOut: ranking.averagePrecision(positive: .outOfDistribution),
      averagePrecisionIn: ranking.averagePrecision(positive: .inDistribution),
      trapezoidalOut: ranking.trapezoidalPrecisionRecallArea(positive: .outOfDistribution),
      trapezoidalIn: ranking.trapezoidalPrecisionRecallArea(positive: .inDistribution),
      falsePositiveRateOut: try ranking.falsePositiveRate(
        atTruePositiveRate: 0.95, positive: .outOfDistribution),
      falsePositiveRateIn: try ranking.falsePositiveRate(
        atTruePositiveRate: 0.95, positive: .inDistribution),
      detectionError: ranking.detectionError, precisionAtN: try ranking.precision(),
      bestF1: ranking.bestF1().f1)
    if format == .json { return try JSONOutput.print(report) }
    var table = TextTable(
      ["", "out-of-distribution positive", "in-distribution positive"], rightAligned: [1, 2])
    func add(_ name: String, _ out: Double, _ inside: Double? = nil) {
      table.add([name, "\(out.rounded(digits: 4))", inside.map { "\($0.rounded(digits: 4))" } ?? ""])
    }
    add("average precision", report.averagePrecisionOut, report.averagePrecisionIn)
    add("trapezoidal AUPR", report.trapezoidalOut, report.trapezoidalIn)
    add("FPR at 95% TPR", report.falsePositiveRateOut, report.falsePositiveRateIn)
    add("precision at n", report.precisionAtN)
    add("best F1", report.bestF1)
    Console.result(
      "AUROC \(auroc.rounded(digits: 4)), \(level) interval \(report.aurocLow.rounded(digits: 4)) to "
        + "\(report.aurocHigh.rounded(digits: 4)); detection error \(report.detectionError.rounded(digits: 4))"
    )
    Console.result(
      "\(report.inDistributionCount) in-distribution, \(report.outOfDistributionCount) out-of-distribution")
    table.lines.forEach(Console.result)
  }
}
