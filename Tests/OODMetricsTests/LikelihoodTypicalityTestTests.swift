import Foundation
import GenModels
import OODMetrics
import Testing

@Suite("Typicality test for batches")
struct LikelihoodTypicalityTestTests {
  private let random = RandomGenerator(seed: 11)

  @Test("With one validation number every bootstrap batch is the same, and ε is its deviation")
  func degenerate() throws {
    let test = try TypicalityTest(
      entropy: 10, validation: [-12], batchSize: 4, replicates: 50, using: random)
    #expect(test.threshold.value == 2)
    #expect(test.bootstrapDeviations == Array(repeating: 2, count: 50))
    #expect(try test.deviation(of: [-9, -9, -11, -11]) == 0)
    #expect(try test.isOutOfDistribution([-12, -12, -12, -12]) == false, "ε itself is not beyond ε")
    #expect(try test.isOutOfDistribution([-13, -12, -12, -12]))
    #expect(try test.isOutOfDistribution([-7, -7, -7, -7]), "too probable is untypical too")
    #expect(try test.pValue(of: [-13, -13, -13, -13]) == 1.0 / 51)
    #expect(try test.pValue(of: [-12, -12, -12, -12]) == 1)
  }

  @Test("Ĥ is the mean over the training examples")
  func entropy() throws {
    let test = try TypicalityTest(
      training: [-1, -2, -6], validation: [-3], batchSize: 1, replicates: 2, using: random)
    #expect(test.entropy == 3)
    #expect(test.threshold.value == 0)
  }

  @Test("On new batches of the validation's kind about 1 − α are flagged, and of a shifted kind nearly all")
  func rates() throws {
    var draws = RandomGenerator(seed: 5)
    func numbers(_ count: Int, mean: Double) -> [Double] {
      draws.normal([count]).elements.map { -(mean + Double($0)) }
    }
    let test = try TypicalityTest(
      training: numbers(20_000, mean: 100), validation: numbers(20_000, mean: 100), batchSize: 10,
      level: 0.95,
      using: random)
    // The mean of ten has deviation 1/√10; the two-sided 95% quantile is 1.96 of those.
    #expect(abs(test.threshold.value - 1.96 / 10.0.squareRoot()) < 0.03)
    let fresh = try test.deviations(ofBatchesIn: numbers(40_003, mean: 100))
    #expect(fresh.count == 4000, "the last three numbers make no batch")
    let flagged = Double(fresh.count { test.threshold.isOutOfDistribution($0) }) / 4000
    #expect(abs(flagged - 0.05) < 0.02, "\(flagged)")
    let shifted = try test.deviations(ofBatchesIn: numbers(4000, mean: 98.5))
    #expect(shifted.count { test.threshold.isOutOfDistribution($0) } > 390)
  }

  @Test("The same seed gives the same bits on any number of threads; another seed gives others")
  func threads() throws {
    let validation = (0..<500).map { -Double($0 * $0 % 97) }
    func test(_ seed: UInt64) throws -> TypicalityTest {
      try TypicalityTest(
        entropy: 40, validation: validation, batchSize: 7, replicates: 3000,
        using: RandomGenerator(seed: seed))
    }
    let one = try Parallelism.withThreads(1) { try test(1) }
    let many = try Parallelism.withThreads(5) { try test(1) }
    #expect(one == many)
    #expect(try test(2).bootstrapDeviations != one.bootstrapDeviations)
  }

  @Test("What can't be calibrated or tested is refused")
  func refused() throws {
    func make(
      _ validation: [Double] = [-1], size: Int = 2, level: Double = 0.99, replicates: Int = 10,
      entropy: Double = 1
    ) throws -> TypicalityTest {
      try TypicalityTest(
        entropy: entropy, validation: validation, batchSize: size, level: level, replicates: replicates,
        using: random)
    }
    #expect(throws: LikelihoodError.self) { try make([]) }
    #expect(throws: LikelihoodError.notFinite(what: "log-density", example: 1, value: -.infinity)) {
      try make([-1, -.infinity])
    }
    #expect(throws: LikelihoodError.self) { try make(size: 0) }
    #expect(throws: LikelihoodError.self) { try make(level: 1) }
    #expect(throws: LikelihoodError.self) { try make(replicates: 0) }
    #expect(throws: LikelihoodError.self) { try make(size: 1 << 20, replicates: 1 << 20) }
    #expect(throws: LikelihoodError.self) { try make(entropy: .nan) }
    let test = try make()
    #expect(throws: LikelihoodError.wrongBatchSize(found: 3, expected: 2)) {
      try test.deviation(of: [1, 2, 3])
    }
    #expect(throws: LikelihoodError.notANumber(what: "log-density", example: 1)) {
      try test.isOutOfDistribution([-1, .nan])
    }
    #expect(try test.deviation(of: [-1, -.infinity]) == .infinity)
  }
}
