import GenModels

/// The laws of energies that can be differentiated: what is recorded is what `energy` says, and slopes agree with differences.
///
/// ```swift
/// DifferentiableEnergyLaws.violations(of: model, examples: points)
/// ```
public enum DifferentiableEnergyLaws {
  /// - Parameters:
  ///   - model: An energy.
  ///   - examples: A few, where the energy has no edge.
  public static func violations(of model: some DifferentiableEnergy, examples: Tensor) -> [LawViolation] {
    var findings = Findings()
    let law = "recordedEnergy: what energy says"
    let few = examples.examples(0..<min(8, examples.exampleCount))
    findings.attempt(law, tried: "\(few.exampleCount) examples") { findings in
      let expected = try model.energy(few)
      let found = model.recordedEnergy(few).numbers
      findings.require(
        expected.isSame(as: found, tolerance: 1e-4), law, tried: "\(few.exampleCount) examples",
        found: found.summary, expected: expected.summary)
      let slope = try model.logDensityGradient(few) * -1
      findings.add(
        GradientLaw.violations(of: "logDensityGradient, of an energy", at: [few], gradients: [slope]) {
          try model.energy($0[0]).reduce(0, +)
        })
    }
    return findings.violations
  }
}
