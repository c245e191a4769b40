import ArgumentParser
import GenModels
import OODDatasets
import OODDetectors
import OODMetrics

struct DetectRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Fit one method and score a table.",
    discussion: "Methods, with their own options:\n\n" + DetectCommand.methodList)

  @Argument(help: "The method; ood detect --help lists them.") var method: String
  @OptionGroup var input: DetectInput
  @OptionGroup(title: "Options of methods") var options: MethodOptions
  @Option(
    help: ArgumentHelp("Labels: 0 for normal, else out-of-distribution; for AUROC and AP.", valueName: "spec")
  )
  var labels: String?
  @OptionGroup var normal: NormalOption
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
    try ScoreFormat.check(format, labels: labels, normal: normal)
    let outputs = try Outputs(["--out": out, "--save": save])
    let tables = try input.tables()
    let (train, score) = (tables.train.values, tables.score.values)
    let truth = try labels.map { try input.truth($0, normal: normal, of: tables.score) }
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

    try outputs["--out"]?.write(NumPy.bytes(of: NumericArray(task.scores, shape: [task.scores.count])))
    if let place = outputs["--save"] {
      try task.save(threshold: threshold, columns: tables.train.columns, to: place)
    }
    if format == .csv {
      return ScoreFormat.printCSV(task.scores, threshold: threshold, row: tables.score.row)
    }
    let report = DetectReport(
      method: method.name, trainRows: train.rows, scoreRows: score.rows, columns: train.columns,
      seed: input.seed,
      task: task, ranking: ranking, threshold: threshold)
    if format == .json { try JSONOutput.print(report) } else { report.lines.forEach(Console.result) }
  }
}

/// Whether the scorer finds training rows among their own neighbours.
private func hasLeaveOneOut(_ scorer: any TableScorer) -> Bool { scorer is any LeaveOneOutScorer }
