import GenModels
import OODMetrics

/// A method of `ood detect`: its name, what it takes, and how it is fitted.
struct DetectMethod: Sendable {
  /// As on the command line: "isolation-forest".
  let name: String
  /// Other names that people know it by.
  let aliases: [String]
  /// A few words for the list of methods.
  let summary: String
  /// The options of `MethodOptions` that it takes, by their names on the command line without dashes.
  let options: [String]
  /// Whether `ood detect compare` runs it; false for variants and for what takes very long.
  let isCompared: Bool
  /// Fits it. Whatever is random draws from the generator.
  let fit: @Sendable (Matrix, MethodOptions, RandomGenerator) throws -> FittedMethod
  /// How it is fitted by parts, where it can be.
  let parts: PartFit?
  /// As `fit`, to a table with gaps and with columns of names, where the method takes those.
  let fitMixed: (@Sendable (Matrix, Set<Int>, MethodOptions, RandomGenerator) throws -> FittedMethod)?

  init(
    _ name: String, aliases: [String] = [], _ summary: String, options: [String] = [],
    isCompared: Bool = true, parts: PartFit? = nil,
    fit: @escaping @Sendable (Matrix, MethodOptions, RandomGenerator) throws -> FittedMethod
  ) {
    self.name = name
    self.aliases = aliases
    self.summary = summary
    self.options = options
    self.isCompared = isCompared
    self.parts = parts
    self.fit = fit
    fitMixed = nil
  }

  /// A method of tables with gaps and columns of names.
  init(
    mixed name: String, aliases: [String] = [], _ summary: String, options: [String] = [],
    parts: PartFit? = nil,
    fit: @escaping @Sendable (Matrix, Set<Int>, MethodOptions, RandomGenerator) throws -> FittedMethod
  ) {
    self.name = name
    self.aliases = aliases
    self.summary = summary
    self.options = options
    isCompared = false
    self.parts = parts
    self.fit = { try fit($0, [], $1, $2) }
    fitMixed = fit
  }

  /// Every method, in the order of the help and of comparisons.
  static let all: [DetectMethod] =
    featureMethods + forestMethods + projectionMethods + neighbourMethods + densityMethods

  static func named(_ name: String) -> DetectMethod? {
    all.first { $0.name == name || $0.aliases.contains(name) }
  }
}

/// What fitting a method gives.
struct FittedMethod: Sendable {
  let scorer: any TableScorer
  /// Scores of the training rows, each without itself as a neighbour, where the method tells a row from its
  /// neighbours; nil where the scorer's own scores are that.
  let leaveOneOutScores: (@Sendable () throws -> [Double])?
  let quantities: FitQuantities

  init(
    _ scorer: any TableScorer, leaveOneOutScores: (@Sendable () throws -> [Double])? = nil,
    quantities: FitQuantities = FitQuantities()
  ) {
    self.scorer = scorer
    self.leaveOneOutScores = leaveOneOutScores
    self.quantities = quantities
  }
}

/// What a fit is judged by, besides scores.
struct FitQuantities: Sendable {
  /// The natural logarithm of the determinant that mcd minimised.
  var logDeterminant: Double?
  /// The regularization that mcd used.
  var regularization: Double?
  /// The objective that ocsvm minimised.
  var objective: Double?
  /// The mean log-likelihood of the training rows under gmm, in nats.
  var meanLogLikelihood: Double?
}
