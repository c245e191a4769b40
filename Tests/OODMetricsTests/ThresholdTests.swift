import GenModels
import OODMetrics
import Testing

@Suite("Thresholds and p-values")
struct ThresholdTests {
  static let scores = (1...20).map(Double.init)

  @Test("A quantile interpolates as numpy's does")
  func quantile() throws {
    // numpy.quantile(range(1, 21), 0.9) = 18.1
    #expect(abs(try Threshold.quantile(0.9, of: Self.scores).value - 18.1) < 1e-12)
    #expect(try Threshold.quantile(1, of: [3, 1, 2]).value == 3)
    #expect(try Threshold.quantile(0, of: [3, 1, 2]).value == 1)
  }

  @Test(
    "A false positive rate is not exceeded on the scores it was set on", arguments: [0, 0.05, 0.1, 0.33, 1])
  func falsePositiveRate(_ rate: Double) throws {
    let threshold = try Threshold.falsePositiveRate(rate, of: Self.scores)
    let flagged = Self.scores.filter(threshold.isOutOfDistribution).count
    #expect(Double(flagged) <= rate * 20)
    #expect(flagged == min(19, Int(rate * 20)))
  }

  @Test("Ties make a false positive rate smaller, never larger")
  func tiedRate() throws {
    let threshold = try Threshold.falsePositiveRate(0.2, of: [1, 2, 2, 2, 2, 2, 2, 2, 2, 2])
    #expect(threshold.value == 2)
  }

  @Test("The median deviation is the standard deviation of normal scores")
  func medianDeviation() throws {
    var random = RandomGenerator(seed: 2)
    var scores = random.normal([20_000], mean: 5, standardDeviation: 2).elements.map(Double.init)
    let clean = try Threshold.medianAbsoluteDeviation(of: scores)
    #expect(abs(clean.value - 11) < 0.15)
    // A tenth of wild scores hardly moves it.
    for i in 0..<2000 { scores[i] = 1e6 }
    #expect(abs(try Threshold.medianAbsoluteDeviation(of: scores).value - clean.value) < 1.5)
    #expect(throws: ThresholdError.noSpread(count: 3)) {
      try Threshold.medianAbsoluteDeviation(of: [1, 1, 2])
    }
  }

  @Test("A contamination flags that share of the training scores")
  func contamination() throws {
    let threshold = try Threshold.contamination(0.1, of: Self.scores)
    #expect(Self.scores.filter(threshold.isOutOfDistribution) == [19, 20])
  }

  @Test("Bad scores and shares are refused in words")
  func refused() {
    #expect(throws: ThresholdError.noScores) { try Threshold.quantile(0.5, of: []) }
    #expect(throws: ThresholdError.notFinite(position: 1)) { try Threshold.quantile(0.5, of: [1, .nan]) }
    #expect(throws: ThresholdError.outOfRange(name: "quantile", value: 1.5)) {
      try Threshold.quantile(1.5, of: [1])
    }
    #expect(throws: ThresholdError.self) { try Threshold.falsePositiveRate(.nan, of: [1]) }
    #expect(throws: ThresholdError.self) { try ConformalCalibration([]) }
  }

  @Test("Conformal p-values count the calibration scores at least as high")
  func conformal() throws {
    let calibration = try ConformalCalibration([4, 1, 3, 2])
    #expect(calibration.pValues([0, 1, 2.5, 4, 5]) == [1, 1, 0.6, 0.4, 0.2])
    #expect(calibration.pValue(.nan) == 0.2)
  }

  @Test("The conformal threshold flags exactly the p-values up to the level")
  func conformalThreshold() throws {
    var random = RandomGenerator(seed: 8)
    for count in [1, 4, 19, 20, 99] {
      let calibration = try ConformalCalibration(
        random.integers(count, below: 12).elements.map(Double.init))
      for k in 1...count + 1 {
        let level = Double(k) / Double(count + 1)
        let threshold = try calibration.threshold(level: level)
        for score in stride(from: -1.0, through: 13, by: 0.5) {
          #expect(threshold.isOutOfDistribution(score) == (calibration.pValue(score) <= level))
        }
      }
    }
    let few = try ConformalCalibration([1, 2, 3])
    #expect(throws: ThresholdError.tooFewScores(count: 3, needed: 19, level: 0.05)) {
      try few.threshold(level: 0.05)
    }
  }

  @Test("Normal examples are flagged no more often than the conformal level")
  func conformalGuarantee() throws {
    var (flagged, total) = (0, 0)
    for trial in 0..<2000 {
      var random = RandomGenerator(seed: 4, stream: UInt64(trial))
      let scores = random.uniform([20]).elements.map(Double.init)
      let calibration = try ConformalCalibration(Array(scores.dropLast()))
      if calibration.pValue(scores[19]) <= 0.1 { flagged += 1 }
      total += 1
    }
    // The expected share is exactly 0.1 here; 4 standard deviations are 0.027.
    #expect(abs(Double(flagged) / Double(total) - 0.1) < 0.027)
  }

  @Test("Benjamini and Hochberg reject their own example's first four")
  func benjaminiHochbergPaper() throws {
    // The 15 p-values of their 1995 paper, section 3.2.
    let pValues = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
      0.7590, 1.0000,
    ]
    let rejected = try BenjaminiHochberg.rejections(pValues, falseDiscoveryRate: 0.05)
    #expect(rejected == pValues.indices.map { $0 < 4 })
    let adjusted = try BenjaminiHochberg.adjusted(pValues)
    #expect(adjusted.map { $0 <= 0.05 } == rejected)
    #expect(
      try BenjaminiHochberg.rejections(pValues.reversed(), falseDiscoveryRate: 0.05) == rejected.reversed())
  }

  @Test("Benjamini and Hochberg refuse what is no p-value, and take an empty batch")
  func benjaminiHochbergEdges() throws {
    #expect(try BenjaminiHochberg.rejections([], falseDiscoveryRate: 0.1) == [])
    #expect(throws: ThresholdError.self) {
      try BenjaminiHochberg.rejections([0.5, .nan], falseDiscoveryRate: 0.1)
    }
    #expect(throws: ThresholdError.self) { try BenjaminiHochberg.rejections([0.5], falseDiscoveryRate: 2) }
    #expect(throws: ThresholdError.self) { try BenjaminiHochberg.adjusted([1.5]) }
    // The whole batch is rejected when its largest p-value is small enough.
    #expect(try BenjaminiHochberg.rejections([0.04, 0.05], falseDiscoveryRate: 0.05) == [true, true])
  }
}
