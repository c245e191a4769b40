import GenModels

/// The laws of explanations: contributions make up the score as `contributionRule` says, and depend on nothing else in the batch.
///
/// ```swift
/// ExplainableScorerLaws.violations(of: forest, on: table)
/// ```
public enum ExplainableScorerLaws {
  /// - Parameters:
  ///   - scorer: A fitted scorer.
  ///   - examples: At least two, like those it was fitted to.
  ///   - expectations: What else is known of it.
  public static func violations<Scorer: ExplainableScorer>(
    of scorer: Scorer, on examples: Scorer.Examples,
    expecting expectations: LawExpectations = LawExpectations()
  ) -> [LawViolation] where Scorer.Examples: LawExamples {
    rule(of: scorer, on: examples) + blame(of: scorer, on: examples)
      + BatchLaw.violations(of: "contributions", on: examples, tolerance: expectations.batchTolerance) {
        try scorer.contributions($0).rows
      }
      + RefusalLaw.violations(of: "contributions", on: examples, acceptsGaps: expectations.acceptsGaps) {
        _ = try scorer.contributions($0)
      }
  }

  /// An example's score is the sum, the mean or the largest of its contributions, to 10⁻⁹ of it.
  public static func rule<Scorer: ExplainableScorer>(
    of scorer: Scorer, on examples: Scorer.Examples
  ) -> [LawViolation] where Scorer.Examples: LawExamples {
    var findings = Findings()
    let law = "contributions: make up the score"
    findings.attempt(law, tried: "\(examples.exampleCount) examples") { findings in
      let scores = try scorer.score(examples)
      let contributions = try scorer.contributions(examples).rows
      guard contributions.count == scores.count else {
        return findings.add(
          law, tried: "\(scores.count) examples", found: "\(contributions.count) rows of contributions",
          expected: "one for each")
      }
      for (number, score) in scores.enumerated() {
        let row = contributions[number]
        let features = examples.example(number).numbers.count
        guard row.count == features else {
          return findings.add(
            law, tried: "example \(number)", found: "\(row.count) contributions",
            expected: "one for each of \(features) features")
        }
        guard let made = scorer.contributionRule.score(of: row) else {
          if let place = row.firstIndex(where: { !$0.isFinite }) {
            findings.add(
              law, tried: "example \(number)", found: "the contribution \(row[place])",
              expected: "finite contributions")
          }
          continue
        }
        guard made.isSame(as: score, tolerance: 1e-9) else {
          return findings.add(
            law, tried: "example \(number) by the rule \(scorer.contributionRule)", found: "\(made)",
            expected: "its score \(score)")
        }
      }
    }
    return findings.violations
  }

  /// An example that is usual but for one feature, which is far out, owes the rise of its score to that feature.
  public static func blame<Scorer: ExplainableScorer>(
    of scorer: Scorer, on examples: Scorer.Examples
  ) -> [LawViolation] where Scorer.Examples: LawExamples {
    let rows = examples.rows
    guard let width = rows.first?.count, width >= 2, rows.allSatisfy({ $0.count == width }) else { return [] }
    var findings = Findings()
    let law = "contributions: the feature that is far out"
    let columns = (0..<width).map { feature in rows.map { $0[feature] } }
    let (feature, deviation) = (width / 2, columns[width / 2].deviation)
    let tried = "the mean example with feature \(feature) moved by 50 deviations"
    findings.attempt(law, tried: tried) { findings in
      let usual = Scorer.Examples.points([columns.map(\.mean)], shape: scorer.exampleShape)
      let moved = usual.replacing(example: 0, feature: feature, with: columns[feature].mean + 50 * deviation)
      let (before, after) = (try scorer.contributions(usual).numbers, try scorer.contributions(moved).numbers)
      let rises = zip(after, before).map { $0 - $1 }
      let blamed = rises.firstIndex(of: rises.max() ?? 0) ?? -1
      findings.require(
        blamed == feature, law, tried: tried, found: "the largest rise in feature \(blamed)",
        expected: "in feature \(feature)")
    }
    return findings.violations
  }
}

extension ContributionRule {
  /// The score that contributions make, nil where the score is not made of them.
  fileprivate func score(of contributions: [Double]) -> Double? {
    switch self {
    case .sum: contributions.reduce(0, +)
    case .mean: contributions.mean
    case .maximum: contributions.max()
    case .ranking: nil
    }
  }
}
