import GenModels
import OODMetrics
import Testing

@Suite("Metrics")
struct MetricTests {
  /// Values of scikit-learn 1.9 for `CongruentialNumbers.scores`.
  struct Golden: Sendable, CustomTestStringConvertible {
    let seed, count, levels: Int
    let auroc, apOut, apIn, areaOut, areaIn, fprOut, fprIn, f1, detectionError: Double
    var testDescription: String { "\(count) scores on \(levels) levels" }
  }

  static let goldens = [
    Golden(
      seed: 1, count: 200, levels: 16, auroc: 0.7217148655504819, apOut: 0.6238004580858831,
      apIn: 0.8827385193678295, areaOut: 0.6152746888001864, areaIn: 0.8765722928227692,
      fprOut: 0.7191780821917808, fprIn: 0.6481481481481481, f1: 0.5287356321839082,
      detectionError: 0.32128361237950276),
    Golden(
      seed: 2, count: 1000, levels: 64, auroc: 0.7712685022393556, apOut: 0.61773136353229,
      apIn: 0.915631097455194, areaOut: 0.61481433867143, areaIn: 0.9147547939581838,
      fprOut: 0.5869853917662683, fprIn: 0.6558704453441295, f1: 0.5126512651265127,
      detectionError: 0.31320063874058424),
    Golden(
      seed: 3, count: 5000, levels: 4096, auroc: 0.7724551116893396, apOut: 0.6244902042197453,
      apIn: 0.914492615708951, areaOut: 0.6243575080764141, areaIn: 0.9144653406097236,
      fprOut: 0.6106829657188414, fprIn: 0.6289409862570736, f1: 0.5025766871165644,
      detectionError: 0.3266170135929747),
  ]

  @Test("equal scikit-learn's on scores with ties", arguments: goldens)
  func golden(_ golden: Golden) throws {
    let (scores, labels) = CongruentialNumbers.scores(
      seed: golden.seed, count: golden.count, levels: golden.levels)
    let ranking = try ScoreRanking(scores, isOutOfDistribution: labels)
    let fast = try ScoreRanking.auroc(scores, isOutOfDistribution: labels)
    #expect(abs(fast - golden.auroc) < 1e-12)
    #expect(ranking.auroc == fast)
    #expect(abs(ranking.averagePrecision(positive: .outOfDistribution) - golden.apOut) < 1e-12)
    #expect(abs(ranking.averagePrecision(positive: .inDistribution) - golden.apIn) < 1e-12)
    #expect(
      abs(ranking.trapezoidalPrecisionRecallArea(positive: .outOfDistribution) - golden.areaOut) < 1e-12)
    #expect(abs(ranking.trapezoidalPrecisionRecallArea(positive: .inDistribution) - golden.areaIn) < 1e-12)
    let fprOut = try ranking.falsePositiveRate(atTruePositiveRate: 0.95, positive: .outOfDistribution)
    let fprIn = try ranking.falsePositiveRate(atTruePositiveRate: 0.95, positive: .inDistribution)
    #expect(abs(fprOut - golden.fprOut) < 1e-12)
    #expect(abs(fprIn - golden.fprIn) < 1e-12)
    #expect(abs(ranking.bestF1().f1 - golden.f1) < 1e-12)
    #expect(abs(ranking.detectionError - golden.detectionError) < 1e-12)
  }

  @Test("of four scores are what pencil and paper give")
  func byHand() throws {
    // Out-of-distribution: 3, 1. In-distribution: 2, 0. Three of four pairs are in order.
    let ranking = try ScoreRanking(inDistribution: [2, 0], outOfDistribution: [3, 1])
    #expect(ranking.auroc == 0.75)
    #expect(abs(ranking.averagePrecision() - (1 + 2.0 / 3) / 2) < 1e-15)
    #expect(ranking.detectionError == 0.25)
    #expect(try ranking.precision(atTop: 1) == 1)
    #expect(try ranking.precision() == 0.5)
    #expect(ranking.bestF1().f1 == 0.8)
    #expect(ranking.bestF1().threshold == 1)
    let curve = ranking.rocCurve()
    #expect(curve.points.map(\.truePositiveRate) == [0, 0.5, 0.5, 1, 1])
    #expect(curve.points.map(\.falsePositiveRate) == [0, 0, 0.5, 0.5, 1])
    #expect(curve.points[0].threshold == .infinity)
  }

  @Test("see no order among equal scores")
  func ties() throws {
    let ranking = try ScoreRanking(inDistribution: [1, 1, 1], outOfDistribution: [1])
    #expect(ranking.auroc == 0.5)
    #expect(try ranking.precision(atTop: 2) == 0.25)
    // 0 and −0 are equal.
    #expect(try ScoreRanking(inDistribution: [0.0], outOfDistribution: [-0.0]).auroc == 0.5)
  }

  @Test("are mirrored when the classes change places")
  func mirror() throws {
    let (scores, labels) = CongruentialNumbers.scores(seed: 5, count: 300, levels: 40)
    let ranking = try ScoreRanking(scores, isOutOfDistribution: labels)
    let mirrored = try ScoreRanking(scores.map { -$0 }, isOutOfDistribution: labels.map { !$0 })
    #expect(ranking.auroc == mirrored.auroc)
    #expect(
      ranking.averagePrecision(positive: .inDistribution)
        == mirrored.averagePrecision(positive: .outOfDistribution))
    #expect(ranking.detectionError == mirrored.detectionError)
  }

  @Test("count pairs as the definition does, from subnormal to huge scores", arguments: [1, 2, 3])
  func againstDefinition(_ seed: UInt64) throws {
    var random = RandomGenerator(seed: seed)
    let exponents = random.uniform([2, 400], in: -300..<300).elements
    let signs = random.bernoulli([800], probability: 0.5).elements
    var scores = exponents.indices.map { i in
      var power = 1.0
      for _ in 0..<Int(abs(exponents[i])) { power *= exponents[i] < 0 ? 0.1 : 10 }
      return signs[i] == 0 ? power : -power
    }
    scores[0] = Double.leastNonzeroMagnitude
    scores[1] = -Double.leastNonzeroMagnitude
    scores[2] = .greatestFiniteMagnitude
    scores[3] = -.greatestFiniteMagnitude
    let labels = random.bernoulli([800], probability: 0.3).elements.map { $0 == 1 }
    var (pairs, total) = (0.0, 0.0)
    for (a, isOut) in zip(scores, labels) where isOut {
      for (b, isOutToo) in zip(scores, labels) where !isOutToo {
        pairs += a > b ? 1 : a == b ? 0.5 : 0
        total += 1
      }
    }
    #expect(try ScoreRanking.auroc(scores, isOutOfDistribution: labels) == pairs / total)
  }

  @Test("of many scores have the same bits on any number of threads")
  func threads() throws {
    var random = RandomGenerator(seed: 9)
    let scores = random.normal([400_000]).elements.map(Double.init)
    let labels = random.bernoulli([400_000], probability: 0.1).elements.map { $0 == 1 }
    let one = try Parallelism.withThreads(1) { try ScoreRanking.auroc(scores, isOutOfDistribution: labels) }
    let many = try Parallelism.withThreads(7) { try ScoreRanking.auroc(scores, isOutOfDistribution: labels) }
    #expect(one == many)
    #expect(one == (try ScoreRanking(scores, isOutOfDistribution: labels).auroc))
    #expect(abs(one - 0.5) < 0.01)
  }

  @Test("of one class, or of scores that have no rank, are refused in words")
  func refused() {
    #expect(throws: MetricError.noOutOfDistributionExamples(count: 2)) {
      try ScoreRanking([1, 2], isOutOfDistribution: [false, false])
    }
    #expect(throws: MetricError.noInDistributionExamples(count: 1)) {
      try ScoreRanking([1], isOutOfDistribution: [true])
    }
    #expect(throws: MetricError.noOutOfDistributionExamples(count: 0)) {
      try ScoreRanking.auroc([], isOutOfDistribution: [])
    }
    for bad in [Double.nan, -.nan] {
      #expect(throws: MetricError.notFinite(position: 1)) {
        try ScoreRanking.auroc([1, bad, 3], isOutOfDistribution: [false, true, true])
      }
    }
    #expect(throws: MetricError.labelCount(scores: 2, labels: 1)) {
      try ScoreRanking([1, 2], isOutOfDistribution: [true])
    }
    #expect("\(MetricError.notFinite(position: 1))".contains("position 1"))
  }

  @Test("take levels between 0 and 1 only")
  func levels() throws {
    let ranking = try ScoreRanking(inDistribution: [0, 1], outOfDistribution: [1, 2])
    #expect(throws: MetricError.self) {
      try ranking.falsePositiveRate(atTruePositiveRate: 1.5, positive: .inDistribution)
    }
    #expect(throws: MetricError.self) { try ranking.precision(atTop: 5) }
    #expect(throws: MetricError.self) { try ranking.delongAUROC(level: 1) }
    #expect(try ranking.falsePositiveRate(atTruePositiveRate: 0, positive: .outOfDistribution) == 0)
    #expect(try ranking.falsePositiveRate(atTruePositiveRate: 1, positive: .outOfDistribution) == 0.5)
  }
}
