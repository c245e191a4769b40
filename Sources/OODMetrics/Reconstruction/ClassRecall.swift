import GenModels

/// Which classes of the in-class set a model misses: the share of each class's examples that it reconstructs.
///
/// ```swift
/// let recall = try ClassRecall(errors: scorer.score(digits), labels: labels, threshold: 50)
/// recall.missing(below: 0.5).map(\.label)      // digits of which less than half are reconstructed
/// ```
///
/// The mean of the shares weighted by class size is IRR.
public struct ClassRecall: Sendable, Hashable {
  /// One class.
  public struct Class: Sendable, Hashable {
    public let label: Int
    /// How many of its examples have an error below θ.
    public let counts: Proportion
    /// The share of them, with Wilson's interval.
    public let recall: MetricEstimate
  }

  /// θ.
  public let threshold: Double
  /// The classes that occur, by ascending label.
  public let classes: [Class]

  /// - Throws: `MeasureError` when there is no example, not one label for each, an error or θ that is NaN or
  ///   an error that is infinite, and when `level` is not between 0 and 1.
  public init(
    errors: [Double], labels: [Int], threshold: Double, level: Double = 0.95
  ) throws(MeasureError) {
    guard !errors.isEmpty else {
      throw .tooFewExamples(set: "in-class", found: 0, needed: 1, reason: "for a rate of reconstruction")
    }
    guard errors.count == labels.count else {
      throw .labelCount(examples: errors.count, labels: labels.count)
    }
    guard !threshold.isNaN else {
      throw .outOfRange(name: "threshold θ", value: "\(threshold)", expected: "a number")
    }
    try requireFinite(errors, set: "in-class")
    try requireConfidence(level)
    var counts: [Int: (reconstructed: Int, all: Int)] = [:]
    for (error, label) in zip(errors, labels) {
      counts[label, default: (0, 0)].all += 1
      if error < threshold { counts[label]!.reconstructed += 1 }
    }
    self.threshold = threshold
    classes = counts.sorted { $0.key < $1.key }.map { label, count in
      let counts = Proportion(successes: count.reconstructed, trials: count.all)
      return Class(label: label, counts: counts, recall: counts.estimate(checkedLevel: level))
    }
  }

  /// The classes of which less than this share is reconstructed, the worst first.
  public func missing(below share: Double = 0.5) -> [Class] {
    classes.filter { $0.recall.estimate < share }.sorted { $0.recall.estimate < $1.recall.estimate }
  }

  /// The mean of the classes' shares, in which classes count alike however many examples they have.
  public var meanRecall: Double {
    classes.reduce(0) { $0 + $1.recall.estimate } / Double(classes.count)
  }
}
