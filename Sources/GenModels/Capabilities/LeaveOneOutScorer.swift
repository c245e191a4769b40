/// A scorer that finds a training row among its own neighbours, and can leave it out.
///
/// Such a scorer gives a training row a lower score than a new row at the same place: it is at distance 0 from itself.
/// What is learned from the scores of training rows, a threshold above all, must come from scores in which every row is
/// compared with the others only.
public protocol LeaveOneOutScorer: TableScorer {
  /// The score of each training row against the other training rows, in their order; nil when the method, known only at
  /// run time, does not look at neighbours, so that its scores of training rows need no such care.
  /// - Throws: `TableError` when there are too few other rows.
  func leaveOneOutScores() throws -> [Double]?
}

extension TableScorer {
  /// The scores of the training rows to learn a threshold from: each without itself as a neighbour, for methods that look
  /// at neighbours (`LeaveOneOutScorer`), and the scorer's own scores for the others.
  ///
  /// ```swift
  /// let threshold = try Threshold.contamination(0.05, of: scorer.calibrationScores(training: table))
  /// ```
  ///
  /// - Parameter x: The table that the scorer was fitted to; the same after loading it from a file.
  /// - Throws: `TableError`.
  public func calibrationScores(training x: Matrix) throws -> [Double] {
    try (self as? any LeaveOneOutScorer)?.leaveOneOutScores() ?? score(x)
  }
}
