import GenModels

/// The laws of scorers: what `OODScorer` promises, and that a scorer is of use.
///
/// ```swift
/// let violations = ScorerLaws.violations(of: scorer, inliers: table, outliers: farOut)
/// precondition(violations.isEmpty, "\(violations)")
/// ```
public enum ScorerLaws {
  /// - Parameters:
  ///   - scorer: A fitted scorer.
  ///   - inliers: At least ten examples like those it was fitted to, all different.
  ///   - outliers: Examples that are obviously none of those; nil where the scorer does not promise to see them.
  ///   - expectations: What else is known of it.
  public static func violations<Scorer: OODScorer>(
    of scorer: Scorer, inliers: Scorer.Examples, outliers: Scorer.Examples? = nil,
    expecting expectations: LawExpectations = LawExpectations()
  ) -> [LawViolation] where Scorer.Examples: LawExamples {
    var violations = RefusalLaw.violations(of: "score", on: inliers, acceptsGaps: expectations.acceptsGaps) {
      _ = try scorer.score($0)
    }
    violations += BatchLaw.violations(of: "score", on: inliers, tolerance: expectations.batchTolerance) {
      try scorer.score($0).map { [$0] }
    }
    if expectations.triesExtremes {
      violations += ExtremesLaw.violations(
        of: "score", like: inliers, allowing: { expectations.mayBeInfinite && $0 == .infinity }
      ) { try scorer.score($0) }
    }
    violations += diversity(of: scorer, on: inliers, leastDistinctShare: expectations.leastDistinctShare)
    if let outliers { violations += sign(of: scorer, inliers: inliers, outliers: outliers) }
    return violations
  }

  /// Every obvious outlier scores higher than 99% of the inliers.
  public static func sign<Scorer: OODScorer>(
    of scorer: Scorer, inliers: Scorer.Examples, outliers: Scorer.Examples
  ) -> [LawViolation] {
    var findings = Findings()
    let law = "score: higher is further out"
    findings.attempt(law, tried: "obvious outliers") { findings in
      let usual = try scorer.score(inliers)
      for (number, score) in try scorer.score(outliers).enumerated() {
        let below = usual.count { $0 < score }
        findings.require(
          Double(below) >= 0.99 * Double(usual.count), law, tried: "outlier \(number)",
          found: "the score \(score), above \(below) of \(usual.count) inliers'",
          expected: "a score above 99% of them")
      }
    }
    return findings.violations
  }

  /// Different examples get different scores, and all scores of examples that the scorer knows are finite.
  public static func diversity<Scorer: OODScorer>(
    of scorer: Scorer, on inliers: Scorer.Examples, leastDistinctShare: Double = 0.3
  ) -> [LawViolation] {
    var findings = Findings()
    findings.attempt("score: diversity", tried: "\(inliers.exampleCount) different examples") { findings in
      let scores = try scorer.score(inliers)
      if let number = scores.firstIndex(where: { !$0.isFinite }) {
        findings.add(
          "score: finite", tried: "inlier \(number)", found: "\(scores[number])", expected: "a finite score")
      }
      let distinct = Set(scores.map(\.bitPattern)).count
      let least = Int((leastDistinctShare * Double(scores.count)).rounded(.up))
      findings.require(
        distinct >= least, "score: diversity", tried: "\(scores.count) different examples",
        found: "\(distinct) different scores", expected: "at least \(least)")
    }
    return findings.violations
  }
}
