/// A model of which a tool can make one by its kind and settings alone: `TableFitted` ones from a table, others from a table with
/// classes.
public protocol KindFitted: Model {
  /// How it is fitted, with a default for every setting.
  associatedtype FitSettings: Codable & Sendable

  /// The default settings.
  static var defaultFitSettings: FitSettings { get }

  /// A few words for lists of kinds.
  static var summary: String { get }
}
