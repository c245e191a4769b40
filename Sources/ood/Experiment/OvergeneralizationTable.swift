import OODExperiments

/// An overgeneralization experiment's report as text.
struct OvergeneralizationTable {
  let report: OvergeneralizationReport

  init(_ report: OvergeneralizationReport) { self.report = report }

  var lines: [String] {
    [
      accuracy, fooling, table("AUROC", report.scores), openSet, oneClass,
      table("AUROC in clutter", report.clutter),
    ].filter { !$0.isEmpty }.flatMap { $0 + [""] }
  }

  private func percent(_ share: Double) -> String { "\((100 * share).rounded(digits: 2))" }

  private func interval(_ proportion: OvergeneralizationReport.Proportion) -> String {
    "\(percent(proportion.low))–\(percent(proportion.high))"
  }

  private var accuracy: [String] {
    let thresholds = [0] + report.settings.thresholds
    var table = TextTable(
      ["% right"] + thresholds.map { "at \($0)" } + ["median residual", "decoder", "alpha"],
      rightAligned: Set(1...thresholds.count + 1).union([thresholds.count + 3]))
    for classifier in report.classifiers {
      table.add(
        [classifier.name] + classifier.accuracies.map { percent($0.share) } + [
          classifier.residuals.map { "\($0[1].rounded(digits: 2))" } ?? "–",
          classifier.isAlive(black: report.blackDistance, mean: report.meanImageDistance).map {
            $0 ? "alive" : "collapsed"
          } ?? "–",
          classifier.confidence.map { "\($0.alpha.rounded(digits: 3))" } ?? "–",
        ])
    }
    return table.lines + [
      "A black reconstruction misses by \(report.blackDistance.rounded(digits: 2)), the mean image by "
        + "\(report.meanImageDistance.rounded(digits: 2))."
    ]
  }

  private var fooling: [String] {
    var table = TextTable(
      ["% fooled by", "", "at", "rate", "95%", "steps", "unrecognizable", "95%", "nearest"],
      rightAligned: Set(2...8))
    for row in report.fooling {
      table.add([
        row.classifier, row.attack, "\(row.threshold)", percent(row.fooled.share), interval(row.fooled),
        row.meanSteps.map { "\($0.rounded(digits: 1))" } ?? "–", percent(row.unrecognizable.share),
        interval(row.unrecognizable), row.nearestDistance.map { "\($0.rounded(digits: 2))" } ?? "–",
      ])
    }
    return table.lines
  }

  private func table(_ title: String, _ scores: [OvergeneralizationReport.Score]) -> [String] {
    let sets = scores.first?.comparisons.map(\.set) ?? []
    guard !sets.isEmpty else { return [] }
    var table = TextTable([title] + sets, rightAligned: Set(1...sets.count))
    for score in scores where !score.comparisons.isEmpty {
      table.add([score.name] + score.comparisons.map { "\($0.auroc.rounded(digits: 4))" })
    }
    return table.lines
  }

  private var openSet: [String] {
    guard !report.openSet.isEmpty else { return [] }
    var methods: [String] = []
    for point in report.openSet where !methods.contains(point.method) { methods.append(point.method) }
    let counts = Set(report.openSet.map(\.classes)).sorted()
    var table = TextTable(["% right, classes"] + counts.map { "\($0)" }, rightAligned: Set(1...counts.count))
    for method in methods {
      let own = report.openSet.filter { $0.method == method }
      table.add(
        [method]
          + counts.map { count in own.first { $0.classes == count }.map { percent($0.accuracy) } ?? "–" })
    }
    return table.lines
  }

  private var oneClass: [String] {
    guard !report.oneClass.isEmpty else { return [] }
    var table = TextTable(["one class", "mean AUROC"], rightAligned: [1])
    for row in report.oneClass { table.add([row.method, "\(row.mean.rounded(digits: 4))"]) }
    return table.lines
  }
}
