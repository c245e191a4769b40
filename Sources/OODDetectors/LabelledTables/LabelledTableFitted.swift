import GenModels

/// A model that is fitted to a table whose rows have classes, so that a tool can make one of any such kind:
/// `ood train open-set KIND`.
public protocol LabelledTableFitted: KindFitted {
  /// Number of classes that it knows.
  var classCount: Int { get }

  /// The model fitted to a table, an example a row, with the class of each, numbered from 0.
  /// - Throws: `TableError` for a table or a setting that it can't be fitted with; `ExampleError` for labels that are none.
  static func fitted(to x: Matrix, labels: Indexes, settings: FitSettings) throws -> Self
}
