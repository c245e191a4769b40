import Foundation
import GenModels
import Testing

@Suite("Chi distribution") struct ChiDistributionTests {
  /// √2 Γ((d + 1)/2) / Γ(d/2) and d less its square, by arithmetic of 60 digits.
  static let moments: [(d: Int, mean: Double, variance: Double)] = [
    (1, 0.797_884_560_802_865_355_88, 0.363_380_227_632_418_656_92),
    (2, 1.253_314_137_315_500_251_2, 0.429_203_673_205_103_380_77),
    (3, 1.595_769_121_605_730_711_8, 0.453_520_910_529_674_627_7),
    (10, 3.084_327_759_799_863_899_5, 0.486_922_270_127_953_061_33),
    (64, 7.968_812_221_998_628_602_0, 0.498_031_770_525_279_251_72),
    (100, 9.975_031_639_551_050_872_1, 0.498_743_789_955_473_911_2),
    (784, 27.991_072_854_400_867_072, 0.499_840_459_622_895_860_99),
    (1000, 31.614_871_896_980_080_088, 0.499_874_937_539_152_291_7),
    (100_000, 316.226_975_448_411_115_23, 0.499_998_749_993_750_003_91),
    (1_000_000, 999.999_750_000_031_250_04, 0.499_999_874_999_937_500_04),
  ]

  @Test("Mean and variance are exact to 1e-12 from 1 to 10⁶ dimensions", arguments: moments)
  func momentsAreExact(d: Int, mean: Double, variance: Double) {
    let law = ChiDistribution(dimensions: d)
    #expect(abs(law.mean / mean - 1) < 1e-13)
    #expect(abs(law.variance / variance - 1) < 1e-12)
  }

  @Test(
    "The largest of 60,000 lengths: Gumbel's location and scale, by arithmetic of 30 digits",
    arguments: [
      (2, 4.690_863_426_109_15, 0.213_180_369_830_006_5),
      (64, 11.050_073_537_052_97, 0.178_389_248_886_843_9),
      (784, 30.971_484_850_559_06, 0.167_233_189_984_962_2),
      (1_000_000, 1002.935_175_840_049, 0.162_032_681_076_329_5),
    ])
  func extremes(d: Int, location: Double, scale: Double) {
    let law = ChiDistribution(dimensions: d).extremes(of: 60_000)
    #expect(abs(law.location / location - 1) < 1e-11)
    #expect(abs(law.scale / scale - 1) < 1e-8)
  }

  @Test(
    "Quantiles invert probabilities, and probabilities are the density's integral", arguments: [1, 2, 5, 300])
  func quantiles(d: Int) {
    let law = ChiDistribution(dimensions: d)
    for p in [1e-3, 0.1, 0.5, 0.9, 0.999] { #expect(abs(law.cumulative(law.quantile(p)) - p) < 1e-12) }
    let (low, high) = (law.quantile(0.2), law.quantile(0.8))
    let steps = 2000
    // Simpson's rule.
    let sum = (0...steps).reduce(0.0) { sum, i in
      let weight = i == 0 || i == steps ? 1.0 : i % 2 == 1 ? 4 : 2
      return sum + weight * exp(law.logDensity(low + (high - low) * Double(i) / Double(steps)))
    }
    #expect(abs(sum * (high - low) / Double(steps) / 3 - 0.6) < 1e-9)
  }

  @Test("Drawn radii follow the law: Kolmogorov and Smirnov's test at 1 in 10,000", arguments: [1, 2, 64])
  func drawn(d: Int) throws {
    var random = RandomGenerator(seed: 3)
    let n = 4000
    let radii = try RadiusLaw.temperature(1).radii(count: n, dimensions: d, using: &random).sorted()
    let law = ChiDistribution(dimensions: d)
    let distance = radii.enumerated().reduce(0.0) { largest, entry in
      let p = law.cumulative(entry.element)
      return max(
        largest, abs(p - Double(entry.offset) / Double(n)), abs(p - Double(entry.offset + 1) / Double(n)))
    }
    #expect(distance < 2.23 / Double(n).squareRoot())
    #expect(distance > 0.1 / Double(n).squareRoot(), "too even to be drawn")
  }

  @Test("The largest of many drawn lengths follows Gumbel's law")
  func largest() throws {
    var random = RandomGenerator(seed: 4)
    let law = ChiDistribution(dimensions: 2)
    let maxima = try (0..<400).map { _ in
      try RadiusLaw.temperature(1).radii(count: 500, dimensions: 2, using: &random).max()!
    }.sorted()
    let gumbel = law.extremes(of: 500)
    let distance = maxima.enumerated().reduce(0.0) {
      max($0, abs(gumbel.cumulative($1.element) - Double($1.offset) / 400))
    }
    #expect(distance < 0.11)
    let shifted = GumbelDistribution(location: gumbel.location * 1.1, scale: gumbel.scale)
    #expect(maxima.count { shifted.cumulative($0) > 0.5 } < 120, "another law would be seen")
  }
}
