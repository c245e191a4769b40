import GenModels

/// The laws of classifiers: shapes, probabilities that sum to 1, labels that are the most probable class, a linear last layer that
/// makes the logits of the features, recorded logits that are the logits, and answers that depend on their example alone.
///
/// ```swift
/// ClassifierLaws.violations(of: classifier, examples: images)
/// ```
public enum ClassifierLaws {
  /// - Parameters:
  ///   - model: A classifier.
  ///   - examples: At least two.
  ///   - expectations: What else is known of it.
  public static func violations(
    of model: some Classifier, examples: Tensor, expecting expectations: LawExpectations = LawExpectations()
  ) -> [LawViolation] {
    var violations = RefusalLaw.violations(of: "logits", on: examples) { _ = try model.logits($0) }
    violations += RefusalLaw.violations(of: "features", on: examples) { _ = try model.features($0) }
    for (verb, ask) in [("logits", model.logits(_:)), ("features", model.features(_:))]
      as [(String, (Tensor) throws -> Tensor)]
    {
      violations += BatchLaw.violations(of: verb, on: examples, tolerance: expectations.batchTolerance) {
        try ask($0).rows
      }
    }
    return violations + probabilities(of: model, on: examples) + shapes(of: model, on: examples)
      + sameLogits(of: model, on: examples)
  }

  /// The last layer and the recorded logits, where there are any, give the logits.
  private static func sameLogits(of model: some Classifier, on examples: Tensor) -> [LawViolation] {
    var findings = Findings()
    func compare(_ law: String, _ logits: () throws -> Tensor) {
      findings.attempt(law, tried: "\(examples.exampleCount) examples") { findings in
        let (expected, found) = (try model.logits(examples).elements, try logits().elements)
        let place = zip(expected, found).enumerated().first { abs($1.0 - $1.1) > 1e-4 * max(1, abs($1.0)) }
        findings.require(
          expected.count == found.count && place == nil, law, tried: "\(examples.exampleCount) examples",
          found: "\(place.map { "\($0.element.1)" } ?? "\(found.count) numbers")",
          expected: "\(place.map { "\($0.element.0)" } ?? "\(expected.count)")")
      }
    }
    if let head = model.linearHead {
      compare("linear head: makes the logits of the features") { head.logits(try model.features(examples)) }
    }
    if let differentiable = model as? any DifferentiableClassifier {
      compare("recorded logits: the logits") { differentiable.recordedLogits(examples) }
    }
    return findings.violations
  }

  /// Probabilities are none below 0, sum to 1, and are largest for the label.
  private static func probabilities(of model: some Classifier, on examples: Tensor) -> [LawViolation] {
    var findings = Findings()
    let law = "probabilities: sum to 1"
    findings.attempt(law, tried: "\(examples.exampleCount) examples") { findings in
      let rows = try model.probabilities(examples).rows
      let labels = try model.labels(examples).elements
      for (number, row) in rows.enumerated() {
        guard row.allSatisfy({ $0 >= 0 }), abs(row.reduce(0, +) - 1) <= 1e-5 else {
          return findings.add(
            law, tried: "example \(number)", found: row.summary, expected: "numbers from 0 with the sum 1")
        }
        guard row[labels[number]] == row.max() else {
          return findings.add(
            "labels: the most probable class", tried: "example \(number)", found: "\(labels[number])",
            expected: "the class with the largest of \(row.summary)")
        }
      }
    }
    return findings.violations
  }

  private static func shapes(of model: some Classifier, on examples: Tensor) -> [LawViolation] {
    var findings = Findings()
    let count = examples.exampleCount
    findings.attempt("classifier: shapes", tried: "\(count) examples") { findings in
      let (logits, features) = (try model.logits(examples).shape, try model.features(examples).shape)
      findings.require(
        logits == [count, model.classCount], "logits: shape", tried: "\(count) examples", found: "\(logits)",
        expected: "\([count, model.classCount])")
      findings.require(
        features.rank == 2 && features[0] == count, "features: shape", tried: "\(count) examples",
        found: "\(features)", expected: "[\(count), features]")
    }
    return findings.violations
  }
}
