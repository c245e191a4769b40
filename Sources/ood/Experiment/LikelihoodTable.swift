import OODExperiments

/// A likelihood experiment's report as text.
struct LikelihoodTable {
  let report: LikelihoodReport

  init(_ report: LikelihoodReport) { self.report = report }

  /// Densities of the sets, AUROC of the scores, and scores of batches.
  var lines: [String] { sets + [""] + scores + [""] + batches }

  private var sets: [String] {
    let compressors = report.sets.first?.compressedBitsPerDimension.keys.sorted() ?? []
    var table = TextTable(
      ["bits per dimension", "model"] + compressors, rightAligned: Set(1...compressors.count + 1))
    for set in report.sets {
      table.add(
        [set.name, "\(set.bitsPerDimension.rounded(digits: 3))"]
          + compressors.map { "\(set.compressedBitsPerDimension[$0]!.rounded(digits: 3))" })
    }
    return table.lines
  }

  private var scores: [String] {
    let others = report.sets.dropFirst().map(\.name)
    var table = TextTable(
      ["AUROC"] + others.flatMap { [$0, "95% interval"] } + ["seconds"],
      rightAligned: Set(1...2 * others.count + 1))
    for score in report.scores {
      table.add(
        [score.name]
          + score.comparisons.flatMap {
            ["\($0.auroc.rounded(digits: 4))", "\($0.low.rounded(digits: 3))–\($0.high.rounded(digits: 3))"]
          } + ["\(score.seconds.rounded(digits: 1))"])
    }
    return table.lines
  }

  private var batches: [String] {
    guard !report.batchScores.isEmpty else { return [] }
    var header = ["batches", "of"]
    for (number, set) in report.sets.enumerated() {
      header.append("\(set.name) flagged")
      if number > 0 { header.append("AUROC") }
    }
    var table = TextTable(header, rightAligned: Set(1...header.count))
    for score in report.batchScores {
      var row = [score.name, "\(score.batchSize)"]
      for (number, set) in score.sets.enumerated() {
        row.append(set.flagged.map { "\($0.rounded(digits: 3))" } ?? "–")
        if number > 0 { row.append(set.auroc.map { "\($0.rounded(digits: 4))" } ?? "–") }
      }
      table.add(row)
    }
    return table.lines
  }
}
