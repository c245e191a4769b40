import ArgumentParser
import GenModels
import OODDatasets
import OODMetrics

struct ScoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score", abstract: "Score data with a saved detector or model.",
    discussion: """
      FILE was written by ood detect METHOD --save FILE, ood train or ood experiment; what it holds decides what scores \
      there are. Higher scores mean more out-of-distribution. --save keeps a fitted score, which then needs no --fit.
      """)

  @Argument(help: "The saved detector or model.") var file: String
  @Option(help: ArgumentHelp("The examples to score.", valueName: "spec")) var data: String
  @Option(help: "For autoencoders: the norm of the reconstruction error, l1, l2, mse or bce [l1].")
  var norm: NormName?
  @OptionGroup var scorer: ScorerOptions
  @OptionGroup var directory: DataDirectoryOption
  @Option(
    help: ArgumentHelp("Labels: 0 for normal, else out-of-distribution; for AUROC and AP.", valueName: "spec")
  )
  var labels: String?
  @OptionGroup var normal: NormalOption
  @Option(help: "Flag scores above this number, instead of the saved threshold; nothing is fitted again.")
  var threshold: Double?
  @OptionGroup(title: "Verdicts and explanations") var verdicts: VerdictOptions
  @Option(help: ArgumentHelp("Write the scores to a .npy file.", valueName: "file")) var out: String?
  @Option(
    help: ArgumentHelp(
      "Write the score with its models, and with its threshold where there is one, as a detector of its own.",
      valueName: "file"))
  var save: String?
  @Option(help: "csv and jsonl: all scores; text: a summary; json: the summary as one object.")
  var format: ScoreFormat = .csv

  @OptionGroup(title: "Maps of errors") var maps: HeatMapOptions
  @OptionGroup var pieces: PieceOptions

  func validate() throws {
    if let threshold, threshold.isNaN {
      throw ValidationError("--threshold must be a number, and it is NaN.")
    }
    guard threshold == nil || verdicts.falsePositiveRate == nil && verdicts.falseDiscoveryRate == nil else {
      throw ValidationError(
        "--threshold, --false-positive-rate and --fdr each decide which rows are flagged: give one.")
    }
  }

  private struct Report: Encodable {
    let kind: String
    let rows: Int
    let seconds: Double
    let auroc, ap, threshold: Double?
    let flagged: Int?

    enum CodingKeys: String, CodingKey {
      case kind, auroc, ap, threshold, flagged
      case rows = "n_score"
      case seconds = "score_seconds"
    }
  }

  func run() throws {
    try ScoreFormat.check(format, labels: labels, normal: normal, hasPage: verdicts.report != nil)
    let outputs = try Outputs([
      "--out": out, "--save": save, "--report": verdicts.report, "--heat-map": maps.heatMap,
      "--error-maps": maps.errorMaps,
    ])
    let scorer = try LoadedScorer.load(file, options: scorer, norm: norm, library: directory.library)
    let calibration = scorer.calibration
    guard calibration != nil || !verdicts.needsCalibration else {
      throw Failure(
        "\(file) holds no calibration, which \(verdicts.calibratedOption) needs: fit the detector with --calibrate and "
          + "--false-positive-rate.")
    }
    let threshold =
      try verdicts.falsePositiveRate.map { try calibration!.threshold(level: $0) }
      ?? threshold.map { Threshold($0) } ?? scorer.threshold
    if format.isAList, labels == nil, out == nil, save == nil, !verdicts.needsAllRows, !maps.isAsked,
      try scorer.scoreInPieces(
        data, rowCount: pieces.rowsAtOnce,
        { scored, isFirst in
          try Verdicts(
            scored, by: scorer.scorer, self.verdicts, threshold: threshold, calibration: calibration
          )
          .printRows(as: format, isFirst: isFirst)
        })
    {
      return
    }
    let clock = ContinuousClock()
    let start = clock.now
    let scored = try scorer.score(data)
    let scores = scored.scores
    let seconds = (clock.now - start).seconds
    let truth = try labels.map {
      try normal.areOutOfDistribution(
        $0, in: directory.library, count: scores.count, isScored: scored.haveRows)
    }
    try maps.write(scored, by: scorer.scorer, to: outputs)
    try outputs["--out"]?.write(NumPy.bytes(of: NumericArray(scores, shape: [scores.count])))
    if let place = outputs["--save"] {
      let file = try scorer.archive(threshold: threshold).file()
      try place.write(saving: { try file.write(to: $0) })
    }
    let verdicts = try Verdicts(
      scored, by: scorer.scorer, verdicts, threshold: threshold, calibration: calibration)
    if let place = outputs["--report"] {
      let page = try verdicts.page(scorer.scorer, truth: truth) { report in
        report.method = scorer.kind
        report.trainingSet = file
        report.scoredSet = data
      }
      try place.write(Array(page.utf8))
    }
    if format.isAList { return try verdicts.printRows(as: format) }
    let ranking = try truth.map { try ScoreRanking(scores, isOutOfDistribution: $0) }
    let report = Report(
      kind: scorer.kind, rows: scores.count, seconds: seconds, auroc: ranking?.auroc,
      ap: ranking?.averagePrecision(), threshold: threshold?.value,
      flagged: verdicts.flaggedCount)
    if format == .json { return try JSONOutput.print(report) }
    Console.result("\(report.rows) rows in \(seconds.rounded(digits: 6)) s by \(report.kind)")
    if let auroc = report.auroc, let ap = report.ap {
      Console.result("AUROC \(auroc.rounded(digits: 4)), AP \(ap.rounded(digits: 4))")
    }
    if let threshold, let flagged = report.flagged {
      Console.result("\(flagged) above the threshold \(threshold.value) (\(threshold.origin))")
    }
  }
}
