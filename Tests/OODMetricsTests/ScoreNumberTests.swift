import Foundation
import GenModels
import OODDetectors
import OODMetrics
import Testing

/// Scores that are NaN or infinite, few rows for a mixture, intervals near 1, and histograms from outside.
@Suite("Numbers that scores, thresholds and files may hold")
struct ScoreNumberTests {
  @Test("NaN is out-of-distribution for every threshold, as its p-value says")
  func notANumber() throws {
    for threshold in [Threshold(3), Threshold(.infinity), Threshold(-.infinity)] {
      #expect(threshold.isOutOfDistribution(.nan))
    }
    #expect(!Threshold(3).isOutOfDistribution(3) && Threshold(3).isOutOfDistribution(3.5))
    struct Broken: OODScorer {
      let exampleShape: Shape = [1]
      func score(checked x: Matrix) throws -> [Double] { (0..<x.rows).map { $0 == 1 ? .nan : 0 } }
    }
    let calibration = try ConformalCalibration((0..<99).map(Double.init))
    let found = try Detector(Broken(), calibration: calibration, level: 0.05)
      .detect(Matrix(rows: 3, columns: 1, repeating: 0))
    #expect(found.map { $0.isOutOfDistribution } == [false, true, false])
    #expect(found[1].pValue == 0.01)
  }

  @Test("Infinite scores have a rank in every metric, and NaN has none")
  func infinite() throws {
    let ranking = try ScoreRanking(
      inDistribution: [-.infinity, 1, 2, .infinity], outOfDistribution: [.infinity, 3, .infinity, 0])
    // Pairs won, of 16: each ∞ beats three and ties with one; 3 beats three; 0 beats one.
    #expect(ranking.auroc == 11.0 / 16)
    #expect(
      try ScoreRanking.auroc([.infinity, 0, -.infinity], isOutOfDistribution: [true, false, false]) == 1)
    #expect(ranking.averagePrecision().isFinite && ranking.bestF1().f1.isFinite)
    #expect(try ranking.delongAUROC().interval.contains(ranking.auroc))
    #expect(throws: MetricError.notFinite(position: 2)) {
      try ScoreRanking.auroc([.infinity, 0, .nan], isOutOfDistribution: [true, false, false])
    }
  }

  @Test("A density of 0 is above every threshold of contamination")
  func infiniteThreshold() throws {
    let scores = [1, 2, 3, 4, Double.infinity, .infinity]
    let threshold = try Threshold.contamination(0.1, of: scores)
    #expect(scores.count { threshold.isOutOfDistribution($0) } == 2)
    #expect(try Threshold.quantile(0.5, of: scores).value == 3.5)
    #expect(try Threshold.quantile(0.7, of: scores).value == .infinity)
    #expect(try Threshold.falsePositiveRate(0.1, of: scores).value == .infinity)
    #expect(throws: ThresholdError.self) { try Threshold.medianAbsoluteDeviation(of: scores) }
    let x = Matrix((0..<40).map { [Double($0 / 2)] } + [[1e6]])
    let density = try KernelDensity(fitting: x, bandwidth: .fixed(3), kernel: .epanechnikov)
    let detector = try Detector(density, contamination: 0.01, training: x)
    #expect(try detector.detect(Matrix([[1e7], [5]])).map { $0.isOutOfDistribution } == [true, false])
    let calibrated = Detector(
      density, threshold: detector.threshold, calibration: try ConformalCalibration(scores))
    let loaded = try Detector<KernelDensity>(decoding: calibrated.archive())
    #expect(loaded.calibration == calibrated.calibration)
  }

  @Test("A mixture of many more columns than rows keeps d numbers a component, or says which shapes do")
  func wideMixtures() throws {
    // Full covariances of these columns would take 3 GB each.
    let (n, d) = (12, 20_000)
    let x = ReferenceTable.normal(n, d)
    for shape in [CovarianceShape.diagonal, .spherical] {
      let mixture = try GaussianMixture(fitting: x, components: 1, shape: shape)
      // A standard normal's own density, less what the fit to so few rows gains.
      let entropy = Double(d) * 0.5 * (1 + log(2 * Double.pi))
      let nats = try mixture.score(x).reduce(0, +) / Double(n)
      #expect(abs(nats / entropy - 1) < 0.05, "\(shape)")
    }
    for shape in [CovarianceShape.full, .tied] {
      #expect {
        try GaussianMixture(fitting: x, components: 1, shape: shape)
      } throws: {
        "\($0)".contains("diagonal or spherical")
      }
    }
  }

  @Test("Few rows support few components, and the default makes none of a single row")
  func smallMixtures() throws {
    #expect(GaussianMixture.largestComponentCount(rows: 8, columns: 2) == 1)
    #expect(GaussianMixture.largestComponentCount(rows: 22, columns: 2) == 2)
    #expect(GaussianMixture.largestComponentCount(rows: 21, columns: 2) == 1)
    #expect(GaussianMixture.largestComponentCount(rows: 2, columns: 50, shape: .spherical) == 1)
    #expect(GaussianMixture.largestComponentCount(rows: 10_000, columns: 3, shape: .diagonal) > 500)
    let x = ReferenceTable.normal(9, 2, seed: 11)
    let mixture = try GaussianMixture(fitting: x, componentsAmong: 1...9)
    #expect(mixture.weights.count == 1)
    // Asked for, they are made.
    #expect(try GaussianMixture(fitting: x, components: 4).weights.count == 4)
    #expect(try GaussianMixture(fitting: x, componentsAmong: 3...4).weights.count == 3)
    let inside = try mixture.score(ReferenceTable.normal(50, 2, seed: 12))
    let outside = try mixture.score(ReferenceTable.normal(50, 2, seed: 13) * 4)
    #expect(try ScoreRanking(inDistribution: inside, outOfDistribution: outside).auroc > 0.8)
  }

  @Test("A component without rows is not at the origin", arguments: CovarianceShape.allCases)
  func emptyComponent(shape: CovarianceShape) throws {
    // Two places, three components: none of the places is the origin.
    let x = Matrix((0..<30).map { [$0 % 2 == 0 ? 5.0 : 6, 9] })
    let mixture = try GaussianMixture(fitting: x, components: 3, shape: shape)
    for j in 0..<3 {
      #expect(mixture.means[j, 0] > 4.9 && mixture.means[j, 0] < 6.1)
      #expect(abs(mixture.means[j, 1] - 9) < 0.1)
    }
    let scores = try mixture.score(Matrix([[5.0, 9], [0, 0]]))
    #expect(scores[1] > scores[0] + 10)
  }

  @Test("A mixture in other units is the same mixture", arguments: [1e-9, 1e-4, 1e5, 1e12])
  func mixtureUnits(unit: Double) throws {
    let x = ReferenceTable.normal(300, 3)
    for shape in CovarianceShape.allCases {
      let plain = try GaussianMixture(fitting: x, components: 2, shape: shape)
      let scaled = try GaussianMixture(fitting: x * unit, components: 2, shape: shape)
      let (a, b) = (try plain.score(x), try scaled.score(x * unit))
      #expect(zip(a, b).allSatisfy { abs(($0 - a[0]) - ($1 - b[0])) < 0.05 }, "\(shape)")
    }
  }

  /// True areas, and counts of the classes.
  @Test(
    "The interval of an area covers it as often as it says, near 1 and with few examples too",
    arguments: [
      (0.5, 10, 10), (0.7, 10, 100), (0.9, 10, 10), (0.9, 100, 10), (0.95, 30, 30), (0.983, 10, 100),
      (0.983, 100, 100), (0.99, 10, 10), (0.99, 100, 100), (0.99, 10, 1000),
    ])
  func coverage(area: Double, out: Int, inside: Int) throws {
    // Φ(shift / √2) = area.
    let shifts = [0.5: 0, 0.7: 0.7416142, 0.9: 1.8123876, 0.95: 2.3261743, 0.983: 2.9983104, 0.99: 3.2899527]
    let trials = 1500
    var covered = 0
    for trial in 0..<trials {
      var random = RandomGenerator(seed: 21, stream: UInt64(trial))
      let interval = try ScoreRanking(
        inDistribution: random.normal([inside]).elements.map(Double.init),
        outOfDistribution: random.normal([out], mean: Float(shifts[area]!)).elements.map(Double.init)
      ).delongAUROC().interval
      if interval.contains(area) { covered += 1 }
      #expect(interval.lowerBound < interval.upperBound)
    }
    // Three deviations of 1,500 trials are 0.017.
    let share = Double(covered) / Double(trials)
    #expect(share > 0.915 && share < 0.985, "covers \(share)")
  }

  @Test("Histograms from a file with borders that are equal, descend or overflow are refused")
  func histogramEdges() throws {
    let x = ReferenceTable.normal(40, 1)
    let detectors: [any TableScorer] = [
      try HBOS(fitting: x, bins: .fixed(4)),
      try LODA(fitting: x, projections: 1, bins: .fixed(4), using: RandomGenerator(seed: 1)),
    ]
    for detector in detectors {
      for edges in [[1.0, 1, 1, 1, 1], [0, 1, 2, 2, 3], [0, 1, 3, 2, 4], [-1.7e308, -1, 0, 1, 1.7e308]] {
        var archive = try detector.archive()
        #expect(archive["edges"] != nil)
        archive["edges"] = .float64(edges, shape: [5])
        #expect(throws: ModelFileError.self) { try ModelCatalogue.standard.model(from: archive) }
      }
      #expect(try loadedScorer(detector.safetensors().bytes()).score(x) == detector.score(x))
    }
  }
}
