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
  @Option(
    help: ArgumentHelp(
      "Normal rows that took no part in fitting, for --false-positive-rate, --p-values and --fdr.",
      valueName: "spec"))
  var calibrate: String?
  @OptionGroup(title: "Fitting by parts") var parts: PartOptions
  @OptionGroup(title: "Verdicts and explanations") var verdicts: VerdictOptions
  @Option(help: ArgumentHelp("Write the scores to a .npy file.", valueName: "file")) var out: String?
  @Option(help: ArgumentHelp("Write the fitted detector, for ood score.", valueName: "file")) var save:
    String?
  @Option(help: "text: a summary; csv and jsonl: all scores; json: the summary as one object.")
  var format: ScoreFormat = .text
  @OptionGroup var pieces: PieceOptions

  func run() throws {
    guard let method = DetectMethod.named(method) else {
      let known = DetectMethod.all.map(\.name).joined(separator: ", ")
      throw ValidationError("There is no method \(method). Methods are \(known); and compare runs all.")
    }
    try options.check(for: method)
    if parts.isAsked { return try runPart(of: method) }
    if leaveOneOut && input.train != input.score {
      throw ValidationError("--leave-one-out scores the training table: give it to --score as to --train.")
    }
    try ScoreFormat.check(format, labels: labels, normal: normal, hasPage: verdicts.report != nil)
    try checkCalibration()
    let outputs = try Outputs(["--out": out, "--save": save, "--report": verdicts.report])
    let scoredSet = try input.scored()
    let training = try input.trainingTable(for: method)
    let calibrationTable = try calibrate.map { try input.table($0, like: training, for: method) }
    // Where rows are written one by one, a large table needn't be in memory.
    let isInPieces =
      format.isAList && labels == nil && out == nil && !leaveOneOut && !verdicts.needsAllRows
      && input.train != scoredSet
    let scoring =
      isInPieces
      ? try PieceScoring(
        scoredSet, in: input.data.library, rowCount: pieces.rowsAtOnce, like: training.columns,
        keepsGaps: input.keepsGaps(method)) : nil
    let scored =
      scoring != nil
      ? nil
      : scoredSet == input.train ? training : try input.table(scoredSet, like: training, for: method)
    let truth = try scored.flatMap { scored in
      try labels.map { try input.truth($0, normal: normal, of: scored) }
    }
    let task = try DetectTask(
      method, train: training, score: scored?.values, input: input, options: options,
      leavingOneOut: leaveOneOut,
      describing: verdicts.explain != nil || verdicts.report != nil)
    let ranking = try truth.map { try ScoreRanking(task.scores, isOutOfDistribution: $0) }
    let calibration = try calibrationTable.map { table in
      let scores = try naming(calibrate!, row: table.row) { try task.scorer.score(table.values) }
      return try ConformalCalibration(scores)
    }
    let threshold = try chosenThreshold(task.scorer, method, training, calibration)
    try outputs["--out"]?.write(NumPy.bytes(of: NumericArray(task.scores, shape: [task.scores.count])))
    if let place = outputs["--save"] {
      try task.save(threshold: threshold, calibration: calibration, columns: training.columns, to: place)
    }
    guard let scored else {
      return try printInPieces(scoring, by: task.scorer, threshold, calibration)
    }
    let verdicts = try Verdicts(
      ScoredExamples(task.scores, of: scored), by: task.scorer, verdicts, threshold: threshold,
      calibration: calibration)
    if let place = outputs["--report"] {
      let page = try verdicts.page(task.scorer, truth: truth) { report in
        report.method = method.name
        report.trainingSet = input.train
        report.trainingRows = training.values.rows
        report.scoredSet = scoredSet
      }
      try place.write(Array(page.utf8))
    }
    if format.isAList { return try verdicts.printRows(as: format) }
    let report = DetectReport(
      method: method.name, trainRows: training.values.rows, scoreRows: scored.values.rows,
      columns: training.values.columns, seed: input.seed, task: task, ranking: ranking, threshold: threshold,
      flagged: verdicts.flaggedCount)
    if format == .json { try JSONOutput.print(report) } else { report.lines.forEach(Console.result) }
  }
}

extension DetectRun {
  /// From which score on rows are flagged; nil where nothing decides that.
  private func chosenThreshold(
    _ scorer: any TableScorer, _ method: DetectMethod, _ training: DataTable,
    _ calibration: ConformalCalibration?
  ) throws -> Threshold? {
    guard let contamination else {
      return try calibration.flatMap { calibration in
        try verdicts.falsePositiveRate.map { try calibration.threshold(level: $0) }
      }
    }
    if input.score == input.train, !leaveOneOut, hasLeaveOneOut(scorer) {
      Console.remark(
        "\(method.name): the rows scored are those fitted to, and each finds itself at distance 0, while the threshold "
          + "is that of rows compared with the others; --leave-one-out scores them so.")
    }
    // Never from scores of rows that find themselves: see `LeaveOneOutScorer`.
    return try .contamination(contamination, of: scorer.calibrationScores(training: training.values))
  }

  private func printInPieces(
    _ scoring: PieceScoring?, by scorer: some TableScorer, _ threshold: Threshold?,
    _ calibration: ConformalCalibration?
  ) throws {
    var scoring = scoring
    try scoring?.run(scorer) { piece, isFirst in
      try Verdicts(piece, by: scorer, verdicts, threshold: threshold, calibration: calibration)
        .printRows(as: format, isFirst: isFirst)
    }
  }

  /// Refuses options whose calibration rows are missing, and ways to flag rows that exclude one another.
  private func checkCalibration() throws {
    guard calibrate != nil || !verdicts.needsCalibration else {
      throw ValidationError(
        "\(verdicts.calibratedOption) needs normal rows that took no part in fitting: give them to --calibrate."
      )
    }
    guard calibrate == nil || verdicts.needsCalibration else {
      throw ValidationError(
        "--calibrate is for --false-positive-rate, --p-values or --fdr: give one of them.")
    }
    guard contamination == nil || verdicts.falsePositiveRate == nil && verdicts.falseDiscoveryRate == nil
    else {
      throw ValidationError(
        "--contamination, --false-positive-rate and --fdr each decide which rows are flagged: give one.")
    }
    guard save == nil || calibrate == nil || verdicts.falsePositiveRate != nil else {
      throw ValidationError(
        "--save keeps the calibration with a threshold: give --false-positive-rate too; another one may be asked for when scoring."
      )
    }
  }
}

/// Whether the scorer finds training rows among their own neighbours.
private func hasLeaveOneOut(_ scorer: any TableScorer) -> Bool { scorer is any LeaveOneOutScorer }
