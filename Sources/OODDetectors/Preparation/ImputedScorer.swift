import GenModels

/// A scorer of tables whose gaps a model of tables with gaps fills, each by its expectation given the row's other entries (P.-A. Mattei
/// and J. Frellsen, 2019); fitted, scored and saved as one.
///
/// ```swift
/// let imputer = try MissingDataAutoencoder.train(.init(columns: 8), on: table, trainer: Trainer(epochs: 100)).model
/// let scorer = try ImputedScorer(fitting: table, imputer: imputer) { try ECOD(fitting: $0) }
/// ```
///
/// Cost: a score, and for each row with a gap the model's decoder on as many draws as `samples`.
public struct ImputedScorer<Base: TableScorer>: TableScorer {
  /// What fills gaps.
  public let imputer: MissingDataAutoencoder
  /// Scores tables without gaps.
  public let base: Base
  /// Importance-weighted draws that an expectation is taken from.
  public let samples: Int

  /// Usual draws of an expectation.
  public static var usualSamples: Int { 100 }

  public var featureCount: Int { imputer.featureCount }

  /// Fills the training table and fits a scorer to it.
  /// - Parameters:
  ///   - x: An example a row; NaN is a gap.
  ///   - imputer: A model of such tables.
  ///   - samples: Draws for each row with a gap. Traps below 1.
  ///   - fit: Makes the scorer from the filled table.
  /// - Throws: `ExampleError` for infinities and rows of gaps alone, and what `fit` throws.
  public init(
    fitting x: Matrix, imputer: MissingDataAutoencoder, samples: Int = usualSamples,
    fit: (Matrix) throws -> Base
  ) throws {
    self.init(imputer, try fit(imputer.completed(x, samples: samples)), samples: samples)
  }

  /// A scorer of tables that `imputer` fills. Traps when it was fitted to another number of columns, and for less than one draw.
  public init(_ imputer: MissingDataAutoencoder, _ base: Base, samples: Int = usualSamples) {
    precondition(
      imputer.featureCount == base.featureCount,
      "A scorer of \(base.featureCount) columns can't score tables of \(imputer.featureCount).")
    precondition(samples >= 1, "An expectation is over at least one draw, and \(samples) were asked for.")
    (self.imputer, self.base, self.samples) = (imputer, base, samples)
  }

  /// NaN is a gap. Throws for infinities, and for rows without any number.
  public func check(_ x: Matrix) throws(ExampleError) { try imputer.check(x) }

  public func score(checked x: Matrix) throws -> [Double] {
    try base.score(imputer.completed(x, samples: samples))
  }
}

extension ImputedScorer: ExplainableScorer where Base: ExplainableScorer {
  public var contributionRule: ContributionRule { base.contributionRule }

  /// Contributions to the score of the filled rows.
  public func contributions(checked x: Matrix) throws -> Matrix {
    try base.contributions(imputer.completed(x, samples: samples))
  }
}

/// What the file of an `ImputedScorer` says besides its parts.
public struct ImputedScorerConfiguration: Codable, Hashable, Sendable {
  var samples: Int
}

extension ImputedScorer {
  public static var kind: String { "imputed" }

  public var configuration: ImputedScorerConfiguration { ImputedScorerConfiguration(samples: samples) }

  public func encode(to archive: inout ModelArchive) throws {
    try archive.setPart("imputer", imputer)
    try archive.setPart("scorer", base)
  }

  public init(from archive: ModelArchive) throws {
    let imputer = try archive.part("imputer", as: MissingDataAutoencoder.self)
    let base = try archive.part("scorer", as: Base.self)
    let samples = try archive.configuration(as: ImputedScorerConfiguration.self).samples
    guard imputer.featureCount == base.featureCount, (1...1 << 20).contains(samples) else {
      throw ModelFileError.malformed(
        reason: """
          \(samples) draws for each row, of a model of \(imputer.featureCount) columns and a scorer of \(base.featureCount)
          """)
    }
    self.init(imputer, base, samples: samples)
  }
}

extension MissingDataAutoencoder {
  /// As `filled`, where rows without gaps cost nothing.
  package func completed(_ x: Matrix, samples: Int = ImputedScorer<Self>.usualSamples) throws -> Matrix {
    try check(x)
    let incomplete = (0..<x.rows).filter { x.row($0).contains(where: \.isNaN) }
    guard !incomplete.isEmpty else { return x }
    let filled = try filled(x.rows(incomplete.map { Int32($0) }), samples: samples)
    var whole = x
    for (position, row) in incomplete.enumerated() {
      for column in 0..<x.columns { whole[row, column] = filled[position, column] }
    }
    return whole
  }
}
