import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How unlike the probabilities are to those that predictions usually have (D. Hendrycks et al., 2022, "Scaling out-of-distribution
/// detection for real-world settings"):
///
///     score(x) = minₖ KL(p(x) ‖ dₖ),   dₖ the mean of p over examples whose most probable class is k,   in nats.
///
/// It is fitted to held-out examples; a class that none is predicted as has no template. Labels take no part. Cost: one pass
/// through the classifier.
public struct KLMatching: LogitScorer {
  public static let kind = "kl-matching"
  public static let summary = "divergence from the usual probabilities (Hendrycks et al. 2022)"
  public static let defaultSettings = EmptyConfiguration()
  public static let fitting = PostHocFitting.examples

  public let classifier: AnyClassifier
  /// dₖ of each class that was predicted, a row each.
  public let templates: Matrix

  /// - Throws: `ExampleError` for examples of another shape; `ClassifierScoreError.tooFew` for none.
  public init(_ classifier: some Classifier, fitting x: Tensor) throws {
    self.classifier = AnyClassifier(classifier)
    try classifier.check(x)
    guard x.exampleCount > 0 else {
      throw ClassifierScoreError.tooFew(what: "held-out examples", found: 0, needed: 1)
    }
    let classes = classifier.classCount
    var sums = [[Double]](repeating: Array(repeating: 0, count: classes), count: classes)
    var counts = [Int](repeating: 0, count: classes)
    _ = try self.classifier.finiteLogits(x).mapRows { row in
      let probabilities = LogitRow(row).probabilities
      let predicted = row.firstIndex(of: row.max()!)!
      counts[predicted] += 1
      for k in 0..<classes { sums[predicted][k] += probabilities[k] }
      return 0
    }
    templates = Matrix(
      (0..<classes).filter { counts[$0] > 0 }.map { k in sums[k].map { $0 / Double(counts[k]) } })
  }

  public static func fitted(
    to classifier: AnyClassifier, settings: EmptyConfiguration, examples: Tensor?, labels: Indexes?
  ) throws -> KLMatching { try KLMatching(classifier, fitting: required(examples)) }

  public func score(checkedLogits logits: Tensor) -> [Double] {
    // A probability that underflowed counts as the least there is: a divergence is finite.
    let logTemplates = templates.elements.map { log(max($0, .leastNormalMagnitude)) }
    let classes = templates.columns
    return logits.mapRows { row in
      let logProbabilities = LogitRow(row).logProbabilities
      var negativeEntropy = 0.0
      let probabilities = logProbabilities.map { exp($0) }
      for k in 0..<classes where probabilities[k] > 0 {
        negativeEntropy += probabilities[k] * logProbabilities[k]
      }
      return (0..<templates.rows).reduce(Double.infinity) { least, template in
        let cross = (0..<classes).reduce(0.0) {
          $0 + probabilities[$1] * logTemplates[template * classes + $1]
        }
        return min(least, negativeEntropy - cross)
      }
    }
  }

  public var configuration: EmptyConfiguration { EmptyConfiguration() }

  public func encode(to archive: inout ModelArchive) throws {
    archive["templates"] = .float64(templates.elements, shape: [templates.rows, templates.columns])
    try archive.setPart("classifier", classifier)
  }

  public init(from archive: ModelArchive) throws {
    classifier = try archive.part("classifier", as: AnyClassifier.self)
    templates = try archive.finiteMatrix("templates")
    guard templates.rows >= 1, templates.columns == classifier.classCount,
      templates.elements.allSatisfy({ $0 >= 0 })
    else {
      throw ModelFileError.malformed(
        reason: "its \(templates.rows) templates are no probabilities of \(classifier.classCount) classes")
    }
  }
}
