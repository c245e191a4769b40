import Foundation
import GenModels
import OODDatasets
import OODExperiments
import OODMetrics
import Testing

@Suite("Likelihood experiment")
struct LikelihoodExperimentTests {
  private static func drawn(_ glyphs: SyntheticGlyphs, _ split: SyntheticGlyphs.Split, _ count: Int)
    -> Dataset
  {
    Dataset(
      name: "\(glyphs.name):\(split.rawValue)",
      examples: glyphs.examples(0..<count, of: split, seed: 1).images)
  }

  private static let training = drawn(.symbols, .train, 360)
  private static let test = drawn(.symbols, .test, 50)
  private static let digits = drawn(.digits, .test, 50)

  private static func settings(_ family: LikelihoodFamily) -> LikelihoodSettings {
    var settings = LikelihoodSettings()
    settings.family = family
    settings.trainingCount = 300
    settings.validationCount = 60
    settings.testCount = 40
    settings.steps = 1
    settings.hiddenChannels = 8
    settings.epochs = 1
    settings.batchSize = 32
    settings.ensembleCount = 2
    settings.companionCount = 5
    settings.batchSizes = [4, 10]
    return settings
  }

  static func experiment(_ family: LikelihoodFamily, folder: String? = nil) throws
    -> LikelihoodExperiment
  {
    try LikelihoodExperiment(
      training: training, test: test, others: [digits], settings: settings(family), modelFolder: folder)
  }

  private static let posterior = ["effective-sample-size", "information", "disagreement"]
  private static let complexities = [
    "complexity-deflate", "complexity-png", "complexity-lzma", "complexity-smallest",
  ]

  @Test("A mixture is asked for every score that needs no gradient")
  func mixture() throws {
    let folder = NSTemporaryDirectory() + "/ood-likelihood-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var stages: [String] = []
    let result = try Self.experiment(.mixture, folder: folder).run {
      if case .working(let name) = $0 { stages.append(name) }
    }
    let report = result.report
    #expect(
      report.scores.map(\.name) == ["log-density", "ratio"] + Self.complexities
        + ["compressed length alone", "typicality", "waic"] + Self.posterior)
    #expect(stages.contains("scoring: waic") && stages.last == "scoring: batches")
    #expect(report.sets.map(\.name) == ["synthetic-symbols:test", "synthetic-digits:test"])
    #expect(report.trainings.map(\.role) == ["model", "background", "member-1"])
    for score in report.scores {
      let comparison = score.comparisons[0]
      #expect((comparison.low...comparison.high).contains(comparison.auroc))
      for set in 0..<2 {
        let counted =
          score.histogram.counts[set].reduce(0, +) + score.histogram.below[set]
          + score.histogram.above[set]
        #expect(counted == 40, "every score is counted once")
      }
    }
    #expect(report.batchScores.map(\.batchSize) == [4, 10])
    #expect(report.batchScores[0].sets.map(\.batches) == [10, 10])
    let decoded = try JSONDecoder().decode(LikelihoodReport.self, from: JSONEncoder().encode(report))
    #expect(decoded == report)
    let again = try Self.experiment(.mixture, folder: folder).run { Issue.record("\($0) is done again") }
    #expect(again.report == report && again.page.html == result.page.html)
  }

  @Test("The AUROC of the report is that of the scores by themselves")
  func agrees() throws {
    let experiment = try Self.experiment(.mixture)
    let report = try experiment.run().report
    let mixture = try PixelMixture(fitting: Self.training.examples.sliced(axis: 0, 0..<300))
    let scorer = LogDensityScorer(mixture)
    let ranking = try ScoreRanking(
      inDistribution: scorer.score(Self.test.examples.sliced(axis: 0, 0..<40)),
      outOfDistribution: scorer.score(Self.digits.examples.sliced(axis: 0, 0..<40)))
    #expect(report.scores[0].comparisons[0].auroc == ranking.auroc)
  }

  @Test(
    "Autoregressive and latent-variable models take the same way: scores, kept models, pictures, one page for several",
    arguments: [LikelihoodFamily.made, .vae])
  func networks(_ family: LikelihoodFamily) throws {
    let folder = NSTemporaryDirectory() + "/ood-likelihood-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let result = try Self.experiment(family, folder: folder).run()
    #expect(
      result.report.scores.map(\.name) == ["log-density", "log-density, untrained", "ratio"]
        + Self.complexities
        + ["compressed length alone", "typicality", "waic"] + Self.posterior
        + (family == .vae ? ["regret"] : []))
    #expect(result.pictures.count == 1)
    let again = try Self.experiment(family, folder: folder).run { step in
      Issue.record("\(step) is done again")
    }
    #expect(again.report == result.report)
    let page = LikelihoodComparison([result, again]).html
    #expect(page.contains(family.title))
  }

  @Test(
    "Flows have every score; a second run takes its models from the folder and says the same",
    arguments: [
      LikelihoodFamily.realNVP, .glow,
    ])
  func flows(_ family: LikelihoodFamily) throws {
    let folder = NSTemporaryDirectory() + "/ood-likelihood-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let first = try Self.experiment(family, folder: folder).run().report
    #expect(
      first.scores.map(\.name) == ["log-density", "log-density, untrained", "ratio"] + Self.complexities
        + ["compressed length alone", "typicality", "waic"] + Self.posterior
        + ["gradient-norm", "batch-norm"])
    #expect(first.trainings.map(\.role) == ["model", "background", "member-1", "batch-norm"])
    #expect(first.trainings.allSatisfy { $0.seconds > 0 && $0.loss!.isFinite })
    #expect(first.batchScores.map(\.name) == ["typicality", "typicality", "batch-norm", "batch-norm"])

    let second = try Self.experiment(family, folder: folder).run { step in
      Issue.record("\(step) is done again")
    }.report
    #expect(second == first)

    // Models alone, as an earlier version left them, are asked again; the seconds of their training are not known.
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".json") {
      try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
    let third = try Self.experiment(family, folder: folder).run { step in
      if case .training(let what, _) = step { Issue.record("\(what) is trained again") }
    }.report
    #expect(third.trainings.allSatisfy { $0.seconds == 0 })
    #expect(third.trainings.map(\.loss) == first.trainings.map(\.loss))
    #expect(third.sets == first.sets && third.batchScores == first.batchScores)
    #expect(third.scores.map(\.comparisons) == first.scores.map(\.comparisons))
    #expect(third.scores.map(\.histogram) == first.scores.map(\.histogram))

    // A flow of another seed is trained anew.
    var settings = Self.settings(family)
    settings.seed = 9
    let other = try LikelihoodExperiment(
      training: Self.training, test: Self.test, others: [Self.digits], settings: settings, modelFolder: folder
    ).run().report
    #expect(other.trainings.allSatisfy { $0.seconds > 0 })
    #expect(other.scores[0].histogram != first.scores[0].histogram)
  }

  @Test("The page holds everything it shows")
  func page() throws {
    var training = Self.training
    training.name = "symbols <&> \"others\""
    var settings = Self.settings(.mixture)
    settings.ensembleCount = 0
    settings.mutationRate = 0
    let html = try LikelihoodExperiment(
      training: training, test: Self.test, others: [Self.digits, Self.test], settings: settings
    ).run().page.html
    // The one address is the name of SVG's elements, which nobody fetches.
    let addresses = html.split(separator: "http").dropFirst().map { $0.prefix { !"\"' ".contains($0) } }
    #expect(Set(addresses) == ["://www.w3.org/2000/svg"])
    for external in ["<link", "<img", "<iframe", "src=", "@import", "fetch(", "XMLHttpRequest"] {
      #expect(!html.contains(external), "\(external)")
    }
    #expect(html.contains("symbols &lt;&amp;&gt; &quot;others&quot;") && !html.contains("symbols <&>"))
    #expect(html.components(separatedBy: "\"png\":\"").count == 5, "draws and three sets")
    #expect(html.contains("prefers-color-scheme: dark"))
    #expect(!html.contains("\"NaN\"") && !html.contains("\"Infinity\""))
  }

  @Test("Experiments that make no sense are refused with a sentence")
  func refused() {
    func expect(_ part: String, _ change: (inout LikelihoodSettings) -> Void) {
      var settings = Self.settings(.mixture)
      change(&settings)
      let error = #expect(throws: ExperimentError.self) {
        try LikelihoodExperiment(
          training: Self.training, test: Self.test, others: [Self.digits], settings: settings)
      }
      #expect("\(error!)".contains(part), "\(error!)")
    }
    expect("synthetic-symbols:train has 360 images") { $0.trainingCount = 301 }
    expect("synthetic-symbols:test has 50 images") { $0.testCount = 51 }
    expect("ensemble") { $0.ensembleCount = 1 }
    expect("learning rate") { $0.learningRate = .nan }
    expect("mutation rate") { $0.mutationRate = 1.5 }
    expect("batch sizes") { $0.batchSizes = [41] }
    #expect(throws: ExperimentError.self) {
      try LikelihoodExperiment(training: Self.training, test: Self.test, others: [])
    }
    let small = Dataset(name: "small", examples: .zeros([50, 8, 8, 1]))
    #expect(
      throws: ExperimentError.unexpectedShape(
        set: "small", found: [8, 8, 1], expected: "images of [28, 28, 1]")
    ) {
      try LikelihoodExperiment(
        training: Self.training, test: Self.test, others: [small], settings: Self.settings(.mixture))
    }
  }

  @Test("Histograms count every finite score in or beyond the frame, and survive equal scores")
  func histograms() {
    let histogram = ScoreHistogram([[0, 1, 2, 3, 4], [4, 4, 10]], bins: 10)
    #expect(histogram.low == 0 && histogram.high == 10)
    #expect(histogram.counts[0] == [1, 1, 1, 1, 1, 0, 0, 0, 0, 0])
    #expect(histogram.counts[1] == [0, 0, 0, 0, 2, 0, 0, 0, 0, 1])
    let equal = ScoreHistogram([[7, 7], [7]], bins: 3)
    #expect(equal.low == 6.5 && equal.high == 7.5)
    #expect(equal.counts == [[0, 2, 0], [0, 1, 0]])
    let extreme = ScoreHistogram([(0..<1000).map(Double.init) + [1e9], [-1e9, .infinity]], bins: 10)
    #expect(extreme.low >= 0 && extreme.high < 1000)
    for (set, count) in [1001, 2].enumerated() {
      #expect(extreme.counts[set].reduce(0, +) + extreme.below[set] + extreme.above[set] == count)
    }
    #expect(ScoreHistogram([[]]).counts[0].allSatisfy { $0 == 0 })
  }
}

@Suite("Flows averaged over noise between grey levels")
struct LikelihoodDequantizedFlowTests {
  private static let flow = Flow(.glow(images: [4, 4, 1], levels: 1, steps: 2, hiddenChannels: 4), seed: 3)

  /// Images of grey levels.
  private static func images(_ count: Int) -> Tensor {
    var random = RandomGenerator(seed: 4)
    let levels = random.integers(count * 16, below: 256).elements
    return Tensor(levels.map { Float($0) / 255 }, shape: [count, 4, 4, 1])
  }

  @Test("The density is the mean over draws, the same noise for all images")
  func mean() throws {
    let x = Self.images(30)
    let first = try DequantizedFlow(Self.flow, draws: 1, seed: 8).logDensity(x)
    let both = try DequantizedFlow(Self.flow, draws: 2, seed: 8).logDensity(x)
    let atLevels = try Self.flow.logDensity(x)
    #expect(first != atLevels && first != both)
    for (one, level) in zip(first, atLevels) { #expect(abs(one - level) < 2, "the noise is small") }
    // An image's density depends on it alone.
    let averaged = DequantizedFlow(Self.flow, draws: 2, seed: 8)
    for i in [0, 13, 29] {
      #expect(abs(try averaged.logDensity(x.sliced(axis: 0, i..<i + 1))[0] - both[i]) < 1e-3)
    }
    #expect(try DequantizedFlow(Self.flow, draws: 2, seed: 9).logDensity(x) != both)
  }

  @Test("It is a bound: on average below the logarithm of the mean density over a cell")
  func bound() throws {
    let x = Self.images(20)
    let draws = try (0..<64).map { try DequantizedFlow(Self.flow, draws: 1, seed: UInt64($0)).logDensity(x) }
    for i in 0..<20 {
      let logs = draws.map { $0[i] }
      let largest = logs.max()!
      let cell = largest + log(logs.map { exp($0 - largest) }.reduce(0, +) / 64)
      #expect(logs.reduce(0, +) / 64 <= cell)
    }
  }
}
