/// A scorer of tables: one example a row, one feature a column.
public protocol TableScorer: OODScorer, Model where Examples == Matrix {
  /// Number of columns of the tables it scores: that of the table it was fitted to.
  var featureCount: Int { get }
}

extension TableScorer {
  public var exampleShape: Shape { [featureCount] }
}
