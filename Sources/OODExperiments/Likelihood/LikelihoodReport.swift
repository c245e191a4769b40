/// What a likelihood experiment found: plain data, as it stands in the JSON file.
public struct LikelihoodReport: Codable, Sendable, Hashable {
  public var settings: LikelihoodSettings
  /// The set trained on.
  public var trainingSet: String
  public var trainings: [Training]
  /// The test sets: first the one of the training distribution, then the others.
  public var sets: [TestSet]
  public var scores: [Score]
  public var batchScores: [BatchScore]

  /// One training.
  public struct Training: Codable, Sendable, Hashable {
    /// "model", "background", "member-1", "batch-norm".
    public var role: String
    /// 0 where the model was taken from a file of an earlier run that did not note them.
    public var seconds: Double
    /// The mean loss of the last epoch, in nats an image; nil for a family that is not trained by gradients.
    public var loss: Double?
    public var parameterCount: Int?
  }

  /// One test set under the main model and the compressors.
  public struct TestSet: Codable, Sendable, Hashable {
    public var name: String
    public var count: Int
    /// The mean of −log₂ P(x) / D.
    public var bitsPerDimension: Double
    /// The mean length under each compressor, in bits per dimension.
    public var compressedBitsPerDimension: [String: Double]
  }

  /// One score on all test sets.
  public struct Score: Codable, Sendable, Hashable {
    /// As on the command line: "log-density".
    public var name: String
    /// A sentence for the page.
    public var about: String
    /// Time to score all sets.
    public var seconds: Double
    /// One for each out-of-distribution set.
    public var comparisons: [Comparison]
    public var histogram: ScoreHistogram
  }

  /// How well a score tells a set from the test set of the training distribution.
  public struct Comparison: Codable, Sendable, Hashable {
    public var set: String
    public var auroc: Double
    /// DeLong's 95% interval.
    public var low, high: Double
    /// The share of in-distribution examples that are flagged where 95% of the set's are.
    public var falsePositiveRateAt95: Double
  }

  /// A score of whole batches.
  public struct BatchScore: Codable, Sendable, Hashable {
    /// "typicality" or "batch-norm".
    public var name: String
    public var batchSize: Int
    /// One for each test set, the one of the training distribution first.
    public var sets: [BatchSet]
  }

  public struct BatchSet: Codable, Sendable, Hashable {
    public var set: String
    public var batches: Int
    /// The share of batches beyond the test's threshold ε; nil for a score without a test.
    public var flagged: Double?
    /// Against batches of the training distribution; nil for that set itself.
    public var auroc: Double?
  }
}
