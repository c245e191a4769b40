import GenModels

/// The laws of complexity measures: lengths are positive, finite, and each depends on its example alone.
///
/// ```swift
/// ComplexityMeasureLaws.violations(of: ImageComplexity([.png]), on: images)
/// ```
public enum ComplexityMeasureLaws {
  public static func violations<Measure: ComplexityMeasure>(
    of measure: Measure, on examples: Measure.Examples
  ) -> [LawViolation] where Measure.Examples: LawExamples {
    var findings = Findings()
    let law = "bits: positive lengths"
    findings.attempt(law, tried: "\(examples.exampleCount) examples") { findings in
      let bits = try measure.bits(examples)
      findings.require(
        bits.allSatisfy { $0 > 0 && $0.isFinite }, law, tried: "\(examples.exampleCount) examples",
        found: bits.summary, expected: "finite numbers above 0")
    }
    findings.require(
      !measure.label.isEmpty, "label: says what measures", tried: "the label", found: "an empty one",
      expected: "a word")
    return findings.violations
      + BatchLaw.violations(of: "bits", on: examples) { try measure.bits($0).map { [$0] } }
  }
}
