import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// OpenMax (A. Bendale and T. E. Boult, 2016): a softmax with one more class, "unknown", which takes from each class's logit the more
/// the farther the logits lie from that class's mean:
///
///     dₖ = ‖v − μₖ‖ · euclideanWeight + (1 − cos(v, μₖ)) · cosineWeight,
///     wₖ = Fₖ(dₖ) · (α + 1 − i) / α   for the class with the i-th largest logit, i ≤ α, else 0,
///     v̂ₖ = vₖ (1 − wₖ),   v̂₀ = Σ vₖ wₖ,   p = softmax(v̂₀, v̂₁, …),
///
/// with μₖ the mean logits of class k and Fₖ the Weibull distribution of the largest distances of its examples from it
/// (maximum likelihood; the tail's least number is shifted to `translation`). The score is p₀. "Unknown" is where p₀ is the largest, or no
/// class has `leastProbability`.
///
/// ```swift
/// let open = try OpenMax(classifier, fitting: images, labels: labels)
/// try open.decide(new)
/// ```
///
/// The paper's choices are the defaults: tail 20, α 10, distances euclid/200 + cosine, examples that are classified rightly, shift 1.
/// Tails under 10 or over 40 are known to fit badly. A negative logit *rises* when it is scaled, as the paper defines it. With few
/// classes α counts ranks that don't exist; pytorch-ood caps it at the number of classes. Cost: one pass through the classifier.
public struct OpenMax: OpenSetClassifier, PostHocScorer {
  public static let kind = "openmax"
  public static let summary = "softmax with an unknown class (Bendale, Boult 2016)"
  public static let defaultSettings = Settings()
  public static let fitting = PostHocFitting.labelledExamples

  public struct Settings: Codable, Hashable, Sendable {
    /// Distances of each class that its Weibull distribution is fitted to, at least 2.
    public var tail: Int
    /// α, at least 1.
    public var alpha: Int
    public var euclideanWeight: Double
    public var cosineWeight: Double
    /// Whether means and distances are those of the examples that are classified rightly, not of all.
    public var onlyRight: Bool
    /// What the tail's least number is shifted to, above 0. pytorch-ood takes 10000.
    public var translation: Double
    /// A class with a smaller probability is not answered.
    public var leastProbability: Double

    public init(
      tail: Int = 20, alpha: Int = 10, euclideanWeight: Double = 0.005, cosineWeight: Double = 1,
      onlyRight: Bool = true, translation: Double = 1, leastProbability: Double = 0
    ) {
      self.tail = tail
      self.alpha = alpha
      self.euclideanWeight = euclideanWeight
      self.cosineWeight = cosineWeight
      self.onlyRight = onlyRight
      self.translation = translation
      self.leastProbability = leastProbability
    }

    fileprivate func validate() throws {
      guard tail >= 2 else {
        throw ClassifierScoreError.invalidSetting(name: "tail", value: "\(tail)", expected: "at least 2")
      }
      guard alpha >= 1 else {
        throw ClassifierScoreError.invalidSetting(name: "alpha", value: "\(alpha)", expected: "at least 1")
      }
      let weights = [euclideanWeight, cosineWeight]
      guard weights.allSatisfy({ $0 >= 0 && $0.isFinite }), weights.contains(where: { $0 > 0 }) else {
        throw ClassifierScoreError.invalidSetting(
          name: "euclideanWeight or cosineWeight", value: "\(euclideanWeight) or \(cosineWeight)",
          expected: "at least 0 and finite, one of them above 0")
      }
      try requirePositive(translation, "translation")
      try requireProbability(leastProbability, "leastProbability")
    }
  }

  public let classifier: AnyClassifier
  public let configuration: Settings
  /// μₖ, a row a class.
  public let means: Matrix
  private let tails: [WeibullTail]

  /// - Throws: `ExampleError` for examples of another shape and labels that are no classes; `ClassifierScoreError` for settings out of
  ///   range, a class with fewer examples than the tail, and one whose largest distances are all equal.
  public init(
    _ classifier: some Classifier, fitting x: Tensor, labels: Indexes, settings: Settings = Settings()
  ) throws {
    try settings.validate()
    let classifier = AnyClassifier(classifier)
    try classifier.check(x)
    try labels.requireLabels(classes: classifier.classCount, examples: x.exampleCount)
    let logits = x.exampleCount == 0 ? nil : try classifier.finiteLogits(x)
    let truth = labels.elements
    let predicted = logits?.positionOfMaximum(axis: 1).elements ?? []
    let used = truth.indices.filter { !settings.onlyRight || predicted[$0] == truth[$0] }
    let sort = "training examples" + (settings.onlyRight ? " that are classified rightly" : "")
    for label in 0..<classifier.classCount {
      let found = used.count { truth[$0] == label }
      guard found >= settings.tail else {
        throw ClassifierScoreError.tooFewOfClass(label, found: found, needed: settings.tail, examples: sort)
      }
    }
    let rows = Matrix(logits!).rows(used.map(Int32.init))
    let means = try ClassFeatures(
      rows, used.map { truth[$0] }, classes: classifier.classCount, of: sort
    ).means
    var distances = [[Double]](repeating: [], count: classifier.classCount)
    for (row, number) in used.enumerated() {
      let label = truth[number]
      distances[label].append(Self.distance(rows.row(row), means.row(label), settings))
    }
    tails = try distances.enumerated().map { label, distances in
      guard
        let tail = WeibullTail(largest: settings.tail, of: distances, translation: settings.translation)
      else {
        throw ClassifierScoreError.noSpread(
          what: "The \(settings.tail) largest distances of class \(label) from its mean")
      }
      return tail
    }
    self.classifier = classifier
    self.means = means
    configuration = settings
  }

  public static func fitted(
    to classifier: AnyClassifier, settings: Settings, examples: Tensor?, labels: Indexes?
  ) throws -> OpenMax {
    try OpenMax(classifier, fitting: required(examples), labels: required(labels), settings: settings)
  }

  private static func distance(_ a: [Double], _ b: [Double], _ settings: Settings) -> Double {
    var (square, product, lengthA, lengthB) = (0.0, 0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      square += (x - y) * (x - y)
      product += x * y
      lengthA += x * x
      lengthB += y * y
    }
    // A vector without a length has no direction: neither near nor opposite.
    let lengths = lengthA.squareRoot() * lengthB.squareRoot()
    let cosine = lengths > 0 ? product / lengths : 0
    return settings.euclideanWeight * square.squareRoot() + settings.cosineWeight * (1 - cosine)
  }

  public var classCount: Int { classifier.classCount }

  /// The probabilities of the classes and, in the last column, of "unknown"; each row sums to 1.
  /// - Throws: `ExampleError`.
  public func probabilities(_ x: Tensor) throws -> Matrix {
    try check(x)
    return probabilities(logits: try classifier.finiteLogits(x))
  }

  /// As `probabilities(_:)`, of logits `[examples, classes]`.
  func probabilities(logits: Tensor) -> Matrix {
    var rows: [Double] = []
    rows.reserveCapacity(logits.shape[0] * (classCount + 1))
    _ = logits.mapRows { row in
      rows += LogitRow(revised(row.map { Double($0) })).probabilities
      return 0
    }
    return Matrix(rows: logits.shape[0], columns: classCount + 1, elements: rows)
  }

  /// v̂ of the classes, then v̂₀.
  private func revised(_ logits: [Double]) -> [Double] {
    var result = logits + [0]
    let ranks = logits.indices.sorted { logits[$0] != logits[$1] ? logits[$0] > logits[$1] : $0 < $1 }
    let alpha = Double(configuration.alpha)
    for (rank, label) in ranks.prefix(configuration.alpha).enumerated() {
      let distance = Self.distance(logits, means.row(label), configuration)
      let taken = logits[label] * tails[label].cumulative(distance) * (alpha - Double(rank)) / alpha
      result[label] -= taken
      result[classCount] += taken
    }
    return result
  }

  public func decide(checked x: Tensor) throws -> [OpenSetDecision] {
    let probabilities = probabilities(logits: try classifier.finiteLogits(x))
    return (0..<probabilities.rows).map { i in
      let known = Array(probabilities.row(i).dropLast())
      let unknown = probabilities[i, classCount]
      let largest = known.max()!
      return OpenSetDecision(
        nearestClass: known.firstIndex(of: largest)!,
        isUnknown: unknown > largest || largest < configuration.leastProbability, score: unknown)
    }
  }

  public func encode(to archive: inout ModelArchive) throws {
    archive["means"] = .float64(means.elements, shape: [means.rows, means.columns])
    archive["tails"] = .float64(tails.flatMap(\.parameters), shape: [tails.count, 4])
    try archive.setPart("classifier", classifier)
  }

  public init(from archive: ModelArchive) throws {
    let settings = try archive.configuration(as: Settings.self)
    try archive.makingSense { try settings.validate() }
    configuration = settings
    classifier = try archive.part("classifier", as: AnyClassifier.self)
    let classes = classifier.classCount
    means = Matrix(
      rows: classes, columns: classes,
      elements: try archive.finiteDoubles("means", shape: [classes, classes]))
    let parameters = try archive.finiteDoubles("tails", shape: [classes, 4])
    tails = try (0..<classes).map { try WeibullTail(parameters: parameters[$0 * 4..<($0 + 1) * 4]) }
  }
}
