import ArgumentParser
import GenModels
import OODDatasets
import OODExperiments
import OODMetrics

/// Makes the scores of density models that `ood score --scorer` asks for.
struct LikelihoodScorers {
  let options: LikelihoodOptions
  let library: DataLibrary
  /// The columns of the table that the model was fitted to, where they have names.
  let columns: TableColumns?

  private var name: LikelihoodScorerName { options.scorer ?? .logDensity }

  // MARK: Flows

  /// A flow's score.
  func loaded(_ flow: Flow) throws -> LoadedScorer {
    let scorer = try scorer(of: flow)
    return LoadedScorer(kind: "\(Flow.kind), \(name.rawValue)", threshold: nil) { data in
      let (examples, dataset) = try examples(data, shape: flow.inputShape)
      return ScoredExamples(
        try Working.on("scoring \(dataset.count) examples") { try scorer.score(examples) }, of: dataset)
    }
  }

  private func scorer(of flow: Flow) throws -> any OODScorer<Tensor> {
    guard options.noiseDraws == nil || flow.architecture.greyLevels != nil else {
      throw Failure(
        "This flow takes numbers without grey levels, so there is no noise between them: leave --noise-draws out."
      )
    }
    switch name {
    case .logDensity: return LogDensityScorer(density(flow))
    case .typicality:
      return try Typicality(
        density(flow), training: examples(options.reference!, shape: flow.inputShape).examples)
    case .complexity:
      guard flow.inputShape.rank == 3 else {
        throw Failure("The score complexity compresses images, and this flow takes vectors.")
      }
      return ComplexityCorrection(
        density(flow), complexity: complexity, logVolume: -Double(flow.features) * logOfLevels(flow))
    case .ratio:
      return LikelihoodRatio(
        model: density(flow), background: density(try companion(options.background!, of: flow)))
    case .waic:
      return try WAIC([density(flow)] + options.member.map { density(try companion($0, of: flow)) })
    case .gradientNorm: return GradientNorm(flow)
    case .batchNorm:
      let reference = try examples(options.reference!, shape: flow.inputShape).examples
      if let companions = options.companions, companions > reference.shape[0] {
        throw Failure(
          "--companions asks for \(companions) examples, and \(options.reference!) has \(reference.shape[0])."
        )
      }
      let count = min(options.companions ?? 15, reference.shape[0])
      return try BatchNormShift(flow, companions: reference.sliced(axis: 0, 0..<count))
    }
  }

  /// What a flow is scored as: averaged over noise between grey levels where it has them.
  private func density(_ flow: Flow) -> AnyDensityModel<Tensor> {
    let draws = options.noiseDraws ?? 1
    guard flow.architecture.greyLevels != nil, draws > 0 else { return AnyDensityModel(flow) }
    return AnyDensityModel(DequantizedFlow(flow, draws: draws))
  }

  private var complexity: ComplexityEstimate<Tensor> {
    switch options.compressor ?? .smallest {
    case .deflate: .images(.deflate)
    case .png: .images(.png)
    case .lzma: .images(.lzma)
    case .smallest: .smallestOfImages
    }
  }

  /// ln (K − 1) of the flow's grey levels; compressors see 256.
  private func logOfLevels(_ flow: Flow) -> Double {
    // bitsPerDimension of density 1 is log₂ (K − 1), or 0 for continuous examples.
    flow.architecture.bitsPerDimension(nats: 0) * 0.6931471805599453
  }

  /// Another flow over the same examples.
  private func companion(_ path: String, of flow: Flow) throws -> Flow {
    let file = try SafetensorsFile(contentsOf: path)
    try requireSameColumns(file, path)
    let other = try Flow(safetensors: file)
    guard other.inputShape == flow.inputShape else {
      throw Failure(
        "\(path): this flow takes examples of shape \(other.inputShape), and the scored one \(flow.inputShape)."
      )
    }
    return other
  }

  /// The examples that a specification names, in the shape that the model takes; images become vectors where it takes those.
  private func examples(_ specification: String, shape: Shape) throws -> (examples: Tensor, dataset: Dataset)
  {
    let loaded = try library.load(argument: specification)
    let dataset =
      try columns.map { columns in try naming(specification) { try loaded.arranged(like: columns) } }
      ?? loaded
    let found = dataset.exampleShape
    guard found == shape || (shape.rank == 1 && found.elementCount == shape[0]) else {
      throw Failure("\(specification) has examples of shape \(found), and the model takes \(shape).")
    }
    return (dataset.examples.reshaped(Shape([dataset.count] + shape)), dataset)
  }

  // MARK: Densities of tables

  /// The score of a density that was saved as a detector.
  func loaded(table density: some TableScorer & DensityModel) throws -> LoadedScorer {
    let scorer = try scorer(table: density)
    return LoadedScorer(kind: "\(type(of: density).kind), \(name.rawValue)", threshold: nil) { data in
      let table = try library.table(argument: data, keepsGaps: false, like: columns)
      let scores = try Working.on("scoring \(table.values.rows) rows") {
        try naming(data) { try scorer.score(table.values) }
      }
      return ScoredExamples(scores, of: table)
    }
  }

  private func scorer(table density: some TableScorer & DensityModel) throws -> any OODScorer<Matrix> {
    guard options.noiseDraws == nil else {
      throw Failure(
        "A \(type(of: density).kind) has no grey levels with noise between them: leave --noise-draws out.")
    }
    switch name {
    case .logDensity: return LogDensityScorer(density)
    case .typicality:
      let reference = options.reference!
      let table = try library.table(argument: reference, keepsGaps: false, like: columns)
      return try naming(reference) { try Typicality(density, training: table.values) }
    case .ratio:
      return LikelihoodRatio(
        model: AnyDensityModel(density), background: try table(options.background!, like: density))
    case .waic:
      let members = try options.member.map { try table($0, like: density) }
      return try WAIC([AnyDensityModel(density)] + members)
    case .complexity, .gradientNorm, .batchNorm:
      throw Failure(
        "A \(type(of: density).kind) has no score \(name.rawValue); it has log-density, typicality, ratio and waic."
      )
    }
  }

  /// Another density over the same columns.
  private func table(
    _ path: String, like density: some TableScorer & DensityModel
  ) throws -> AnyDensityModel<Matrix> {
    try requireSameColumns(SafetensorsFile(contentsOf: path), path)
    let scorer = try TableScorers.scorer(contentsOf: path)
    guard let other = scorer as? any (TableScorer & DensityModel) else {
      throw Failure("\(path) holds a \(type(of: scorer).kind), which is no density.")
    }
    guard other.featureCount == density.featureCount else {
      throw Failure(
        "\(path) scores tables of \(other.featureCount) columns, and the first file \(density.featureCount).")
    }
    return erased(other)
  }

  /// Refuses a second model of named columns that are other ones, or in another order.
  private func requireSameColumns(_ file: SafetensorsFile, _ path: String) throws {
    guard let columns, let others = try SavedColumns.columns(in: file, path: path), others != columns else {
      return
    }
    _ = try naming(path) { try others.positions(of: columns) }
    throw Failure("\(path) was fitted to the same columns in another order; fit both to one order.")
  }

  private func erased(_ density: some TableScorer & DensityModel) -> AnyDensityModel<Matrix> {
    AnyDensityModel(density)
  }
}
