import GenModels

/// Copula-based outlier detection (Z. Li et al., 2020): Σ max((Lⱼ + Rⱼ) / 2, Sⱼ) over the features, where L =
/// −ln P(X ≤ x), R = −ln P(X ≥ x) by the shares of training rows, and S is L for a feature with negative
/// skewness, R with positive, L + R with none. No parameters.
///
/// Scores of the training table equal PyOD's. New examples are judged by the training table alone, each on
/// its own (PyOD adds the batch to the table); a value beyond all training values has the tail 1 / (n + 1).
///
/// Fitting takes time n · d to sort, scoring n · d · log n; memory n · d.
public struct COPOD: TailScorer {
  public static let kind = "copod"
  let tails: EmpiricalTails

  /// - Throws: `TableError` for a table without rows or columns, or with NaN or infinities.
  public init(fitting x: Matrix) throws(TableError) {
    try x.checkTraining()
    tails = EmpiricalTails(x)
  }

  init(tails: EmpiricalTails) { self.tails = tails }

  static func featureScore(left: Double, right: Double, skewed: Double) -> Double {
    max(skewed, (left + right) / 2)
  }
}
