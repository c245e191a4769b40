import GenModels

/// The laws of bounds on ln p: examples are checked, and with the same number of draws and the same seed the bits are the same,
/// whatever else is in the batch.
///
/// ```swift
/// DensityBoundLaws.violations(of: autoencoder, examples: images)
/// ```
public enum DensityBoundLaws {
  /// - Parameters:
  ///   - model: A model that knows a bound.
  ///   - examples: At least two.
  ///   - expectations: What else is known of it.
  public static func violations<Model: DensityBound>(
    of model: Model, examples: Model.Examples, expecting expectations: LawExpectations = LawExpectations()
  ) -> [LawViolation] where Model.Examples: LawExamples {
    var violations = RefusalLaw.violations(
      of: "logDensityBound", on: examples, acceptsGaps: expectations.acceptsGaps
    ) { _ = try model.logDensityBound($0) }
    for samples in [1, 4] {
      violations += BatchLaw.violations(
        of: "logDensityBound of \(samples) draws", on: examples, tolerance: expectations.batchTolerance
      ) { try model.logDensityBound($0, samples: samples, seed: 7).map { [$0] } }
    }
    if expectations.triesExtremes {
      violations += ExtremesLaw.violations(
        of: "logDensityBound", like: examples, allowing: { $0 == -.infinity }
      ) {
        try model.logDensityBound($0)
      }
    }
    return violations + repeatable(model, examples)
  }

  /// The same seed gives the same bits.
  private static func repeatable<Model: DensityBound>(
    _ model: Model, _ examples: Model.Examples
  ) -> [LawViolation] where Model.Examples: LawExamples {
    var findings = Findings()
    let law = "logDensityBound: same seed, same bits"
    findings.attempt(law, tried: "the seed 9 twice") { findings in
      let first = try model.logDensityBound(examples, samples: 2, seed: 9)
      let second = try model.logDensityBound(examples, samples: 2, seed: 9)
      findings.require(
        first.isSame(as: second, tolerance: 0), law, tried: "the seed 9 twice", found: second.summary,
        expected: first.summary)
    }
    return findings.violations
  }
}
