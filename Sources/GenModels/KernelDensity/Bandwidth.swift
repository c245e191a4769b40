/// How a bandwidth is chosen.
public enum Bandwidth: Sendable, Hashable {
  /// This one, in the units of the columns.
  case fixed(Double)
  /// n^(−1/(d + 4)) (D. W. Scott, 1992): for columns of standard deviation 1; as in scikit-learn, the
  /// columns' scale does not enter.
  case scott
  /// (n (d + 2) / 4)^(−1/(d + 4)) (B. W. Silverman, 1986), likewise.
  case silverman
  /// The one of these with the largest log-likelihood of held-out rows, over `folds` folds (rows i, i +
  /// folds, ... are held out together). When nearly all rows are repeated, very small bandwidths win.
  case crossValidated(candidates: [Double], folds: Int = 5)
}
