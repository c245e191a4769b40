import GenModels
import OODDatasets
import OODExperiments
import OODMetrics

/// What is said of scored rows: scores, p-values, verdicts, reasons.
struct Verdicts {
  let scored: ScoredExamples
  let threshold: Threshold?
  let calibration: ConformalCalibration?
  /// Where they were asked for.
  let pValues: [Double]?
  /// Whether each row is flagged; nil where nothing decides that.
  let areOutOfDistribution: [Bool]?
  /// How rows are flagged, in words.
  let rule: String?
  let explanations: RowExplanations?
  private let showsPValues: Bool

  /// - Parameters:
  ///   - scored: The scores.
  ///   - scorer: What they come from.
  ///   - options: What to say.
  ///   - threshold: From which score on rows are flagged; `--fdr` decides without one.
  ///   - calibration: Scores of calibration rows.
  init(
    _ scored: ScoredExamples, by scorer: any OODScorer & Model, _ options: VerdictOptions,
    threshold: Threshold?, calibration: ConformalCalibration?
  ) throws {
    self.scored = scored
    self.threshold = threshold
    self.calibration = calibration
    showsPValues = options.pValues || options.falseDiscoveryRate != nil
    pValues = calibration.map { $0.pValues(scored.scores) }
    if let rate = options.falseDiscoveryRate, let pValues {
      areOutOfDistribution = try BenjaminiHochberg.rejections(pValues, falseDiscoveryRate: rate)
      rule = "at most \(rate) of them are normal on average, by Benjamini and Hochberg's rule on p-values"
    } else {
      areOutOfDistribution = threshold.map { threshold in
        scored.scores.map { threshold.isOutOfDistribution($0) }
      }
      rule = threshold.map { _ in "those with scores above the threshold" }
    }
    guard let count = options.explain else {
      explanations = nil
      return
    }
    guard let table = scored.table else {
      throw Failure("--explain is for tables, and these examples are none.")
    }
    let rows = areOutOfDistribution.map { flags in flags.indices.filter { flags[$0] } }
    explanations = try RowExplanations(
      of: scorer, table: table, rows: rows ?? Array(scored.scores.indices), most: count)
  }

  var flaggedCount: Int? { areOutOfDistribution.map { $0.count { $0 } } }

  /// All rows, in a format that is a list of them.
  /// - Parameter isFirst: Whether no row was printed before.
  func printRows(as format: ScoreFormat, isFirst: Bool = true) throws {
    if format == .csv { printCSV(hasHeader: isFirst) } else { try printJSONLines() }
  }

  /// `id,row,score,p_value,reason_1,…,out_of_distribution`, each where it is there.
  /// - Parameter hasHeader: Whether the header comes first; false for further rows of a table.
  private func printCSV(hasHeader: Bool) {
    let ids = scored.ids
    let reasonCount = explanations?.most ?? 0
    var header = ids == nil ? [] : ["id"]
    header += ["row", "score"] + (showsPValues ? ["p_value"] : [])
    header += (0..<reasonCount).map { "reason_\($0 + 1)" }
    header += areOutOfDistribution == nil ? [] : ["out_of_distribution"]
    if hasHeader { Console.result(CSVLine.text(header)) }
    for (position, score) in scored.scores.enumerated() {
      var fields = ids.map { [$0[position]] } ?? []
      fields += ["\(scored.row(position))", "\(score)"]
      if showsPValues { fields.append(pValues.map { "\($0[position])" } ?? "") }
      let reasons = explanations?.reasons(position) ?? []
      fields += (0..<reasonCount).map { $0 < reasons.count ? reasons[$0].text : "" }
      if let areOutOfDistribution { fields.append("\(areOutOfDistribution[position])") }
      Console.result(CSVLine.text(fields))
    }
  }

  private struct Line: Encodable {
    let id: String?
    let row: Int
    let score: Double
    let pValue: Double?
    let reasons: [RowExplanations.Reason]?
    let isOutOfDistribution: Bool?

    enum CodingKeys: String, CodingKey {
      case id, row, score, reasons
      case pValue = "p_value"
      case isOutOfDistribution = "out_of_distribution"
    }
  }

  /// One object a line.
  private func printJSONLines() throws {
    for (position, score) in scored.scores.enumerated() {
      try JSONOutput.print(
        Line(
          id: scored.ids?[position], row: scored.row(position), score: score,
          pValue: showsPValues ? pValues?[position] : nil, reasons: explanations?.reasons(position),
          isOutOfDistribution: areOutOfDistribution?[position]))
    }
  }

  /// A page about the run.
  /// - Parameters:
  ///   - scorer: What the scores come from.
  ///   - truth: Whether each row is labelled out-of-distribution.
  ///   - describe: Says what was fitted and scored.
  func page(
    _ scorer: any OODScorer & Model, truth: [Bool]?, describe: (inout DetectionReport) -> Void
  ) throws -> String {
    let scores = scored.scores
    var report = try DetectionReport(
      scores: scores, truth: truth, calibration: calibration?.scores, pValues: pValues)
    report.threshold = threshold?.value
    report.thresholdOrigin = threshold?.origin
    report.rule = rule
    report.flaggedRows = flaggedCount
    report.columnCount = scorer.exampleShape.elementCount
    describe(&report)
    let order = scores.indices.sorted {
      (scores[$0].isNaN ? .infinity : scores[$0], $1) > (scores[$1].isNaN ? .infinity : scores[$1], $0)
    }
    let shown = Array(order.prefix(50))
    // The rows with the highest scores are explained, flagged or not.
    let explanations = try explainable(scorer).map { table, most in
      try RowExplanations(of: scorer, table: table, rows: shown, most: most)
    }
    report.top = shown.map { position in
      DetectionReport.Row(
        row: scored.row(position), id: scored.ids?[position], score: scores[position],
        pValue: pValues?[position], isOutOfDistribution: areOutOfDistribution?[position],
        reasons: explanations?.reasons(position).map(\.text) ?? [])
    }
    report.explanation = explanations?.note
    if let table = scored.table, let pair = explanations?.leadingPair {
      report.pair = pairPoints(table, pair, shown)
    }
    return DetectionPage(report).html
  }

  private func explainable(_ scorer: any OODScorer & Model) -> (DataTable, Int)? {
    guard let table = scored.table, RowExplanations.canExplain(scorer) else { return nil }
    return (table, explanations?.most ?? 3)
  }

  /// Up to 1,500 rows in two columns: those with the highest scores, and others spread over the table.
  private func pairPoints(
    _ table: DataTable, _ pair: (Int, Int), _ shown: [Int]
  ) -> DetectionReport.Pair? {
    let step = max(1, (table.values.rows + 1449) / 1450)
    let rows = Set(shown).union(stride(from: 0, to: table.values.rows, by: step)).sorted()
      .filter { table.values[$0, pair.0].isFinite && table.values[$0, pair.1].isFinite }
    guard !rows.isEmpty else { return nil }
    let marked = areOutOfDistribution
    return DetectionReport.Pair(
      x: table.columns.title(pair.0), y: table.columns.title(pair.1),
      points: rows.map { [table.values[$0, pair.0], table.values[$0, pair.1]] },
      isOutOfDistribution: rows.map { marked?[$0] ?? shown.contains($0) },
      names: rows.map { table.ids?[$0] ?? "row \(table.row($0))" })
  }
}
