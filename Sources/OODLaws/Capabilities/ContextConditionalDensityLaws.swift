import GenModels

/// The laws of densities given continuous numbers: the context is checked, and each row's answer depends on that row alone.
///
/// ```swift
/// ContextConditionalDensityLaws.violations(of: model, examples: points, context: numbers)
/// ```
public enum ContextConditionalDensityLaws {
  /// - Parameters:
  ///   - model: A density.
  ///   - examples: At least two.
  ///   - context: A row of `contextSize` numbers for each.
  ///   - expectations: What else is known of it.
  public static func violations<Density: ContextConditionalDensity>(
    of model: Density, examples: Density.Examples, context: Tensor,
    expecting expectations: LawExpectations = LawExpectations()
  ) -> [LawViolation] where Density.Examples: LawExamples {
    var violations = RefusalLaw.violations(of: "logDensity by context", on: context) {
      _ = try model.logDensity(examples, context: $0)
    }
    var findings = Findings()
    let short = context.examples(0..<context.exampleCount - 1)
    let law = "logDensity by context: one row for each example"
    do {
      _ = try model.logDensity(examples, context: short)
      findings.add(law, tried: "a row too few", found: "an answer", expected: "ExampleError")
    } catch {
      findings.require(
        error is ExampleError, law, tried: "a row too few", found: "the error \"\(error)\"",
        expected: "ExampleError")
    }
    violations += findings.violations
    // One context for the whole batch, so that batches may be taken apart.
    let first = context.example(0)
    func repeated(_ count: Int) -> Tensor {
      Tensor.joined([context.examples(0..<0)] + Array(repeating: first, count: count))
    }
    violations += BatchLaw.violations(
      of: "logDensity by context", on: examples, tolerance: expectations.batchTolerance
    ) { batch in try model.logDensity(batch, context: repeated(batch.exampleCount)).map { [$0] } }
    violations += SamplerLaws.violations(of: "sample by context", shape: model.exampleShape, count: 20) {
      model.sample(context: repeated($0), using: &$1)
    }
    var random = RandomGenerator(seed: 6)
    violations += DensityIntegralLaw.violations(
      shape: model.exampleShape, tolerance: 0.02,
      samples: model.sample(context: repeated(4000), using: &random)
    ) { try model.logDensity($0, context: repeated($0.exampleCount)) }
    return violations
  }
}
