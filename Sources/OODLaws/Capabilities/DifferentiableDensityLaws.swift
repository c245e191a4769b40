import GenModels

/// The laws of densities that can be differentiated: what is recorded is what `logDensity` says, and gradients agree with differences.
///
/// ```swift
/// DifferentiableDensityLaws.violations(of: flow, examples: points)
/// ```
public enum DifferentiableDensityLaws {
  /// - Parameters:
  ///   - model: A density.
  ///   - examples: A few, where the density is not 0 and has no edge.
  public static func violations(of model: some DifferentiableDensity, examples: Tensor) -> [LawViolation] {
    var findings = Findings()
    let law = "recordedLogDensity: what logDensity says"
    let few = examples.examples(0..<min(8, examples.exampleCount))
    findings.attempt(law, tried: "\(few.exampleCount) examples") { findings in
      let expected = try model.logDensity(few)
      let found = model.recordedLogDensity(few).numbers
      findings.require(
        expected.isSame(as: found, tolerance: 1e-4), law, tried: "\(few.exampleCount) examples",
        found: found.summary, expected: expected.summary)
      let (recorded, slope) = valueWithGradient(at: few) { model.recordedLogDensity($0).sum() }
      let sum = expected.reduce(0, +)
      findings.require(
        sum.isSame(as: Double(recorded.scalar), tolerance: 1e-3), law, tried: "the sum, recorded",
        found: "\(recorded.scalar)", expected: "\(sum)")
      findings.add(
        GradientLaw.violations(of: "recordedLogDensity", at: [few], gradients: [slope]) { moved in
          try model.logDensity(moved[0]).reduce(0, +)
        })
    }
    return findings.violations
  }
}
