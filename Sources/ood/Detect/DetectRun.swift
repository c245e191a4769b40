import ArgumentParser
import GenModels
import OODDatasets
import OODMetrics

struct DetectRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Fit one method and score a table.",
    discussion: "Methods, with their own options:\n\n" + DetectCommand.methodList)

  @Argument(help: "The method; ood detect --help lists them.") var method: String
  @OptionGroup var input: DetectInput
  @OptionGroup(title: "Options of methods") var options: MethodOptions
  @Option(help: ArgumentHelp("0 for normal, else out-of-distribution: for AUROC and AP.", valueName: "spec"))
  var labels: String?
  @Flag(
    help: "Score the training rows, each without itself as a neighbour; --score must name the training table."
  )
  var leaveOneOut = false
  @Option(help: "Guess of the share of out-of-distribution rows in the training table, for a threshold.")
  var contamination: Double?
  @Option(help: ArgumentHelp("Write the scores to a .npy file.", valueName: "file")) var out: String?
  @Option(help: ArgumentHelp("Write the fitted detector, for ood score.", valueName: "file")) var save:
    String?
  @Option(help: "text: a summary; csv: all scores; json: the summary as one object.")
  var format: ScoreFormat = .text

  func run() throws {
    guard let method = DetectMethod.named(method) else {
      let known = DetectMethod.all.map(\.name).joined(separator: ", ")
      throw ValidationError("There is no method \(method). Methods are \(known); and compare runs all.")
    }
    try options.check(for: method)
    if leaveOneOut && input.train != input.score {
      throw ValidationError("--leave-one-out scores the training table: give it to --score as to --train.")
    }
    let (train, score) = try input.tables()
    let truth = try labels.map { try input.data.library.labels($0, count: score.rows) }
    let task = try DetectTask(
      method, train: train, score: score, input: input, options: options, leavingOneOut: leaveOneOut)
    var threshold: Threshold?
    if let contamination {
      // Never from scores of rows that find themselves: see `LeaveOneOutScorer`.
      threshold = try .contamination(contamination, of: task.scorer.calibrationScores(training: train))
      if input.score == input.train, !leaveOneOut, hasLeaveOneOut(task.scorer) {
        Console.remark(
          "\(method.name): the rows scored are those fitted to, and each finds itself at distance 0, while the threshold "
            + "is that of rows compared with the others; --leave-one-out scores them so.")
      }
    }
    let ranking = try truth.map { try ScoreRanking(task.scores, isOutOfDistribution: $0) }

    if let out { try NumPy.write(NumericArray(task.scores, shape: [task.scores.count]), to: out) }
    if let save {
      if let threshold {
        try Detector(AnyTableScorer(task.scorer), threshold: threshold).save(to: save)
      } else {
        try task.scorer.save(to: save)
      }
    }
    if format == .csv { return ScoreFormat.printCSV(task.scores, threshold: threshold) }
    let report = DetectReport(
      method: method.name, trainRows: train.rows, scoreRows: score.rows, columns: train.columns,
      seed: input.seed,
      task: task, ranking: ranking, threshold: threshold)
    if format == .json { try JSONOutput.print(report) } else { report.lines.forEach(Console.result) }
  }
}

/// Whether the scorer finds training rows among their own neighbours.
private func hasLeaveOneOut(_ scorer: any TableScorer) -> Bool {
  if let prepared = scorer as? PreparedScorer<AnyTableScorer> {
    return prepared.base.base is any LeaveOneOutScorer
  }
  return ((scorer as? AnyTableScorer)?.base ?? scorer) is any LeaveOneOutScorer
}

/// How scores are printed.
enum ScoreFormat: String, CaseIterable, ExpressibleByArgument {
  case text, csv, json

  /// `row,score` and, with a threshold, `out_of_distribution` (0 or 1) for each row.
  static func printCSV(_ scores: [Double], threshold: Threshold?) {
    Console.result("row,score" + (threshold == nil ? "" : ",out_of_distribution"))
    for (row, score) in scores.enumerated() {
      Console.result(
        "\(row),\(score)" + (threshold.map { $0.isOutOfDistribution(score) ? ",1" : ",0" } ?? ""))
    }
  }
}
