import GenModels
import OODDatasets
import OODMetrics

/// What a saved file scores with, whatever its kind: the one thing that `ood score` knows about.
struct LoadedScorer {
  /// The kind of what the file holds, with the score where there is a choice: "isolation-forest", "flow, typicality".
  let kind: String
  /// The threshold saved in the file, where there is one.
  let threshold: Threshold?
  /// The scores of the examples that a specification names. It loads them in the shape and precision that the model wants.
  let score: (_ specification: String) throws -> ScoredExamples
}

extension LoadedScorer {
  /// Reads a file of any kind that can score.
  ///
  /// Files of detectors say their kind in the metadata entry `kind`, files of models in `model` (`ModelFileFormat`). A new kind
  /// of model gets a line here.
  static func load(
    _ path: String, options: LikelihoodOptions, norm: NormName?, library: DataLibrary
  ) throws -> LoadedScorer {
    let file = try SafetensorsFile(contentsOf: path)
    func refuseNorm(_ kind: String) throws {
      guard norm == nil else { throw Failure("\(path) holds a \(kind), whose score has no option --norm.") }
    }
    guard file.metadata["checksum"] == nil else {
      try refuseNorm("detector")
      return try table(
        TableScorers.scorer(contentsOf: path), columns: SavedColumns.columns(in: file, path: path),
        options: options,
        library: library)
    }
    let kind = try ModelFileFormat.kind(of: file)
    switch kind {
    case _ where SavedOracle.kinds.contains(kind):
      guard options.scorer == nil else {
        throw Failure("\(path) holds a \(kind), which is no density: leave --scorer out.")
      }
      try options.refuseOptionsWithoutScorer()
      return ReconstructionScorers(norm: norm ?? .l1, library: library)
        .loaded(try SavedOracle(file, path: path))
    case Flow.kind:
      try refuseNorm(kind)
      let columns = try SavedColumns.columns(in: file, path: path)
      return try LikelihoodScorers(options: options, library: library, columns: columns).loaded(
        Flow(safetensors: file))
    default:
      throw Failure("\(path) holds a model of the kind \(kind), which has no scores.")
    }
  }

  /// A detector's own score, or where it is a density and another score is asked for, that.
  private static func table(
    _ scorer: any TableScorer, columns: TableColumns?, options: LikelihoodOptions, library: DataLibrary
  ) throws -> LoadedScorer {
    let kind = type(of: scorer).kind
    if options.scorer != nil {
      guard let density = scorer as? any (TableScorer & DensityModel) else {
        throw Failure("The file holds a \(kind), which is no density: leave --scorer out.")
      }
      return try LikelihoodScorers(options: options, library: library, columns: columns).loaded(
        table: density)
    }
    try options.refuseOptionsWithoutScorer()
    return LoadedScorer(kind: kind, threshold: (scorer as? Detector<AnyTableScorer>)?.threshold) { data in
      // Gaps are for a scorer that fills them, unless the specification says what becomes of them.
      let keepsGaps = try Specification.parse(argument: data).options["missing"] == nil
      let table = try library.table(argument: data, keepsGaps: keepsGaps, like: columns)
      let scores = try Working.on("scoring \(table.values.rows) rows with \(kind)") {
        try naming(data, row: table.row) { try scorer.score(table.values) }
      }
      return ScoredExamples(scores, of: table)
    }
  }
}
