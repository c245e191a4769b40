import GenModels

/// The laws of energies: examples are checked, each answer depends on its example alone, and low energy means probable.
///
/// ```swift
/// UnnormalizedEnergyLaws.violations(of: model, examples: images, outliers: noise)
/// ```
public enum UnnormalizedEnergyLaws {
  /// - Parameters:
  ///   - model: A model with an energy.
  ///   - examples: At least two that are probable.
  ///   - outliers: Examples that are obviously improbable; nil where the model does not promise to see them.
  ///   - expectations: What else is known of it.
  public static func violations<Model: UnnormalizedEnergy>(
    of model: Model, examples: Model.Examples, outliers: Model.Examples? = nil,
    expecting expectations: LawExpectations = LawExpectations()
  ) -> [LawViolation] where Model.Examples: LawExamples {
    var violations = RefusalLaw.violations(of: "energy", on: examples) { _ = try model.energy($0) }
    violations += BatchLaw.violations(of: "energy", on: examples, tolerance: expectations.batchTolerance) {
      try model.energy($0).map { [$0] }
    }
    if expectations.triesExtremes {
      violations += ExtremesLaw.violations(of: "energy", like: examples, allowing: { $0 == .infinity }) {
        try model.energy($0)
      }
    }
    guard let outliers else { return violations }
    var findings = Findings()
    let law = "energy: low means probable"
    findings.attempt(law, tried: "obvious outliers") { findings in
      let (usual, far) = (try model.energy(examples).mean, try model.energy(outliers).mean)
      findings.require(
        far > usual, law, tried: "obvious outliers", found: "the mean energy \(far)",
        expected: "more than the examples' \(usual)")
    }
    return violations + findings.violations
  }
}
