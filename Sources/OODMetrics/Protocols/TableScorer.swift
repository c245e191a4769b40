import GenModels

/// A scorer of tables: one example a row, one feature a column.
///
/// A type that conforms calls `x.checkFeatures(featureCount)` first in `score`, so that every scorer refuses
/// bad rows in the same words, and is listed in `TableScorers`, so that the law suite covers it and a file
/// that holds one can be loaded without knowing its type.
public protocol TableScorer: SavableScorer where Examples == Matrix {
  /// Number of columns of the tables it scores: that of the table it was fitted to.
  var featureCount: Int { get }
}
