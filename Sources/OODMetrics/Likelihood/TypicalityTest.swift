import GenModels

/// The typicality test for batches of M examples (E. Nalisnick, A. Matsukawa, Y. W. Teh and B. Lakshminarayanan, 2019,
/// algorithm 1): the batch is out-of-distribution when
///
///     ε̂ = |−(1/M) Σₘ ln p(x̃ₘ) − Ĥ|  >  ε,
///
/// where ε is the α-quantile of ε̂ over K bootstrap samples: batches of M drawn with replacement from the log-densities of
/// validation examples.
///
/// ```swift
/// let test = try TypicalityTest(
///   training: flow.logDensity(train), validation: flow.logDensity(held), batchSize: 10,
///   using: RandomGenerator(seed: 1))
/// try test.isOutOfDistribution(flow.logDensity(tenImages))
/// ```
///
/// It works on log-densities, so that any model's will do and nothing is computed twice. As everywhere in this package, score,
/// threshold and verdict are apart: `deviation(of:)` is the score of a batch, `threshold` the paper's ε, `pValue(of:)` where the
/// deviation stands among those of the bootstrap.
///
/// Cost: K·M draws once; a test adds M numbers. The seed decides the draws, whatever the number of threads.
public struct TypicalityTest: Sendable, Hashable {
  /// Ĥ in nats.
  public let entropy: Double
  /// M.
  public let batchSize: Int
  /// α: the share of validation batches that passes, about.
  public let level: Double
  /// ε, in nats, with its origin.
  public let threshold: Threshold
  /// ε̂ of each bootstrap sample, ascending.
  public let bootstrapDeviations: [Double]

  /// Calibrates a test.
  ///
  /// - Parameters:
  ///   - training: ln p of training examples, for Ĥ.
  ///   - validation: ln p of examples that took no part in training, for ε.
  ///   - batchSize: M.
  ///   - level: α; the paper takes 0.99.
  ///   - replicates: K.
  ///   - random: Decides the replicates.
  /// - Throws: `LikelihoodError` when there is no log-density, one is not finite, or a setting is out of range.
  public init(
    training: [Double], validation: [Double], batchSize: Int, level: Double = 0.99, replicates: Int = 10_000,
    using random: RandomGenerator
  ) throws(LikelihoodError) {
    try self.init(
      entropy: LogDensities.entropy(training), validation: validation, batchSize: batchSize, level: level,
      replicates: replicates, using: random)
  }

  /// Calibrates a test with an entropy that is known.
  /// - Throws: As the other initialiser.
  public init(
    entropy: Double, validation: [Double], batchSize: Int, level: Double = 0.99, replicates: Int = 10_000,
    using random: RandomGenerator
  ) throws(LikelihoodError) {
    guard entropy.isFinite else {
      throw .invalidSetting(name: "entropy", value: "\(entropy)", expected: "finite")
    }
    guard batchSize >= 1 else {
      throw .invalidSetting(name: "batch size", value: "\(batchSize)", expected: "at least 1")
    }
    guard level > 0 && level < 1 else {
      throw .invalidSetting(name: "level", value: "\(level)", expected: "between 0 and 1")
    }
    guard replicates >= 1, replicates <= Int(Int32.max) / batchSize else {
      throw .invalidSetting(
        name: "replicates", value: "\(replicates)",
        expected: "at least 1, and at most 2147483647 draws in all (\(batchSize) a replicate)")
    }
    guard !validation.isEmpty else {
      throw .tooFew(what: "log-densities of validation examples", found: 0, needed: 1)
    }
    let pool = try validation.checkedFinite("log-density")
    self.entropy = entropy
    self.batchSize = batchSize
    self.level = level
    let sums = Self.bootstrapSums(pool, batchSize: batchSize, replicates: replicates, random)
    bootstrapDeviations = sums.map { abs(-$0 / Double(batchSize) - entropy) }.sorted()
    threshold = Threshold(
      Quantiles.interpolated(sorted: bootstrapDeviations, level: level),
      origin: "quantile \(level) of \(replicates) bootstrap batches of \(batchSize)")
  }

  /// The sum of each of `replicates` batches drawn from `pool` with replacement; batch r draws from `random.split(r)`.
  private static func bootstrapSums(
    _ pool: [Double], batchSize: Int, replicates: Int, _ random: RandomGenerator
  ) -> [Double] {
    [Double](unsafeUninitializedCapacity: replicates) { sums, count in
      nonisolated(unsafe) let sums = sums
      parallelFor(replicates, grain: 256) { range in
        for r in range {
          var draws = random.split(UInt64(r))
          sums[r] = draws.integers(batchSize, below: pool.count).withUnsafeElements { places in
            places.reduce(0.0) { $0 + pool[Int($1)] }
          }
        }
      }
      count = replicates
    }
  }

  /// ε̂ of a batch, in nats, from its log-densities: the batch's score. +∞ when a density is 0.
  /// - Throws: `LikelihoodError` when the batch has another size, or a log-density is NaN.
  public func deviation(of logDensities: [Double]) throws(LikelihoodError) -> Double {
    guard logDensities.count == batchSize else {
      throw .wrongBatchSize(found: logDensities.count, expected: batchSize)
    }
    let sum = try logDensities.checkedNumbers("log-density").reduce(0, +)
    return abs(-sum / Double(batchSize) - entropy)
  }

  /// Whether ε̂ > ε for a batch with these log-densities.
  /// - Throws: As `deviation(of:)`.
  public func isOutOfDistribution(_ logDensities: [Double]) throws(LikelihoodError) -> Bool {
    threshold.isOutOfDistribution(try deviation(of: logDensities))
  }

  /// (1 + the number of bootstrap deviations ≥ ε̂) / (K + 1): small for batches that are out-of-distribution.
  /// - Throws: As `deviation(of:)`.
  public func pValue(of logDensities: [Double]) throws(LikelihoodError) -> Double {
    let deviation = try deviation(of: logDensities)
    let below = bootstrapDeviations.partitionPoint { $0 >= deviation }
    return Double(1 + bootstrapDeviations.count - below) / Double(bootstrapDeviations.count + 1)
  }

  /// ε̂ of consecutive batches of a long run of log-densities; a last part that is too short is left out.
  /// - Throws: `LikelihoodError.notANumber`.
  public func deviations(ofBatchesIn logDensities: [Double]) throws(LikelihoodError) -> [Double] {
    let numbers = try logDensities.checkedNumbers("log-density")
    return (0..<numbers.count / batchSize).map { batch in
      let sum = numbers[batch * batchSize..<(batch + 1) * batchSize].reduce(0, +)
      return abs(-sum / Double(batchSize) - entropy)
    }
  }
}
