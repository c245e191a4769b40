import GenModels
import OODDatasets
import Testing

/// Random damage to examples.
struct CorruptionTests {
  static let corruptions: [any Corruption] = [
    SaltAndPepper(probability: 0.3), GaussianNoise(deviation: 0.2), Masking(probability: 0.4),
    Mutation(rate: 0.25),
  ]

  static let gray = Tensor(repeating: 0.503, shape: [100, 20, 10, 1])

  @Test(arguments: corruptions.indices) func theGeneratorDecides(index: Int) {
    let corruption = Self.corruptions[index]
    func damaged(_ seed: UInt64) -> Tensor {
      var random = RandomGenerator(seed: seed)
      return corruption.corrupt(Self.gray, using: &random)
    }
    #expect(damaged(1) == damaged(1))
    #expect(Parallelism.withThreads(1) { damaged(1) } == damaged(1))
    #expect(damaged(1) != damaged(2))
    var random = RandomGenerator(seed: 1)
    let first = corruption.corrupt(Self.gray, using: &random)
    #expect(first.shape == Self.gray.shape)
    #expect(corruption.corrupt(Self.gray, using: &random) != first)
    #expect(corruption.corrupt(.zeros([0, 4]), using: &random).shape == [0, 4])
  }

  /// The share of values for which `condition` holds, in units of its standard error away from `expected`.
  private func surprise(_ x: Tensor, _ expected: Double, _ condition: (Float) -> Bool) -> Double {
    let share = Double(x.elements.count(where: condition)) / Double(x.count)
    return abs(share - expected) / (expected * (1 - expected) / Double(x.count)).squareRoot()
  }

  @Test func saltAndPepper() {
    var random = RandomGenerator(seed: 3)
    let x = SaltAndPepper(probability: 0.3).corrupt(Self.gray, using: &random)
    #expect(surprise(x, 0.15) { $0 == 0 } < 4)
    #expect(surprise(x, 0.15) { $0 == 1 } < 4)
    #expect(surprise(x, 0.7) { $0 == 0.503 } < 4)
    #expect(SaltAndPepper(probability: 0).corrupt(Self.gray, using: &random) == Self.gray)
    #expect(
      SaltAndPepper(probability: 1).corrupt(Self.gray, using: &random).elements.allSatisfy {
        $0 == 0 || $0 == 1
      })
  }

  @Test func gaussianNoise() {
    var random = RandomGenerator(seed: 4)
    let noise = GaussianNoise(deviation: 0.2).corrupt(.zeros([20_000]), using: &random).elements.map(
      Double.init)
    #expect(abs(noise.reduce(0, +) / 20_000) < 0.006)
    #expect(abs(noise.reduce(0) { $0 + $1 * $1 } / 20_000 - 0.04) < 0.0016)
    #expect(GaussianNoise(deviation: 0).corrupt(Self.gray, using: &random) == Self.gray)
  }

  @Test func masking() {
    var random = RandomGenerator(seed: 5)
    let x = Masking(probability: 0.4).corrupt(Self.gray, using: &random)
    #expect(surprise(x, 0.4) { $0 == 0 } < 4)
    #expect(surprise(x, 0.6) { $0 == 0.503 } < 4)
  }

  @Test func mutationDrawsGrayLevels() {
    var random = RandomGenerator(seed: 6)
    let x = Mutation(rate: 0.25).corrupt(Self.gray, using: &random)
    #expect(surprise(x, 0.75) { $0 == 0.503 } < 4)
    let changed: [Float] = x.elements.filter { $0 != 0.503 }
    let levels: [Float] = changed.map { $0 * 255 }
    #expect(levels.allSatisfy { $0 == $0.rounded() && $0 >= 0 && $0 <= 255 })
    // Each level is drawn about 20 times.
    #expect(Set(levels).count == 256)
    let meanLevel: Float = levels.reduce(0, +) / Float(levels.count)
    #expect(abs(meanLevel - 127.5) < 4.2)
    let two = Mutation(rate: 1, levels: 2).corrupt(Self.gray, using: &random)
    #expect(surprise(two, 0.5) { $0 == 0 } < 4)
    #expect(two.elements.allSatisfy { $0 == 0 || $0 == 1 })
    #expect(Mutation(rate: 0).corrupt(Self.gray, using: &random) == Self.gray)
  }
}
