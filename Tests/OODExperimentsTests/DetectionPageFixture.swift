import GenModels
import OODExperiments
import OODMetrics

/// A report of a run over a table, with everything that one can have.
enum DetectionPageFixture {
  static func report() throws -> DetectionReport {
    var random = RandomGenerator(seed: 5)
    let truth = (0..<300).map { $0 % 20 == 0 }
    let scores = random.normal([300]).elements.enumerated().map { Double($1) + (truth[$0] ? 3 : 0) }
    let calibration = try ConformalCalibration(random.normal([200]).elements.map(Double.init))
    let threshold = try calibration.threshold(level: 0.05)
    let p = calibration.pValues(scores)
    var report = try DetectionReport(
      scores: scores, truth: truth, calibration: calibration.scores, pValues: p)
    report.method = "hbos <b>"
    report.trainingSet = "csv:train.csv"
    report.trainingRows = 200
    report.scoredSet = "csv:new.csv"
    report.columnCount = 2
    report.threshold = threshold.value
    report.thresholdOrigin = threshold.origin
    report.rule = "those with scores above the threshold"
    report.explanation = "Why: the columns whose parts of the score, which add up to it, are greatest."
    let flags = scores.map { threshold.isOutOfDistribution($0) }
    report.flaggedRows = flags.count { $0 }
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    report.top = order.prefix(20).map { row in
      .init(
        row: row, id: "order \(row)", score: scores[row], pValue: p[row], isOutOfDistribution: flags[row],
        reasons: ["weight \(row) (usually 1 to 2)", "machine 'B7' (most often 'A1')"])
    }
    report.pair = .init(
      x: "weight", y: "height", points: scores.indices.map { [Double($0 % 17), Double($0 % 13)] },
      isOutOfDistribution: flags, names: scores.indices.map { "order \($0)" })
    return report
  }
}
