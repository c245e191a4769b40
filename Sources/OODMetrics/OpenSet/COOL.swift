import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The competitive overcomplete output layer (N. Kardan and K. O. Stanley, 2017): every class has ω outputs, trained to share its
/// probability equally, and a class is as sure as all of them together:
///
///     sₖ(x) = ω^ω Π yⱼ   over the ω outputs j of class k,   y = softmax over all of them,   in 0...1,
///
/// which needs every output to be about 1/ω. The score is −maxₖ ln sₖ, at least 0; "unknown" where maxₖ sₖ is below τ. All is computed in
/// logarithms: ω may be 100.
///
/// The classifier inside has classes · ω outputs, those of class k from k·ω. With `geometricMean`, sₖ is taken to the power 1/ω, as
/// some programs do: a product of .99 is a mean of .998 at ω = 5.
public struct COOL: OpenSetClassifier, UnfittedPostHocScorer {
  public static let kind = "cool"
  public static let summary = "product of a class's overcomplete outputs (Kardan, Stanley 2017)"
  public static let defaultSettings = Settings()

  public struct Settings: Codable, Hashable, Sendable {
    /// ω, at least 1; it divides the number of outputs.
    public var overcompleteness: Int
    /// τ, between 0 and 1.
    public var leastProbability: Double
    /// Whether sₖ is the mean and not the product.
    public var geometricMean: Bool

    public init(overcompleteness: Int = 5, leastProbability: Double = 0.9, geometricMean: Bool = false) {
      self.overcompleteness = overcompleteness
      self.leastProbability = leastProbability
      self.geometricMean = geometricMean
    }
  }

  public let classifier: AnyClassifier
  public let configuration: Settings

  /// - Throws: `ClassifierScoreError.invalidSetting` for an overcompleteness that does not divide the outputs, and a threshold that
  ///   is no probability.
  public init(
    _ classifier: some Classifier, overcompleteness: Int = 5, leastProbability: Double = 0.9,
    geometricMean: Bool = false
  ) throws {
    try self.init(
      AnyClassifier(classifier),
      settings: Settings(
        overcompleteness: overcompleteness, leastProbability: leastProbability, geometricMean: geometricMean))
  }

  public init(_ classifier: AnyClassifier, settings: Settings) throws {
    try requireProbability(settings.leastProbability, "leastProbability")
    guard settings.overcompleteness >= 1, classifier.classCount % settings.overcompleteness == 0 else {
      throw ClassifierScoreError.invalidSetting(
        name: "overcompleteness", value: "\(settings.overcompleteness)",
        expected: "at least 1 and a divisor of the \(classifier.classCount) outputs")
    }
    self.classifier = classifier
    configuration = settings
  }

  public var classCount: Int { classifier.classCount / configuration.overcompleteness }

  /// ln sₖ of each class, a row an example.
  /// - Throws: `ExampleError`.
  public func logScores(_ x: Tensor) throws -> Matrix {
    try check(x)
    return logScores(logits: try classifier.finiteLogits(x))
  }

  private func logScores(logits: Tensor) -> Matrix {
    let (omega, classes) = (configuration.overcompleteness, classCount)
    var rows: [Double] = []
    rows.reserveCapacity(logits.shape[0] * classes)
    _ = logits.mapRows { row in
      let logarithms = LogitRow(row).logProbabilities
      for label in 0..<classes {
        // Each ln(ω y) apart, so that large sums don't cancel.
        let product = logarithms[label * omega..<(label + 1) * omega].reduce(0.0) {
          $0 + (log(Double(omega)) + $1)
        }
        // At most 1 but for rounding: a product of numbers with that sum.
        rows.append(min(0, configuration.geometricMean ? product / Double(omega) : product))
      }
      return 0
    }
    return Matrix(rows: logits.shape[0], columns: classes, elements: rows)
  }

  public func decide(checked x: Tensor) throws -> [OpenSetDecision] {
    let scores = logScores(logits: try classifier.finiteLogits(x))
    let limit = log(configuration.leastProbability)
    return (0..<scores.rows).map { i in
      let row = scores.row(i)
      let largest = row.max()!
      return OpenSetDecision(
        nearestClass: row.firstIndex(of: largest)!, isUnknown: largest < limit, score: -largest)
    }
  }
}
