import ArgumentParser
import GenModels

/// How tables are prepared before they are fitted and scored.
struct PreparationOptions: ParsableArguments {
  @Flag(help: "Give each column mean 0 and standard deviation 1 first, by the training table.")
  var standardize = false
  @Option(
    help:
      "none, standard, robust (median and quartiles), quantile or power (Yeo, Johnson): how columns are scaled, by the training table [none]."
  )
  var scale: TablePreparation.Scaling?
  @Option(
    help: """
      Fill missing values: median or most-frequent, the column's in the training table; nearest, the mean over the nearest training \
      rows. Refused without.
      """
  )
  var impute: TablePreparation.Imputation?
  @Option(help: "Training rows that --impute nearest takes the mean of [5].") var imputeNeighbours: Int?
  @Flag(help: "A column beside each one with gaps that says where they are.") var indicators = false
  @Option(
    help: "one-hot, ordinal or frequency: how names in columns of categories become numbers [one-hot].")
  var categories: ColumnEncoding.Coding?

  func validate() throws {
    guard !standardize || scale == nil || scale == .standard else {
      throw ValidationError("--standardize is --scale standard, and \(scale!.rawValue) was asked for.")
    }
    guard impute != .keep else {
      throw ValidationError("--impute fills gaps; the method mixed-isolation-forest takes them without it.")
    }
    guard imputeNeighbours == nil || impute == .nearest else {
      throw ValidationError("--impute-neighbours goes with --impute nearest.")
    }
    if let imputeNeighbours, !(1...10_000).contains(imputeNeighbours) {
      throw ValidationError("--impute-neighbours must be between 1 and 10000, and it is \(imputeNeighbours).")
    }
    guard !indicators || fillsGaps else {
      throw ValidationError("--indicators goes with --impute, which lets tables have gaps.")
    }
  }

  /// Whether missing values are filled.
  var fillsGaps: Bool { impute != nil && impute != .some(.none) }

  /// What to do to a table with such columns; nil for nothing. A method that takes gaps and names gets those that nothing is asked to
  /// become of.
  func settings(kinds: [ColumnKind]?, keepsTables: Bool = false) throws -> TablePreparation.Settings? {
    let hasCategories = kinds?.contains { if case .category = $0 { true } else { false } } ?? false
    guard categories == nil || hasCategories else {
      throw ValidationError("--categories is for columns of names: say which they are with ?category=COLUMN.")
    }
    var settings = TablePreparation.Settings()
    settings.imputation = impute ?? (keepsTables ? .keep : .none)
    settings.neighbours = imputeNeighbours
    settings.hasIndicators = indicators
    settings.coding = categories ?? (keepsTables ? .ordinal : .oneHot)
    settings.scaling = standardize ? .standard : scale ?? .none
    return settings == TablePreparation.Settings() && kinds == nil ? nil : settings
  }
}

extension TablePreparation.Imputation: ExpressibleByArgument {}
extension TablePreparation.Scaling: ExpressibleByArgument {}
extension ColumnEncoding.Coding: ExpressibleByArgument {}
