#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import GenModels
import OODDatasets
import OODMetrics

/// Scores the test sets of a likelihood experiment with everything that its models allow; each score is a file in its folder.
struct LikelihoodScoring: Sendable {
  typealias Progress = LikelihoodExperiment.Progress

  private let models: LikelihoodModels
  private let settings: LikelihoodSettings
  private let trainingSet: String
  /// Of the test sets.
  private let names: [String]
  /// Images trained on, and held out.
  private let training, held: Tensor
  /// The test sets: the training distribution's first.
  private let sets: [Tensor]
  private let store: ResultStore
  private let key: String

  init(_ experiment: LikelihoodExperiment, _ images: LikelihoodImages, _ models: LikelihoodModels) {
    self.models = models
    settings = experiment.settings
    trainingSet = experiment.training.name
    (names, training, held, sets) = (images.names, images.training, images.held, images.sets)
    store = ResultStore(folder: experiment.modelFolder)
    key = ResultStore.key(
      settings, trainingSet, names, ([training, held] + sets).map { ResultStore.digest($0) })
  }

  /// ln of the volume of images that one image of 256 grey levels stands for.
  private var logVolume: Double {
    models.hasLevels ? 0 : -Double(sets[0].count / sets[0].shape[0]) * log(255)
  }

  /// One score: how to compute it and what it is.
  private struct Entry: Sendable {
    let name, about: String
    /// Of the sets' images.
    let score: @Sendable ([Tensor]) throws -> [[Double]]
  }

  /// What the main model says of whole sets and of batches.
  private struct Batches: Codable, Sendable {
    let sets: [LikelihoodReport.TestSet]
    let scores: [LikelihoodReport.BatchScore]
  }

  /// A task for each score, and one for what is said of sets and batches.
  var tasks: [ExperimentTasks<Progress>.Task] {
    get throws {
      try entries().map { entry in
        store.task(Self.file(entry), key: key) { progress in try evaluate(entry, progress) }
      } + [store.task("batches", key: key) { progress in try batches(progress) }]
    }
  }

  private static func file(_ entry: Entry) -> String { ResultStore.name("score " + entry.name) }

  /// The report; what was stored is taken from there.
  func report(progress: (Progress) throws -> Void) throws -> LikelihoodReport {
    let scores = try entries().map { entry in
      try store.result(Self.file(entry), key: key) { try evaluate(entry, progress) }
    }
    let batches = try store.result("batches", key: key) { try self.batches(progress) }
    return LikelihoodReport(
      settings: settings, trainingSet: trainingSet, trainings: models.trainings, sets: batches.sets,
      scores: scores, batchScores: batches.scores)
  }

  /// Of the main model, estimated from a part of the training set.
  private func entropy() throws -> Double {
    try LogDensities.entropy(
      models.main.logDensity(training.sliced(axis: 0, 0..<min(training.shape[0], 2000))))
  }

  // MARK: Scores of single images

  private func entries() throws -> [Entry] {
    var entries: [Entry] = []
    func add(_ name: String, _ about: String, _ scorer: some OODScorer<Tensor>) {
      entries.append(Entry(name: name, about: about, score: { try $0.map { try scorer.score($0) } }))
    }
    add(
      "log-density", "−ln p(x): the model's surprise (Bishop 1994; failure: Nalisnick et al. 2019).",
      LogDensityScorer(models.main))
    if let untrained = models.untrained {
      add(
        "log-density, untrained",
        "−ln p(x) of the same network before training: what the architecture does by itself.",
        LogDensityScorer(untrained))
    }
    if let background = models.background {
      add(
        "ratio", "ln p(x) of a background model, trained on mutated images, minus ln p(x) (Ren et al. 2019).",
        LikelihoodRatio(model: models.main, background: background))
    }
    let compressors = ImageCompressor.allCases.map { ComplexityEstimate.images($0) } + [.smallestOfImages]
    for complexity in compressors {
      add(
        "complexity-\(complexity.name)",
        "−log₂ P(x) minus the length of x under \(Self.title(complexity.name)) (Serrà et al. 2020).",
        ComplexityCorrection(models.main, complexity: complexity, logVolume: logVolume))
    }
    entries.append(
      Entry(
        name: "compressed length alone",
        about: "Minus the length under LZMA, without any model: what the compressor does by itself.",
        score: { try $0.map { try ImageCompressor.lzma.bits(of: $0).map { -$0 } } }))
    entries.append(
      Entry(
        name: "typicality", about: "|−ln p(x) − H| for single images (Nalisnick et al. 2019).",
        score: { sets in
          let scorer = Typicality(models.main, entropy: try entropy())
          return try sets.map { try scorer.score($0) }
        }))
    if models.ensemble.count >= 2 {
      add(
        "waic", "Var[ln p(x)] − E[ln p(x)] over \(models.ensemble.count) models (Choi et al. 2018).",
        try WAIC(models.ensemble))
      for measure in PosteriorMeasure.allCases {
        add(
          measure.rawValue,
          "How much x would change the posterior over \(models.ensemble.count) models (Daxberger, Hernández-Lobato 2019).",
          try PosteriorChange(models.ensemble, measure: measure))
      }
    }
    func addGradientNorm(_ density: some DifferentiableDensity) {
      add(
        "gradient-norm", "‖∂ ln p(x) / ∂x‖₂, the negative approximate mass (Grathwohl et al. 2020).",
        GradientNorm(density))
    }
    if let density = models.network as? any DifferentiableDensity { addGradientNorm(density) }
    if let autoencoder = models.network as? VariationalAutoencoder, autoencoder.configuration.upper == nil {
      add(
        "regret", "What the bound gains when the posterior is fitted to x alone (Xiao et al. 2020).",
        try LikelihoodRegret(autoencoder))
    }
    if let flow = models.batchNormalizedFlow {
      add(
        "batch-norm",
        "ln p(x) in use minus ln p(x) in training among \(settings.companionCount) training images (Song et al. 2019).",
        try BatchNormShift(flow, companions: companions))
    }
    return entries
  }

  private static func title(_ compressor: String) -> String {
    compressor == "smallest" ? "the best of the compressors" : compressor.uppercased()
  }

  /// Training images beside test images in the batches of the batch-norm score.
  private var companions: Tensor {
    training.sliced(axis: 0, 0..<min(training.shape[0], settings.companionCount))
  }

  private func evaluate(
    _ entry: Entry, _ progress: (Progress) throws -> Void
  ) throws -> LikelihoodReport.Score {
    try progress(.working("scoring: \(entry.name)"))
    let clock = ContinuousClock()
    let start = clock.now
    let scores = try entry.score(sets)
    let seconds = (clock.now - start) / .seconds(1)
    let comparisons = try sets.indices.dropFirst().map { number in
      let ranking = try ScoreRanking(inDistribution: scores[0], outOfDistribution: scores[number])
      let interval = try ranking.delongAUROC().interval
      return LikelihoodReport.Comparison(
        set: names[number], auroc: ranking.auroc, low: interval.lowerBound, high: interval.upperBound,
        falsePositiveRateAt95: try ranking.falsePositiveRate(
          atTruePositiveRate: 0.95, positive: .outOfDistribution))
    }
    return LikelihoodReport.Score(
      name: entry.name, about: entry.about, seconds: seconds, comparisons: comparisons,
      histogram: ScoreHistogram(scores))
  }

  // MARK: Batches

  private func batches(_ progress: (Progress) throws -> Void) throws -> Batches {
    try progress(.working("scoring: batches"))
    let densities = try sets.map { try models.main.logDensity($0) }
    return Batches(
      sets: try describe(densities), scores: try typicalityBatches(densities) + batchNormBatches())
  }

  private func typicalityBatches(_ densities: [[Double]]) throws -> [LikelihoodReport.BatchScore] {
    guard !settings.batchSizes.isEmpty else { return [] }
    let (entropy, validation) = (try entropy(), try models.main.logDensity(held))
    return try settings.batchSizes.map { size in
      let test = try TypicalityTest(
        entropy: entropy, validation: validation, batchSize: size,
        using: RandomGenerator(seed: settings.seed).split("typicality"))
      let deviations = try densities.map { try test.deviations(ofBatchesIn: $0) }
      return try batchScore("typicality", size, deviations, threshold: test.threshold)
    }
  }

  private func batchNormBatches() throws -> [LikelihoodReport.BatchScore] {
    guard let flow = models.batchNormalizedFlow else { return [] }
    let scorer = try BatchNormShift(flow, companions: companions)
    return try settings.batchSizes.map { size in
      let shifts = try sets.map { images in
        try (0..<images.shape[0] / size).map { batch in
          try scorer.shift(ofBatch: images.sliced(axis: 0, batch * size..<(batch + 1) * size))
        }
      }
      return try batchScore("batch-norm", size, shifts, threshold: nil)
    }
  }

  private func batchScore(
    _ name: String, _ size: Int, _ scores: [[Double]], threshold: Threshold?
  ) throws -> LikelihoodReport.BatchScore {
    let sets = try scores.indices.map { number in
      let own = scores[number]
      let flagged = threshold.map { threshold in
        Double(own.count { threshold.isOutOfDistribution($0) }) / Double(own.count)
      }
      let auroc =
        number == 0
        ? nil : try ScoreRanking(inDistribution: scores[0], outOfDistribution: own).auroc
      return LikelihoodReport.BatchSet(
        set: names[number], batches: own.count, flagged: flagged, auroc: auroc)
    }
    return LikelihoodReport.BatchScore(name: name, batchSize: size, sets: sets)
  }

  // MARK: Sets

  private func describe(_ densities: [[Double]]) throws -> [LikelihoodReport.TestSet] {
    try sets.indices.map { number in
      let features = Double(sets[number].count / sets[number].shape[0])
      let mean = densities[number].reduce(0, +) / Double(densities[number].count)
      var lengths: [String: Double] = [:]
      for compressor in ImageCompressor.allCases {
        let bits = try compressor.bits(of: sets[number])
        lengths[compressor.rawValue] = bits.reduce(0, +) / Double(bits.count) / features
      }
      return LikelihoodReport.TestSet(
        name: names[number], count: sets[number].shape[0],
        bitsPerDimension: -(mean + logVolume) / M_LN2 / features, compressedBitsPerDimension: lengths)
    }
  }
}
