import GenModels
import OODMetrics

/// How methods compare where nobody knows which rows are out-of-distribution: whether they agree with one another, and whether they say
/// the same when they are fitted to half of the rows.
struct UnlabelledComparison {
  /// One method.
  struct Entry {
    let method: String
    let scores: [Double]
    /// The scores of the same rows by the method fitted to each of some halves of the training table.
    let halves: [[Double]]
  }

  /// What is said of a method.
  struct Verdict {
    /// Spearman's correlation with the mean rank by the other methods.
    let agreement: Double?
    /// The mean of Spearman's correlations between the scores by halves.
    let stability: Double?
  }

  let verdicts: [Verdict]
  /// The position of the method to take, and why; nil where none has both numbers.
  let recommendation: (position: Int, reason: String)?

  /// - Parameter entries: At least one.
  init(_ entries: [Entry]) {
    let ranks = entries.map { try? RankCorrelation.ranks($0.scores) }
    verdicts = entries.indices.map { position in
      let others = ranks.indices.filter { $0 != position }.compactMap { ranks[$0] }
      var agreement: Double?
      if let first = others.first {
        let mean = first.indices.map { row in others.reduce(0) { $0 + $1[row] } }
        agreement = try? RankCorrelation.spearman(entries[position].scores, mean)
      }
      let halves = entries[position].halves
      let pairs = halves.indices.flatMap { i in (i + 1..<max(i + 1, halves.count)).map { (i, $0) } }
      let correlations = pairs.compactMap { try? RankCorrelation.spearman(halves[$0], halves[$1]) }
      let stability =
        correlations.count == pairs.count && !pairs.isEmpty
        ? correlations.reduce(0, +) / Double(pairs.count) : nil
      return Verdict(agreement: agreement, stability: stability)
    }
    let worth = verdicts.map { verdict in
      verdict.agreement.flatMap { agreement in verdict.stability.map { min(agreement, $0) } }
    }
    // The first of equal ones: what a clock says must not decide.
    let known = worth.indices.filter { worth[$0] != nil }
    guard let chosen = known.max(by: { (worth[$0]!, -$0) < (worth[$1]!, -$1) }) else {
      recommendation = nil
      return
    }
    let verdict = verdicts[chosen]
    recommendation = (
      chosen,
      "its ranking agrees with that of the others (\(verdict.agreement!.rounded(digits: 3))) and stays the same when half of the rows "
        + "are left out (\(verdict.stability!.rounded(digits: 3)))"
    )
  }

  /// Two disjoint halves of a table and one across both, the same for the same seed.
  static func halves(of table: Matrix, seed: UInt64) -> [Matrix] {
    var random = RandomGenerator(seed: seed).split("halves")
    let order = random.permutation(table.rows).elements.map { Int32($0) }
    let half = table.rows / 2
    let starts = [0, half, half / 2]
    return starts.map { start in table.rows(order[start..<start + half]) }
  }
}
