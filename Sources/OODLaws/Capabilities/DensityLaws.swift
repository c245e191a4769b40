import GenModels

/// The laws of densities: what `DensityModel` promises, and that density and draws belong together.
///
/// ```swift
/// DensityLaws.violations(of: flow, examples: points)
/// ```
public enum DensityLaws {
  /// - Parameters:
  ///   - model: A fitted or fresh density.
  ///   - examples: At least ten, where the density is not 0.
  ///   - outliers: Examples that are obviously improbable; nil where the model does not promise to see them.
  ///   - expectations: What else is known of it.
  public static func violations<Density: DensityModel>(
    of model: Density, examples: Density.Examples, outliers: Density.Examples? = nil,
    expecting expectations: LawExpectations = LawExpectations()
  ) -> [LawViolation] where Density.Examples: LawExamples {
    var violations = RefusalLaw.violations(of: "logDensity", on: examples) { _ = try model.logDensity($0) }
    violations += BatchLaw.violations(
      of: "logDensity", on: examples, tolerance: expectations.batchTolerance
    ) { try model.logDensity($0).map { [$0] } }
    if expectations.triesExtremes {
      violations += ExtremesLaw.violations(of: "logDensity", like: examples, allowing: { $0 == -.infinity }) {
        try model.logDensity($0)
      }
    }
    violations += ownSamples(of: model, outliers: outliers)
    violations += DensityIntegralLaw.violations(of: model)
    return violations
  }

  /// The model's own draws have a density, and a higher one on average than draws moved away and than outliers.
  public static func ownSamples<Density: DensityModel>(
    of model: Density, outliers: Density.Examples? = nil, count: Int = 300
  ) -> [LawViolation] where Density.Examples: LawExamples {
    var findings = Findings()
    let law = "logDensity: own draws are more probable"
    findings.attempt(law, tried: "\(count) draws") { findings in
      var random = RandomGenerator(seed: 3)
      let samples = model.sample(count: count, using: &random)
      let own = try model.logDensity(samples)
      if let number = own.firstIndex(where: { !$0.isFinite }) {
        findings.add(
          "logDensity: own draws have a density", tried: "draw \(number)", found: "\(own[number])",
          expected: "a finite log-density")
      }
      let distance = 3 * samples.numbers.deviation + 1e-3
      // Where the moved draws have no density at all, they may be refused.
      if let moved = try? model.logDensity(samples.mapNumbers { $0 + distance }) {
        findings.require(
          own.mean > moved.mean, law, tried: "draws moved by \(distance)",
          found: "the mean log-density \(moved.mean)", expected: "less than the draws' own \(own.mean)")
      }
      guard let outliers, let far = try? model.logDensity(outliers) else { return }
      findings.require(
        own.mean > far.mean, law, tried: "outliers", found: "the mean log-density \(far.mean)",
        expected: "less than the draws' own \(own.mean)")
    }
    return findings.violations
  }
}
