import GenModels

/// The laws of samplers: as many draws as asked for, of the model's shape, finite, and decided by the generator alone.
///
/// ```swift
/// SamplerLaws.violations(of: flow)
/// ```
public enum SamplerLaws {
  /// - Parameters:
  ///   - model: What is drawn from.
  ///   - count: Draws.
  public static func violations<Model: Sampler>(of model: Model, count: Int = 50) -> [LawViolation]
  where Model.Examples: LawExamples {
    violations(of: "sample", shape: model.exampleShape, count: count) {
      model.sample(count: $0, using: &$1)
    }
  }

  /// The laws of any way to draw.
  ///
  /// - Parameters:
  ///   - verb: How it is called, as reports name it.
  ///   - shape: The shape of one example.
  ///   - count: Draws.
  ///   - draw: Draws so many with a generator.
  static func violations<Examples: LawExamples>(
    of verb: String, shape: Shape, count: Int, draw: (Int, inout RandomGenerator) -> Examples
  ) -> [LawViolation] {
    var findings = Findings()
    func drawn(_ number: Int, seed: UInt64, threads: Int = 1) -> (Examples, RandomGenerator) {
      var random = RandomGenerator(seed: seed)
      let drawn = Parallelism.withThreads(threads) { draw(number, &random) }
      return (drawn, random)
    }
    var (first, random) = drawn(count, seed: 1)
    findings.require(
      first.exampleCount == count, "\(verb): count", tried: "\(count) draws",
      found: "\(first.exampleCount)", expected: "as many as were asked for")
    findings.attempt("\(verb): shape and finiteness", tried: "\(count) draws") { _ in
      try first.requireExamples(of: shape)
    }
    let bits = first.numbers.map(\.bitPattern)
    for threads in [1, 5] {
      let again = drawn(count, seed: 1, threads: threads).0.numbers.map(\.bitPattern)
      findings.require(
        again == bits, "\(verb): same seed, same bits", tried: "the same seed on \(threads) threads",
        found: "other numbers", expected: "the same bits")
    }
    findings.require(
      drawn(count, seed: 2).0.numbers.map(\.bitPattern) != bits, "\(verb): other seed, other draws",
      tried: "another seed", found: "the same numbers", expected: "others")
    findings.require(
      draw(count, &random).numbers.map(\.bitPattern) != bits, "\(verb): the generator moves on",
      tried: "a second draw from one generator", found: "the same numbers", expected: "others")
    let none = drawn(0, seed: 1).0.exampleCount
    findings.require(
      none == 0, "\(verb): no draws", tried: "0 draws", found: "\(none)", expected: "none")
    return findings.violations
  }
}
