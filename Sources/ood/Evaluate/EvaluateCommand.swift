import ArgumentParser
import GenModels
import OODDatasets
import OODMetrics

struct EvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure how well a saved model tells control sets from its domain.",
    discussion: """
      Of a model that reconstructs, IRR is the share of --in that FILE reconstructs with an error below theta, ORR that of each control set, delta their \
      difference (B. Kégl, M. Cherti and A. Kazakçı, 2018). AUROC and the areas under the precision-recall curves compare the \
      errors without a threshold; fpr95 is the share of control examples that pass where 95% of --in do. Of any other model, and \
      with --scorer, the score's AUROC, precisions and fpr95 are measured for each control set.
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument { case table, json }

  @Argument(help: "The saved model.") var file: String
  @Option(name: .customLong("in"), help: ArgumentHelp("Examples of the domain.", valueName: "spec"))
  var inClass: String
  @Option(help: ArgumentHelp("A control set; may be given several times.", valueName: "spec"))
  var control: [String] = []
  @Option(help: "The norm of the reconstruction error: l1, l2, mse or bce [l1].") var norm: NormName?
  @Option(help: "The error below which an image counts as reconstructed [50].") var theta: Double?
  @OptionGroup var scorer: ScorerOptions
  @Option(help: "Confidence of the intervals.") var level = 0.95
  @Option(help: "Threads; all cores unless given.") var threads: Int?
  @OptionGroup var directory: DataDirectoryOption
  @Option(help: "table or json.") var format: Format = .table

  func validate() throws {
    guard !control.isEmpty else { throw ValidationError("Give one control set or more with --control.") }
    guard Set(control).count == control.count else {
      throw ValidationError("A control set is given twice.")
    }
    if let theta, !theta.isFinite {
      throw ValidationError("--theta must be a finite number, and it is \(theta).")
    }
    guard level > 0 && level < 1 else {
      throw ValidationError("--level must be between 0 and 1, and it is \(level).")
    }
    if let threads, threads < 1 { throw ValidationError("--threads must be 1 or more.") }
  }

  func run() async throws {
    let loaded = try LoadedModel(contentsOf: file)
    // A model that scores and reconstructs is asked for its own score, unless a norm or a threshold is given.
    let asksForErrors = norm != nil || theta != nil || !(loaded.model is any OODScorer)
    if scorer.scorer == nil, asksForErrors, let oracle = try loaded.oracle() {
      try scorer.refuseOptions(of: "A reconstruction error")
      return try evaluate(oracle, like: loaded.columns)
    }
    guard theta == nil else {
      throw Failure(
        "\(file) holds a \(loaded.kind), whose score is measured without a threshold: leave --theta out.")
    }
    try evaluateScore()
  }

  /// Measures any score without a threshold.
  private func evaluateScore() throws {
    let loaded = try LoadedScorer.load(file, options: scorer, norm: norm, library: directory.library)
    func scores(_ specification: String) throws -> [Double] {
      guard let threads else { return try loaded.score(specification).scores }
      return try Parallelism.withThreads(threads) { try loaded.score(specification).scores }
    }
    let inside = try scores(inClass)
    let controls = try control.map { (name: $0, scores: try scores($0)) }
    Console.endProgress()
    let report = try ScoreEvaluation(kind: loaded.kind, inClass: inside, controls: controls, level: level)
    switch format {
    case .json: try JSONOutput.print(report)
    case .table: report.printTable(inClass: inClass)
    }
  }

  private func evaluate(_ oracle: some ReconstructionOracle, like columns: TableColumns?) throws {
    let scorer = ReconstructionScorer(oracle, norm: (norm ?? .l1).norm)
    let theta = theta ?? 50
    func errors(_ specification: String) throws -> [Double] {
      let examples = try directory.library.examples(
        specification, as: Tensor.self, shape: oracle.exampleShape, like: columns
      ).examples
      return try Working.on("\(examples.shape[0]) examples of \(specification)") {
        try naming(specification) {
          guard let threads else { return try scorer.score(examples) }
          return try Parallelism.withThreads(threads) { try scorer.score(examples) }
        }
      }
    }
    let inside = try errors(inClass)
    let controls = try control.map { ReconstructionComparison.ControlSet($0, errors: try errors($0)) }
    Console.endProgress()
    let report = try EvaluateReport(inClass: inside, controls: controls, theta: theta, level: level)
    switch format {
    case .json: try JSONOutput.print(report)
    case .table: report.printTable(inClass: inClass, level: level)
    }
  }
}
