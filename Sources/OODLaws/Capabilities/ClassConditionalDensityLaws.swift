import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The laws of densities given a class: labels are checked, and without a label the classes are equally probable.
///
/// ```swift
/// ClassConditionalDensityLaws.violations(of: flow, examples: points)
/// ```
public enum ClassConditionalDensityLaws {
  /// - Parameters:
  ///   - model: A density, with classes or without.
  ///   - examples: At least two, where the density is not 0.
  ///   - expectations: What else is known of it.
  public static func violations<Density: ClassConditionalDensity>(
    of model: Density, examples: Density.Examples, expecting expectations: LawExpectations = LawExpectations()
  ) -> [LawViolation] where Density.Examples: LawExamples {
    let count = examples.exampleCount
    guard let classes = model.classCount else {
      return refusal("without classes", .noClasses) {
        _ = try model.logDensity(examples, labels: Indexes([Int](repeating: 0, count: count)))
      }
    }
    let labels = (0..<count).map { $0 % classes }
    var violations = refusal(
      "a label too many", .labelCountDiffers(examples: count, labels: count + 1)
    ) { _ = try model.logDensity(examples, labels: Indexes(labels + [0])) }
    for wrong in [classes, -1] {
      violations += refusal(
        "the label \(wrong)", .labelOutOfRange(example: count - 1, label: wrong, classes: classes)
      ) { _ = try model.logDensity(examples, labels: Indexes(labels.dropLast() + [wrong])) }
    }
    for label in 0..<classes {
      violations += BatchLaw.violations(
        of: "logDensity given class \(label)", on: examples, tolerance: expectations.batchTolerance
      ) { batch in
        try model.logDensity(batch, labels: Indexes([Int](repeating: label, count: batch.exampleCount))).map {
          [$0]
        }
      }
      violations += SamplerLaws.violations(
        of: "sample of class \(label)", shape: model.exampleShape, count: 20
      ) { model.sample(labels: Indexes([Int](repeating: label, count: $0)), using: &$1) }
    }
    violations += average(of: model, over: classes, examples: examples)
    for label in 0..<classes {
      var random = RandomGenerator(seed: 5)
      violations += DensityIntegralLaw.violations(
        shape: model.exampleShape, tolerance: 0.02,
        samples: model.sample(labels: Indexes([Int](repeating: label, count: 4000)), using: &random)
      ) { try model.logDensity($0, labels: Indexes([Int](repeating: label, count: $0.exampleCount))) }
    }
    return violations
  }

  /// ln p(x) = ln (1/K) Σₖ p(x | k).
  private static func average<Density: ClassConditionalDensity>(
    of model: Density, over classes: Int, examples: Density.Examples
  ) -> [LawViolation] where Density.Examples: LawExamples {
    var findings = Findings()
    let law = "logDensity: the average over equally probable classes"
    findings.attempt(law, tried: "\(classes) classes") { findings in
      let byClass = try (0..<classes).map { label in
        try model.logDensity(
          examples, labels: Indexes([Int](repeating: label, count: examples.exampleCount)))
      }
      for (number, found) in try model.logDensity(examples).enumerated() {
        let terms = byClass.map { $0[number] }
        let largest = terms.max()!
        guard largest > -.infinity else { continue }
        let expected = largest + log(terms.reduce(0) { $0 + exp($1 - largest) } / Double(classes))
        guard expected.isSame(as: found, tolerance: 1e-4) else {
          return findings.add(law, tried: "example \(number)", found: "\(found)", expected: "\(expected)")
        }
      }
    }
    return findings.violations
  }

  private static func refusal(
    _ tried: String, _ expected: ExampleError, _ body: () throws -> Void
  ) -> [LawViolation] {
    var found = "an answer"
    do { try body() } catch {
      if error as? ExampleError == expected { return [] }
      found = "the error \"\(error)\""
    }
    return [
      LawViolation(
        law: "logDensity: labels are checked", tried: tried, found: found,
        expected: "the error \"\(expected)\"")
    ]
  }
}
