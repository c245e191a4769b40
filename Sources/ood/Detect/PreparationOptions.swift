import ArgumentParser
import GenModels
import OODDetectors

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
      rows; miwae, the expectation by a model that is trained first. Refused without.
      """
  )
  var impute: Imputation?
  @Option(help: "Epochs that --impute miwae trains its model for [100].") var imputeEpochs: Int?
  @Option(help: "Training rows that --impute nearest takes the mean of [5].") var imputeNeighbours: Int?
  @Flag(help: "A column beside each one with gaps that says where they are.") var indicators = false
  @Option(
    help: "one-hot, ordinal or frequency: how names in columns of categories become numbers [one-hot].")
  var categories: ColumnEncoding.Coding?

  func validate() throws {
    guard !standardize || scale == nil || scale == .standard else {
      throw ValidationError("--standardize is --scale standard, and \(scale!.rawValue) was asked for.")
    }
    guard imputeEpochs == nil || impute == .miwae else {
      throw ValidationError("--impute-epochs goes with --impute miwae.")
    }
    if let imputeEpochs { try requireOption("--impute-epochs", imputeEpochs, in: 1...1_000_000) }
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

  /// What fills missing values.
  enum Imputation: String, CaseIterable, ExpressibleByArgument {
    case none, median, nearest, miwae
    case mostFrequent = "most-frequent"

    /// What the preparation does: it keeps the gaps that a model fills.
    fileprivate var preparation: TablePreparation.Imputation {
      switch self {
      case .none: .none
      case .median: .median
      case .nearest: .nearest
      case .mostFrequent: .mostFrequent
      case .miwae: .keep
      }
    }
  }

  private var scaling: TablePreparation.Scaling { standardize ? .standard : scale ?? .none }

  /// How columns are scaled after a model filled their gaps; nil for not at all.
  private var laterScaling: TablePreparation.Settings? {
    guard scaling != .none else { return nil }
    var settings = TablePreparation.Settings()
    settings.scaling = scaling
    return settings
  }

  /// Fits a scorer to a prepared table, after what gaps a model fills.
  func fitted(
    to x: Matrix, seed: UInt64, fit: (Matrix) throws -> any TableScorer
  ) throws -> any TableScorer {
    guard impute == .miwae else { return try fit(x) }
    let trainer = Trainer(
      optimizer: Adam(learningRate: 1e-3), epochs: imputeEpochs ?? 100, batchSize: 64, seed: seed)
    let imputer = try MissingDataAutoencoder.train(
      .init(columns: x.columns, latent: min(8, x.columns)), on: x, trainer: trainer
    ).model
    func imputed(_ scorer: some TableScorer) -> any TableScorer { ImputedScorer(imputer, scorer) }
    let filled = try imputer.completed(x)
    guard let laterScaling else { return imputed(try fit(filled)) }
    let preparation = try TablePreparation(fitting: filled, settings: laterScaling)
    func prepared(_ scorer: some TableScorer) -> any TableScorer { PreparedScorer(preparation, scorer) }
    return imputed(prepared(try fit(preparation(filled))))
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
    settings.imputation = impute?.preparation ?? (keepsTables ? .keep : .none)
    settings.neighbours = imputeNeighbours
    settings.hasIndicators = indicators
    settings.coding = categories ?? (keepsTables ? .ordinal : .oneHot)
    // A model fills gaps before columns are scaled, see `fitted`.
    settings.scaling = impute == .miwae ? .none : scaling
    return settings == TablePreparation.Settings() && kinds == nil ? nil : settings
  }
}

extension TablePreparation.Scaling: ExpressibleByArgument {}
extension ColumnEncoding.Coding: ExpressibleByArgument {}
