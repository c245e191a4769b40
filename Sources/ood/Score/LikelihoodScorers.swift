import GenModels
import OODDatasets
import OODExperiments
import OODMetrics

/// Makes the scores of density models that `ood score --scorer` asks for.
struct LikelihoodScorers {
  let name: LikelihoodScorerName
  let options: LikelihoodOptions
  let library: DataLibrary
  /// The columns of the table that the model was fitted to, where they have names.
  let columns: TableColumns?

  /// The score of a model that knows a bound on ln p.
  /// - Throws: `Failure` when there is no such score of it.
  func scorer(ofBound model: some DensityBound & Model) throws -> any OODScorer & Model {
    if name == .regret, let autoencoder = model as? VariationalAutoencoder {
      var settings = LikelihoodRegret.Settings()
      if let samples = options.samples { settings.samples = samples }
      if let seed = options.seed { settings.seed = seed }
      return try LikelihoodRegret(autoencoder, settings: settings)
    }
    return try scorer(of: importanceSampled(model))
  }

  private func importanceSampled<Bound: DensityBound & Model>(_ model: Bound) -> ImportanceSampledDensity<
    Bound
  > {
    ImportanceSampledDensity(model, samples: options.samples ?? 100, seed: options.seed ?? 0)
  }

  /// The score of a density of any kind.
  /// - Throws: `Failure` when the density has no such score.
  func scorer(of density: any DensityModel & Model) throws -> any OODScorer & Model {
    if let flow = density as? Flow, flow.architecture.greyLevels != nil, name.asksBetweenLevels,
      options.noiseDraws != 0
    {
      return try scorer(DequantizedFlow(flow, draws: options.noiseDraws ?? 1))
    }
    let hasLevels = (density as? Flow)?.architecture.greyLevels != nil
    guard options.noiseDraws == nil || hasLevels else {
      throw Failure(
        "A \(type(of: density).kind) without grey levels has no noise between them: leave --noise-draws out.")
    }
    guard options.samples == nil && options.seed == nil || density.hasImportanceSamples else {
      throw Failure(
        "A \(type(of: density).kind) knows ln p itself and draws no samples for it: leave --samples and --seed out."
      )
    }
    return try scorer(density)
  }

  private func scorer<Density: DensityModel & Model>(_ density: Density) throws -> any OODScorer & Model {
    switch name {
    case .logDensity: return LogDensityScorer(density)
    case .typicality:
      let training = try reference(of: density)
      return try naming(options.reference!) { try Typicality(density, training: training) }
    case .ratio:
      return LikelihoodRatio(
        model: AnyDensityModel(density), background: try companion(options.background!, of: density))
    case .waic:
      return try WAIC(
        [AnyDensityModel(density)] + options.member.map { try companion($0, of: density) })
    case .posteriorChange, .information, .disagreement:
      let measure: PosteriorMeasure =
        switch name {
        case .information: .information
        case .disagreement: .disagreement
        default: .effectiveSampleSize
        }
      return try PosteriorChange(
        [AnyDensityModel(density)] + options.member.map { try companion($0, of: density) }, measure: measure)
    case .regret:
      throw Failure("The score regret is one of variational autoencoders, and this is a \(Density.kind).")
    case .complexity:
      guard density.exampleShape.rank == 3, let images = density as? any DensityModel<Tensor> & Model else {
        throw Failure("The score complexity compresses images, and this \(Density.kind) takes none.")
      }
      return complexityCorrection(images)
    case .gradientNorm:
      guard let differentiable = density as? any DifferentiableDensity & Model else { throw unfit(density) }
      return gradientNorm(differentiable)
    case .batchNorm:
      guard let normalized = density as? any BatchNormalizedDensity & Model else { throw unfit(density) }
      return try batchNormShift(normalized)
    }
  }

  private func unfit<Density: Model>(_ density: Density) -> Failure {
    Failure(
      "A \(Density.kind) has no score \(name.rawValue); it has log-density, typicality, ratio and waic.")
  }

  private func complexityCorrection(
    _ density: some DensityModel<Tensor> & Model
  ) -> any OODScorer & Model {
    ComplexityCorrection(
      density, complexity: complexity,
      logVolume: -Double(density.exampleShape.elementCount) * logOfLevels(density))
  }

  private func gradientNorm(_ density: some DifferentiableDensity & Model) -> any OODScorer & Model {
    GradientNorm(density)
  }

  private func batchNormShift(_ density: some BatchNormalizedDensity & Model) throws -> any OODScorer & Model
  {
    let reference = try reference(of: density)
    if let companions = options.companions, companions > reference.shape[0] {
      throw Failure(
        "--companions asks for \(companions) examples, and \(options.reference!) has \(reference.shape[0]).")
    }
    let count = min(options.companions ?? 15, reference.shape[0])
    return try BatchNormShift(density, companions: reference.sliced(axis: 0, 0..<count))
  }

  private var complexity: ComplexityEstimate<Tensor> {
    switch options.compressor ?? .smallest {
    case .deflate: .images(.deflate)
    case .png: .images(.png)
    case .lzma: .images(.lzma)
    case .smallest: .smallestOfImages
    }
  }

  /// ln (K − 1) of a density of images with K grey levels, whose cells are so wide; 0 for continuous examples.
  private func logOfLevels(_ density: some DensityModel) -> Double {
    let flow = density as? Flow ?? (density as? DequantizedFlow)?.flow
    // bitsPerDimension of density 1 is log₂ (K − 1), or 0 for continuous examples.
    return (flow?.architecture.bitsPerDimension(nats: 0) ?? 0) * logarithm(2)
  }

  /// The examples of --reference.
  private func reference<Density: DensityModel>(of density: Density) throws -> Density.Examples {
    try library.examples(
      options.reference!, as: Density.Examples.self, shape: density.exampleShape, like: columns
    ).rounded(to: (density as? any LevelModel)?.levels).examples
  }

  /// Another density over the same examples.
  private func companion<Density: DensityModel & Model>(
    _ path: String, of density: Density
  ) throws -> AnyDensityModel<Density.Examples> {
    let other = try LoadedModel(contentsOf: path)
    try requireSameColumns(other)
    var model = other.model
    if density is DequantizedFlow, let flow = model as? Flow, flow.architecture.greyLevels != nil {
      model = DequantizedFlow(flow, draws: options.noiseDraws ?? 1)
    }
    if let bound = model as? any DensityBound & Model { model = opened(bound) }
    guard let found = model as? any DensityModel<Density.Examples> else {
      throw Failure("\(path) holds a \(other.kind), which is no density of the same examples.")
    }
    guard found.exampleShape == density.exampleShape else {
      throw Failure(
        "\(path): this \(other.kind) takes examples of shape \(found.exampleShape), and the scored one \(density.exampleShape)."
      )
    }
    return erased(found)
  }

  private func opened(_ bound: some DensityBound & Model) -> any Model { importanceSampled(bound) }

  private func erased<Examples>(_ density: some DensityModel<Examples>) -> AnyDensityModel<Examples> {
    AnyDensityModel(density)
  }

  /// Refuses a second model of named columns that are other ones, or in another order.
  private func requireSameColumns(_ other: LoadedModel) throws {
    guard let columns, let others = other.columns, others != columns else { return }
    _ = try naming(other.path) { try others.positions(of: columns) }
    throw Failure("\(other.path) was fitted to the same columns in another order; fit both to one order.")
  }
}

extension DensityModel {
  /// Whether the density is a bound that is sampled.
  fileprivate var hasImportanceSamples: Bool { self is any ImportanceSampled }
}

/// Densities that are bounds of some number of samples.
private protocol ImportanceSampled {}
extension ImportanceSampledDensity: ImportanceSampled {}

extension LikelihoodScorerName {
  /// Whether a flow of grey levels is asked between them.
  var asksBetweenLevels: Bool { self != .gradientNorm && self != .batchNorm }
}
