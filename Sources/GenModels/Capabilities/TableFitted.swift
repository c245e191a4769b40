/// A model that is fitted to a table and nothing else, so that a tool can make one of any such kind: `ood train table KIND`.
///
/// ```swift
/// let type = catalogue.types["factor-analysis"] as? any TableFitted.Type
/// let model = try type?.fitted(to: table, seed: 1)
/// ```
public protocol TableFitted: KindFitted {
  /// The model fitted to a table, an example a row. The same seed gives the same model.
  /// - Throws: `TableError` for a table or a setting that it can't be fitted with.
  static func fitted(to x: Matrix, settings: FitSettings, seed: UInt64) throws -> Self
}

extension TableFitted {
  /// The model fitted with the default settings.
  /// - Throws: As `fitted(to:settings:seed:)`.
  public static func fitted(to x: Matrix, seed: UInt64 = 0) throws -> Self {
    try fitted(to: x, settings: defaultFitSettings, seed: seed)
  }
}
