import GenModels
import OODMetrics
import Testing

@Suite("Intervals of metrics")
struct MetricIntervalTests {
  @Test("DeLong's variance is that of the placements, computed pair by pair")
  func delong() throws {
    let (scores, labels) = CongruentialNumbers.scores(seed: 4, count: 120, levels: 20)
    let out = zip(scores, labels).filter(\.1).map(\.0)
    let inside = zip(scores, labels).filter { !$0.1 }.map(\.0)
    func order(_ a: Double, _ b: Double) -> Double { a > b ? 1 : a == b ? 0.5 : 0 }
    func variance(_ values: [Double]) -> Double {
      let mean = values.reduce(0, +) / Double(values.count)
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    }
    let v10 = out.map { a in inside.reduce(0) { $0 + order(a, $1) } / Double(inside.count) }
    let v01 = inside.map { b in out.reduce(0) { $0 + order($1, b) } / Double(out.count) }
    let error = (variance(v10) / Double(out.count) + variance(v01) / Double(inside.count)).squareRoot()

    let ranking = try ScoreRanking(scores, isOutOfDistribution: labels)
    let estimate = try ranking.delongAUROC()
    #expect(estimate.estimate == ranking.auroc)
    #expect(abs(estimate.standardError - error) < 1e-12)
    // Of examples that are not few, and an area that is not near an end, the interval is about DeLong's own.
    #expect(abs(estimate.interval.upperBound - (ranking.auroc + 1.959963984540054 * error)) < 0.4 * error)
    #expect(abs(estimate.interval.lowerBound - (ranking.auroc - 1.959963984540054 * error)) < 0.4 * error)
    #expect(try ranking.delongAUROC(level: 0.5).interval.upperBound < estimate.interval.upperBound)
  }

  @Test("DeLong's interval covers the truth as often as it says")
  func coverage() throws {
    // Scores N(1, 1) against N(0, 1): the true area is Φ(1/√2) = 0.7602499389.
    var covered = 0
    for trial in 0..<400 {
      var random = RandomGenerator(seed: 11, stream: UInt64(trial))
      let ranking = try ScoreRanking(
        inDistribution: random.normal([60]).elements.map(Double.init),
        outOfDistribution: random.normal([40], mean: 1).elements.map(Double.init))
      if try ranking.delongAUROC(level: 0.9).interval.contains(0.7602499389) { covered += 1 }
    }
    #expect((340...380).contains(covered))
  }

  @Test("The bootstrap agrees with DeLong's error, on any number of threads")
  func bootstrap() throws {
    let (scores, labels) = CongruentialNumbers.scores(seed: 6, count: 400, levels: 100)
    let ranking = try ScoreRanking(scores, isOutOfDistribution: labels)
    let random = RandomGenerator(seed: 3)
    let estimate = try ranking.bootstrap(replicates: 500, using: random) { $0.auroc }
    let delong = try ranking.delongAUROC()
    #expect(estimate.estimate == ranking.auroc)
    #expect(abs(estimate.standardError / delong.standardError - 1) < 0.15)
    #expect(estimate.interval.contains(ranking.auroc))
    let again = try Parallelism.withThreads(1) {
      try ranking.bootstrap(replicates: 500, using: random) { $0.auroc }
    }
    #expect(again == estimate)
  }

  @Test("The bootstrap takes any metric, and passes its errors on")
  func anyMetric() throws {
    let ranking = try ScoreRanking(inDistribution: [0, 1, 2, 3], outOfDistribution: [2, 3, 4])
    let estimate = try ranking.bootstrap(replicates: 50, using: RandomGenerator(seed: 1)) {
      try $0.falsePositiveRate(atTruePositiveRate: 0.95, positive: .inDistribution)
    }
    #expect(estimate.interval.lowerBound >= 0 && estimate.interval.upperBound <= 1)
    #expect(throws: MetricError.self) {
      try ranking.bootstrap(replicates: 5, using: RandomGenerator(seed: 1)) { try $0.precision(atTop: 100) }
    }
    #expect(throws: MetricError.self) {
      try ranking.bootstrap(replicates: 1, using: RandomGenerator(seed: 1)) { $0.auroc }
    }
  }
}
