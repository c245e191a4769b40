import GenModels

extension ScoreRanking {
  /// Any metric with a bootstrap percentile interval (B. Efron, 1979): the metric of `replicates` samples,
  /// each drawn with replacement from the examples of each class, as many as the class has.
  ///
  /// ```swift
  /// let random = RandomGenerator(seed: 1)
  /// try ranking.bootstrap(using: random) { try $0.averagePrecision() }
  /// ```
  ///
  /// The standard error is the replicates' standard deviation. Replicate r draws from `random.split(r)`, so
  /// the interval depends on the generator alone, not on the number of threads. Time: replicates × (examples
  /// + one metric), without sorting again.
  /// - Throws: `MetricError.outOfRange` when `level` is not between 0 and 1 or there are fewer than 2
  ///   replicates, and what `metric` throws.
  public func bootstrap(
    replicates: Int = 1000, level: Double = 0.95, using random: RandomGenerator,
    metric: @Sendable (ScoreRanking) throws -> Double
  ) throws -> MetricEstimate {
    try checkLevel(level)
    guard replicates >= 2 else {
      throw MetricError.outOfRange(
        name: "number of replicates", value: "\(replicates)", expected: "2 or more")
    }
    let outSteps = Self.members(outCounts)
    let inSteps = Self.members(inCounts)
    var results = [Result<Double, any Error>](repeating: .success(0), count: replicates)
    results.withUnsafeMutableBufferPointer { results in
      nonisolated(unsafe) let results = results
      parallelFor(replicates, grain: 1) { range in
        for r in range {
          var draws = random.split(UInt64(r))
          let sample = ScoreRanking(
            thresholds: thresholds, outCounts: Self.resample(outSteps, thresholds.count, &draws),
            inCounts: Self.resample(inSteps, thresholds.count, &draws))
          results[r] = Result { try metric(sample.withoutEmptySteps) }
        }
      }
    }
    let values = try results.map { try $0.get() }.sorted()
    let mean = values.reduce(0, +) / Double(replicates)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let tail = (1 - level) / 2
    return MetricEstimate(
      estimate: try metric(self), standardError: (squares / Double(replicates - 1)).squareRoot(),
      interval: Quantiles.interpolated(
        sorted: values, level: tail)...Quantiles.interpolated(sorted: values, level: 1 - tail),
      level: level)
  }

  /// The step of each example.
  private static func members(_ counts: [Int]) -> [Int32] {
    counts.indices.flatMap { Array(repeating: Int32($0), count: counts[$0]) }
  }

  private static func resample(_ steps: [Int32], _ count: Int, _ random: inout RandomGenerator) -> [Int] {
    var counts = [Int](repeating: 0, count: count)
    random.integers(steps.count, below: steps.count).withUnsafeElements {
      for draw in $0 { counts[Int(steps[Int(draw)])] += 1 }
    }
    return counts
  }

  /// The ranking without scores that no example has.
  private var withoutEmptySteps: ScoreRanking {
    let kept = thresholds.indices.filter { outCounts[$0] + inCounts[$0] > 0 }
    return ScoreRanking(
      thresholds: kept.map { thresholds[$0] }, outCounts: kept.map { outCounts[$0] },
      inCounts: kept.map { inCounts[$0] })
  }
}
