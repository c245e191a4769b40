import GenModels

/// The laws of densities that may normalise by the batch: one number for each example, and `logDensity` where nothing normalises.
///
/// ```swift
/// BatchNormalizedDensityLaws.violations(of: flow, examples: points)
/// ```
public enum BatchNormalizedDensityLaws {
  public static func violations(of model: some BatchNormalizedDensity, examples: Tensor) -> [LawViolation] {
    var findings = Findings()
    let law = "logDensityInTraining: logDensity where nothing normalises by the batch"
    findings.attempt(law, tried: "\(examples.exampleCount) examples") { findings in
      let (inUse, inTraining) = (try model.logDensity(examples), try model.logDensityInTraining(examples))
      findings.require(
        inTraining.count == inUse.count, law, tried: "\(inUse.count) examples",
        found: "\(inTraining.count) numbers", expected: "one for each")
      let again = try model.logDensity(examples)
      findings.require(
        inUse.isSame(as: again, tolerance: 0), "logDensityInTraining: averages stay as they are",
        tried: "logDensity before and after", found: again.summary, expected: inUse.summary)
      guard !model.hasBatchNormalization else { return }
      findings.require(
        inUse.isSame(as: inTraining, tolerance: 1e-4), law, tried: "\(inUse.count) examples",
        found: inTraining.summary, expected: inUse.summary)
    }
    return findings.violations
  }
}
