import GenModels
import OODDetectors

/// The distance to the k-th nearest training example in the space of features (Y. Sun, Y. Ming, X. Zhu and Y. Li, 2022):
///
///     score(x) = ‖f̂(x) − f̂₍ₖ₎‖₂,   f̂ = f / ‖f‖₂,
///
/// between 0 and 2. k = 50, as the paper found for CIFAR-10. Cost: one pass through the classifier and a search among the training
/// examples (see `NeighbourIndex`); all of their features are kept.
public struct FeatureNeighbours: FeatureScorer {
  public static let kind = "feature-neighbours"
  public static let summary = "distance to the k-th neighbour among features (Sun et al. 2022)"
  public static let defaultSettings = Settings()
  public static let fitting = PostHocFitting.examples

  public struct Settings: Codable, Hashable, Sendable {
    /// k, at least 1.
    public var neighbours: Int
    /// Whether features are divided by their length.
    public var normalizes: Bool

    public init(neighbours: Int = 50, normalizes: Bool = true) {
      self.neighbours = neighbours
      self.normalizes = normalizes
    }
  }

  public let classifier: AnyClassifier
  public let configuration: Settings
  private let search: NearestNeighbours

  /// - Throws: `ExampleError` for examples of another shape; `ClassifierScoreError` for k below 1 and for fewer than k examples.
  public init(
    _ classifier: some Classifier, fitting x: Tensor, neighbours: Int = 50, normalizes: Bool = true
  ) throws {
    guard neighbours >= 1 else {
      throw ClassifierScoreError.invalidSetting(
        name: "neighbours", value: "\(neighbours)", expected: "at least 1")
    }
    self.classifier = AnyClassifier(classifier)
    configuration = Settings(neighbours: neighbours, normalizes: normalizes)
    let features = Matrix(try self.classifier.trainingFeatures(x, needed: neighbours))
    search = try NearestNeighbours(
      fitting: normalizes ? features.withUnitRows : features, neighbours: neighbours)
  }

  public static func fitted(
    to classifier: AnyClassifier, settings: Settings, examples: Tensor?, labels: Indexes?
  ) throws -> FeatureNeighbours {
    try FeatureNeighbours(
      classifier, fitting: required(examples), neighbours: settings.neighbours,
      normalizes: settings.normalizes)
  }

  public var featureCount: Int { search.featureCount }

  public func score(checkedFeatures features: Tensor) throws -> [Double] {
    let features = Matrix(features)
    return try search.score(configuration.normalizes ? features.withUnitRows : features)
  }

  public func encode(to archive: inout ModelArchive) throws {
    try archive.setPart("classifier", classifier)
    try archive.setPart("search", search)
  }

  public init(from archive: ModelArchive) throws {
    classifier = try archive.part("classifier", as: AnyClassifier.self)
    configuration = try archive.configuration(as: Settings.self)
    search = try archive.part("search", as: NearestNeighbours.self)
    guard search.neighbours == configuration.neighbours else {
      throw ModelFileError.malformed(
        reason:
          "a search for \(search.neighbours) neighbours where the settings say \(configuration.neighbours)")
    }
  }
}

extension Matrix {
  /// The rows divided by their lengths; a row of zeros stays.
  fileprivate var withUnitRows: Matrix {
    let d = columns
    return mapRows(width: d) { rows, count, result in
      for i in 0..<count {
        var square = 0.0
        for k in 0..<d { square += rows[i * d + k] * rows[i * d + k] }
        let length = max(square.squareRoot(), 1e-12)
        for k in 0..<d { result[i * d + k] = rows[i * d + k] / length }
      }
    }
  }
}
