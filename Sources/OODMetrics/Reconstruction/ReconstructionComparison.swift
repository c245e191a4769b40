import GenModels

/// The reconstruction errors of an in-class set and of control sets: how far one model misses modes, and how
/// many spurious ones it has (B. Kégl, M. Cherti and A. Kazakçı, 2018, section 3).
///
/// ```swift
/// let scorer = ReconstructionScorer(model)
/// let comparison = try ReconstructionComparison(
///   inClass: scorer.score(digits), controls: [.init("hwrt", errors: scorer.score(symbols))])
/// let rates = try comparison.rates(at: 50)
/// rates.inClass.estimate                    // IRR, with its interval beside it
/// rates.controls[0].delta.estimate          // Δ
/// try comparison.bestThreshold(for: .mean)
/// ```
///
/// An example is reconstructed at θ when its error is **below** θ. Errors are in the norm's units. Sorting
/// costs O(n log n) for n errors once; every rate is then a binary search. Nothing depends on the order of
/// examples.
public struct ReconstructionComparison: Sendable {
  /// The errors of one control set: examples that do not belong to the domain.
  public struct ControlSet: Sendable, Hashable {
    public let name: String
    public let errors: [Double]

    public init(_ name: String, errors: [Double]) {
      self.name = name
      self.errors = errors
    }
  }

  /// The names of the control sets, in the order given.
  public let controlNames: [String]
  /// Number of in-class examples.
  public var inClassCount: Int { inClass.count }
  /// Number of examples in each control set.
  public var controlCounts: [Int] { controls.map(\.count) }

  /// Ascending errors.
  let inClass: [Double]
  let controls: [[Double]]

  /// - Throws: `MeasureError` when a set is empty or there is no control set, when two have one name, and
  ///   when an error is NaN or infinite.
  public init(inClass: [Double], controls: [ControlSet]) throws(MeasureError) {
    guard !controls.isEmpty else { throw .noControlSets }
    var names: Set<String> = []
    for control in controls where !names.insert(control.name).inserted { throw .repeatedName(control.name) }
    self.inClass = try Self.sorted(inClass, set: "in-class")
    var sortedControls: [[Double]] = []
    for control in controls { sortedControls.append(try Self.sorted(control.errors, set: control.name)) }
    self.controls = sortedControls
    controlNames = controls.map(\.name)
  }

  /// The rates at θ: IRR = |{in-class x reconstructed}| / |in-class set|, equation (1); ORR likewise for each
  /// control set, equation (2); Δ = IRR − ORR, equation (3). Their intervals have the confidence `level`.
  /// - Throws: `MeasureError.outOfRange` when θ is NaN or `level` is not between 0 and 1.
  public func rates(at threshold: Double, level: Double = 0.95) throws(MeasureError) -> ReconstructionRates {
    guard !threshold.isNaN else {
      throw .outOfRange(name: "threshold θ", value: "\(threshold)", expected: "a number")
    }
    try requireConfidence(level)
    return ReconstructionRates(
      threshold: threshold, level: level,
      inClass: Proportion(successes: inClass.ascendingCount(below: threshold), trials: inClass.count),
      controls: zip(controlNames, controls).map {
        ($0, Proportion(successes: $1.ascendingCount(below: threshold), trials: $1.count))
      })
  }

  /// The ranking of the in-class set (in-distribution) against one control set (out-of-distribution) by
  /// reconstruction error, from which AUROC, average precision and false positive rates are read.
  /// - Throws: `MeasureError.unknownControlSet`.
  public func ranking(against control: String) throws(MeasureError) -> ScoreRanking {
    let errors = controls[try position(of: control)]
    do {
      return try ScoreRanking(inDistribution: inClass, outOfDistribution: errors)
    } catch {
      preconditionFailure("Errors that were checked to be finite and to exist have no ranking: \(error)")
    }
  }

  /// The probability that an example of the control set has a larger error than an in-class one, equal errors
  /// counting half. It does not depend on θ.
  /// - Throws: `MeasureError.unknownControlSet`.
  public func auroc(against control: String) throws(MeasureError) -> Double {
    try ranking(against: control).auroc
  }

  func position(of control: String) throws(MeasureError) -> Int {
    guard let position = controlNames.firstIndex(of: control) else {
      throw .unknownControlSet(name: control, known: controlNames)
    }
    return position
  }

  private static func sorted(_ errors: [Double], set: String) throws(MeasureError) -> [Double] {
    guard !errors.isEmpty else {
      throw .tooFewExamples(set: set, found: 0, needed: 1, reason: "for a rate of reconstruction")
    }
    try requireFinite(errors, set: set)
    return errors.sorted()
  }
}
