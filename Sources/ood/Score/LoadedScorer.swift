import GenModels
import OODDatasets
import OODDetectors
import OODMetrics

/// What a saved file scores with, whatever its kind: the one thing that `ood score` knows about.
struct LoadedScorer {
  /// The kind of what the file holds, with the score where there is a choice: "isolation-forest", "flow, typicality".
  let kind: String
  let scorer: any OODScorer & Model
  /// The columns of the table that the model was fitted to, where they have names.
  let columns: TableColumns?
  private let library: DataLibrary
  /// Grey levels of the model's images; nil where it takes any numbers.
  private let levels: Int?

  /// The threshold saved in the file, where there is one.
  var threshold: Threshold? { (scorer as? any OODDetector)?.threshold }

  /// The calibration saved in the file, where there is one.
  var calibration: ConformalCalibration? { (scorer as? any OODDetector)?.calibration }

  /// Reads a file of any kind that can score: what the model can do decides.
  static func load(
    _ path: String, options: ScorerOptions, norm: NormName? = nil, library: DataLibrary
  ) throws -> LoadedScorer {
    let loaded = try LoadedModel(contentsOf: path)
    if let part = loaded.model as? any MergeablePart {
      throw Failure(
        "\(path) holds \(part.parts) of a \(part.method) (\(loaded.kind)), which has no scores: merge all parts with ood merge, and score with what it writes."
      )
    }
    func scorer(_ scorer: any OODScorer & Model, _ score: String? = nil) -> LoadedScorer {
      LoadedScorer(
        kind: loaded.kind + (score.map { ", " + $0 } ?? ""), scorer: scorer, columns: loaded.columns,
        library: library, levels: (loaded.model as? any LevelModel)?.levels)
    }
    if norm == nil, !options.isForClassifier, let bound = loaded.model as? any DensityBound & Model,
      !(loaded.model is any OODScorer)
    {
      let name = options.likelihoodScorer ?? .logDensity
      if options.scorer == nil { try options.likelihood.validate(for: name) }
      let likelihood = LikelihoodScorers(
        name: name, options: options.likelihood, library: library, columns: loaded.columns)
      func opened(_ bound: some DensityBound & Model) throws -> any OODScorer & Model {
        try likelihood.scorer(ofBound: bound)
      }
      return scorer(try opened(bound), name.rawValue)
    }
    // A model that scores and reconstructs answers its own score, unless a norm is asked for.
    if options.scorer == nil, norm != nil || !(loaded.model is any OODScorer),
      let oracle = try loaded.oracle()
    {
      try options.refuseOptions(of: "A detector's own score")
      let norm = norm ?? .l1
      return scorer(reconstructionScorer(oracle, norm), norm.rawValue)
    }
    guard norm == nil else {
      throw Failure("\(path) holds a \(loaded.kind), whose score has no option --norm.")
    }
    if options.scorer == nil, let own = loaded.model as? any OODScorer & Model {
      try options.refuseOptions(of: "A detector's own score")
      return scorer(own)
    }
    if let own = try EnergyScores.scorer(of: loaded, options) { return scorer(own.scorer, own.name) }
    if let classifier = loaded.model as? any Classifier & Model, options.likelihoodScorer == nil {
      let name = options.scorer ?? PostHocScores.standard
      if options.scorer == nil { try PostHocScores.validate(name, options) }
      return scorer(
        try PostHocScores.scorer(name, of: classifier, options, library: library), name)
    }
    guard let density = loaded.model as? any DensityModel & Model, !options.isForClassifier else {
      throw Failure(
        options.scorer == nil
          ? "\(path) holds a model of the kind \(loaded.kind), which has no scores."
          : options.isForClassifier
            ? "\(path) holds a \(loaded.kind), which is no classifier: it has no score \(options.scorer!)."
            : "\(path) holds a \(loaded.kind), which is no density: leave --scorer out.")
    }
    let name = options.likelihoodScorer ?? .logDensity
    if options.scorer == nil {
      try options.likelihood.validate(for: name)
      try options.classifier.refuseOptions(of: "The score \(name.rawValue)")
    }
    let likelihood = LikelihoodScorers(
      name: name, options: options.likelihood, library: library, columns: loaded.columns)
    return scorer(try likelihood.scorer(of: density), name.rawValue)
  }

  private static func reconstructionScorer(
    _ oracle: some ReconstructionOracle & Model, _ norm: NormName
  ) -> any OODScorer & Model { ReconstructionScorer(oracle, norm: norm.norm) }

  /// The scores of the examples that a specification names. It loads them in the shape and precision that the model wants.
  func score(_ specification: String) throws -> ScoredExamples { try score(specification, with: scorer) }

  private func score(
    _ specification: String, with scorer: some OODScorer & Model
  ) throws -> ScoredExamples {
    // Gaps are for a scorer that fills them, unless the specification says what becomes of them.
    let keepsGaps = try Specification.parse(argument: specification).options["missing"] == nil
    let loaded = try examples(specification, for: scorer, keepsGaps: keepsGaps)
      .rounded(to: levels)
    let scores = try Working.on("scoring \(loaded.examples.exampleCount) examples with \(kind)") {
      try naming(specification, row: loaded.row) { try scorer.score(loaded.examples) }
    }
    var scored = loaded.scored(scores)
    scored.examples = loaded.examples as? Tensor
    return scored
  }

  /// Scores the rows of a table as they are read: see `PieceScoring`. Returns false for examples that are no table too.
  func scoreInPieces(
    _ specification: String, rowCount: Int, _ body: (ScoredExamples, Bool) throws -> Void
  ) throws -> Bool {
    guard let scorer = scorer as? any OODScorer<Matrix> else { return false }
    let keepsGaps = try Specification.parse(argument: specification).options["missing"] == nil
    guard
      var scoring = try PieceScoring(
        specification, in: library, rowCount: rowCount, like: columns, keepsGaps: keepsGaps)
    else { return false }
    try scoring.run(scorer, body)
    return true
  }

  private func examples<Scorer: OODScorer>(
    _ specification: String, for scorer: Scorer, keepsGaps: Bool
  ) throws -> LoadedExamples<Scorer.Examples> {
    try library.examples(
      specification, as: Scorer.Examples.self, shape: scorer.exampleShape, like: columns,
      keepsGaps: keepsGaps)
  }

  /// The scorer as a file holds it, as a detector where there is a threshold.
  func archive(threshold: Threshold?) throws -> ModelArchive {
    func detector(_ scorer: some OODScorer & Model) -> any Model {
      threshold.map { Detector(scorer, threshold: $0, calibration: calibration) } ?? scorer
    }
    var archive = try detector(scorer).archive()
    archive.columnNames = columns?.names
    return archive
  }
}
