import ArgumentParser
import GenModels

/// How tables are prepared before they are fitted and scored.
struct PreparationOptions: ParsableArguments {
  @Flag(help: "Give each column mean 0 and standard deviation 1 first, by the training table.")
  var standardize = false
  @Option(
    help:
      "none, standard or robust (median and quartiles): how columns are scaled, by the training table [none]."
  )
  var scale: TablePreparation.Scaling?
  @Option(
    help: "Fill missing values: median or most-frequent, the column's in the training table. Refused without."
  )
  var impute: TablePreparation.Imputation?
  @Flag(help: "A column beside each one with gaps that says where they are.") var indicators = false
  @Option(
    help: "one-hot, ordinal or frequency: how names in columns of categories become numbers [one-hot].")
  var categories: ColumnEncoding.Coding?

  func validate() throws {
    guard !standardize || scale == nil || scale == .standard else {
      throw ValidationError("--standardize is --scale standard, and \(scale!.rawValue) was asked for.")
    }
    guard !indicators || fillsGaps else {
      throw ValidationError("--indicators goes with --impute, which lets tables have gaps.")
    }
  }

  /// Whether missing values are filled.
  var fillsGaps: Bool { impute != nil && impute != .some(.none) }

  /// What to do to a table with such columns; nil for nothing.
  func settings(kinds: [ColumnKind]?) throws -> TablePreparation.Settings? {
    let hasCategories = kinds?.contains { if case .category = $0 { true } else { false } } ?? false
    guard categories == nil || hasCategories else {
      throw ValidationError("--categories is for columns of names: say which they are with ?category=COLUMN.")
    }
    var settings = TablePreparation.Settings()
    settings.imputation = impute ?? .none
    settings.hasIndicators = indicators
    settings.coding = categories ?? .oneHot
    settings.scaling = standardize ? .standard : scale ?? .none
    return settings == TablePreparation.Settings() && kinds == nil ? nil : settings
  }
}

extension TablePreparation.Imputation: ExpressibleByArgument {}
extension TablePreparation.Scaling: ExpressibleByArgument {}
extension ColumnEncoding.Coding: ExpressibleByArgument {}
