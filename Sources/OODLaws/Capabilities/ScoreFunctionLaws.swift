import GenModels

/// The laws of slopes of log-densities: examples are checked, and each slope has its example's shape and depends on it alone.
///
/// ```swift
/// ScoreFunctionLaws.violations(of: network, examples: points)
/// ```
public enum ScoreFunctionLaws {
  /// - Parameters:
  ///   - model: A model that knows the slope.
  ///   - examples: At least two.
  ///   - expectations: What else is known of it.
  public static func violations(
    of model: some ScoreFunction, examples: Tensor,
    expecting expectations: LawExpectations = LawExpectations()
  ) -> [LawViolation] {
    var findings = Findings()
    findings.add(
      RefusalLaw.violations(of: "logDensityGradient", on: examples) { _ = try model.logDensityGradient($0) })
    findings.add(
      BatchLaw.violations(
        of: "logDensityGradient", on: examples, tolerance: expectations.batchTolerance
      ) { try model.logDensityGradient($0).rows })
    let law = "logDensityGradient: has the examples' shape"
    findings.attempt(law, tried: "the examples") { findings in
      let slope = try model.logDensityGradient(examples)
      findings.require(
        slope.shape == examples.shape, law, tried: "examples \(examples.shape)", found: "\(slope.shape)",
        expected: "\(examples.shape)")
    }
    return findings.violations
  }
}
