import GenModels

/// The log-likelihood of a test set under Parzen windows around generated samples (O. Breuleux, Y. Bengio and
/// P. Vincent, 2009): p(x) = 1/n Σᵢ N(x; sᵢ, h² I), a Gaussian window of standard deviation h on each of n
/// samples.
///
/// ```swift
/// let likelihood = try ParzenWindow(samples: generated, validation: held, test: test)
/// likelihood.testLogLikelihood.estimate      // nats per example
/// likelihood.bandwidth
/// ```
///
/// h is the candidate with the largest mean log-likelihood of the validation set; the test set plays no part
/// in it. The estimate needs very many samples in high dimensions and says little about their looks (L.
/// Theis, A. van den Oord and M. Bethge, 2016): compare models at one number of samples, one scale of the
/// features and one set of candidates.
///
/// Cost: (candidates · validation rows + test rows) · samples · (2 d + 20) operations, in double precision.
public struct ParzenWindow: Sendable {
  /// A candidate with what the validation set says of it.
  public struct Candidate: Sendable, Hashable {
    /// h, in the units of the features.
    public let bandwidth: Double
    /// The mean of ln p over the validation set, in nats per example.
    public let validationLogLikelihood: Double
  }

  /// The candidates in the order given.
  public let candidates: [Candidate]
  /// The mean of ln p over the test set, in nats per example, with its standard error (standard deviation /
  /// √n) and the normal interval.
  public let testLogLikelihood: MetricEstimate
  /// The density: its bandwidth is the one chosen.
  public let density: KernelDensity

  /// h, in the units of the features.
  public var bandwidth: Double { density.bandwidth }

  /// Whether the chosen bandwidth is the smallest or the largest of several candidates, so that a better one
  /// may lie beyond.
  public var isBandwidthAtEnd: Bool {
    let all = candidates.map(\.bandwidth)
    return all.count > 1 && (bandwidth == all.min() || bandwidth == all.max())
  }

  /// Ten bandwidths from 0.1 to 1 in equal ratios, for features in 0...1.
  public static let standardBandwidths: [Double] = (0..<10).map { power(10, Double($0) / 9 - 1) }

  /// - Throws: `MeasureError` for an empty set, a test set of one example (it has no standard error), sets of
  ///   different widths, no candidate or one that is not above 0, and when no candidate gives the validation
  ///   set, or the one chosen the test set, a finite log-likelihood; `TableError` for features that are not
  ///   finite or above 10¹⁵⁰.
  public init(
    samples: Matrix, validation: Matrix, test: Matrix, bandwidths: [Double] = ParzenWindow.standardBandwidths,
    level: Double = 0.95
  ) throws {
    try requireConfidence(level)
    try samples.requireExamples(1, set: "samples", "to put windows on")
    try validation.requireExamples(1, set: "validation", "to choose a bandwidth")
    try test.requireExamples(2, set: "test", "for a standard error")
    try validation.requireWidth(of: samples, "samples", set: "validation")
    try test.requireWidth(of: samples, "samples", set: "test")
    guard !bandwidths.isEmpty, bandwidths.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw MeasureError.outOfRange(
        name: "list of bandwidths", value: "\(bandwidths)", expected: "one or more numbers above 0")
    }
    var candidates: [Candidate] = []
    var best: (likelihood: Double, density: KernelDensity)?
    for bandwidth in bandwidths {
      let density = try KernelDensity(fitting: samples, bandwidth: .fixed(bandwidth))
      let logs = try density.logDensity(validation)
      let mean = logs.reduce(0, +) / Double(logs.count)
      candidates.append(Candidate(bandwidth: bandwidth, validationLogLikelihood: mean))
      if mean.isFinite && (best == nil || mean > best!.likelihood) { best = (mean, density) }
    }
    guard let best else {
      throw MeasureError.outOfRange(
        name: "list of bandwidths", value: "\(bandwidths)",
        expected: "wide enough for the validation set to have a finite likelihood")
    }
    let logs = try best.density.logDensity(test)
    try requireFinite(logs, set: "test log-likelihoods")
    let n = Double(logs.count)
    let mean = logs.reduce(0, +) / n
    let squares = logs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let error = (squares / (n - 1) / n).squareRoot()
    let reach = NormalDistribution.quantile((1 + level) / 2) * error
    self.candidates = candidates
    density = best.density
    testLogLikelihood = MetricEstimate(
      estimate: mean, standardError: error, interval: mean - reach...mean + reach, level: level)
  }
}

extension Matrix {
  /// Checks that there are enough rows and a column, and that all entries are finite.
  func requireExamples(_ needed: Int, set: String, _ reason: String) throws {
    guard rows >= needed else {
      throw MeasureError.tooFewExamples(set: set, found: rows, needed: needed, reason: reason)
    }
    try checkTraining()
  }

  /// Checks that this set has as many features as another one.
  func requireWidth(of other: Matrix, _ otherSet: String, set: String) throws(MeasureError) {
    guard columns == other.columns else {
      throw .differentWidths(
        first: otherSet, firstColumns: other.columns, second: set, secondColumns: columns)
    }
  }
}
