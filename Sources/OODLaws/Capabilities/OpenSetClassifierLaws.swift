import GenModels

/// The laws of classifiers that may say "unknown": a class that exists or none, the score that they have as scorers, and decisions
/// that depend on their example alone.
///
///     OpenSetClassifierLaws.violations(of: classifier, examples: images)
public enum OpenSetClassifierLaws {
  /// - Parameters:
  ///   - model: An open-set classifier.
  ///   - examples: At least two.
  ///   - expectations: What else is known of it.
  public static func violations<Model: OpenSetClassifier>(
    of model: Model, examples: Model.Examples, expecting expectations: LawExpectations = LawExpectations()
  ) -> [LawViolation] where Model.Examples: LawExamples {
    RefusalLaw.violations(of: "decide", on: examples) { _ = try model.decide($0) }
      + BatchLaw.violations(of: "decide", on: examples, tolerance: expectations.batchTolerance) {
        try model.decide($0).map { [Double($0.label ?? -1), Double($0.nearestClass), $0.score] }
      } + decisions(of: model, on: examples)
  }

  private static func decisions<Model: OpenSetClassifier>(
    of model: Model, on examples: Model.Examples
  ) -> [LawViolation] {
    var findings = Findings()
    let law = "decide: a class or none, with the score"
    findings.attempt(law, tried: "\(examples.exampleCount) examples") { findings in
      let decisions = try model.decide(examples)
      let scores = try model.score(examples)
      findings.require(
        decisions.count == scores.count, law, tried: "\(examples.exampleCount) examples",
        found: "\(decisions.count) decisions and \(scores.count) scores", expected: "one of either for each")
      for (number, (decision, score)) in zip(decisions, scores).enumerated() {
        let isKnown = (0..<model.classCount).contains(decision.nearestClass)
        findings.require(
          isKnown && (decision.label == nil || decision.label == decision.nearestClass), law,
          tried: "example \(number)", found: "\(decision)",
          expected: "one of \(model.classCount) classes, or none, and the nearest one")
        findings.require(
          decision.score.bitPattern == score.bitPattern, law, tried: "example \(number)",
          found: "the score \(decision.score)", expected: "\(score), as from score(_:)")
      }
    }
    return findings.violations
  }
}
