import GenModels

/// A scorer with a threshold: answers "is this out-of-distribution?".
///
/// ```swift
/// let scorer = try IsolationForest(fitting: normal, using: RandomGenerator(seed: 1))
/// let detector = Detector(scorer, threshold: try .falsePositiveRate(0.01, of: scorer.score(heldOut)))
/// try detector.detect(new)                      // a score and a verdict for each row
/// try detector.save(to: "detector.safetensors")
///
/// let stricter = detector.with(threshold: try .falsePositiveRate(0.001, of: scores))   // nothing is fitted again
/// ```
public struct Detector<Scorer: OODScorer>: OODDetector {
  public let scorer: Scorer
  public let threshold: Threshold
  /// Where p-values come from, when they are wanted.
  public let calibration: ConformalCalibration?

  public init(_ scorer: Scorer, threshold: Threshold, calibration: ConformalCalibration? = nil) {
    self.scorer = scorer
    self.threshold = threshold
    self.calibration = calibration
  }

  /// A detector that flags a new normal example with probability at most `level`: see `ConformalCalibration`.
  /// - Throws: `ThresholdError` when the calibration is too small for the level.
  public init(_ scorer: Scorer, calibration: ConformalCalibration, level: Double) throws(ThresholdError) {
    self.init(scorer, threshold: try calibration.threshold(level: level), calibration: calibration)
  }

  /// The same scorer and calibration with another threshold.
  public func with(threshold: Threshold) -> Detector {
    Detector(scorer, threshold: threshold, calibration: calibration)
  }

  public var exampleShape: Shape { scorer.exampleShape }

  public func check(_ x: Scorer.Examples) throws(ExampleError) { try scorer.check(x) }

  public func score(checked x: Scorer.Examples) throws -> [Double] { try scorer.score(checked: x) }
}

/// What a detector says of an example.
public struct Detection: Sendable, Hashable {
  public let score: Double
  public let isOutOfDistribution: Bool
  /// The conformal p-value, where the detector has a calibration.
  public let pValue: Double?
}

extension Detector: ExplainableScorer where Scorer: ExplainableScorer {
  public var contributionRule: ContributionRule { scorer.contributionRule }

  public func contributions(checked x: Scorer.Examples) throws -> Scorer.Examples {
    try scorer.contributions(checked: x)
  }
}

extension Detector: Model where Scorer: Model {
  public static var kind: String { "detector" }

  public var configuration: DetectorConfiguration {
    DetectorConfiguration(thresholdOrigin: threshold.origin)
  }

  public var columnNames: [String]? { scorer.columnNames }

  public var columnKinds: [ColumnKind]? { scorer.columnKinds }

  public var columnRanges: [ColumnRange]? { scorer.columnRanges }

  public func encode(to archive: inout ModelArchive) throws {
    archive["threshold"] = .float64([threshold.value], shape: [1])
    if let calibration {
      archive["calibration_scores"] = .float64(calibration.scores, shape: [calibration.scores.count])
    }
    try archive.setPart("scorer", scorer)
  }

  public init(from archive: ModelArchive) throws {
    let value = try archive.doubles("threshold", shape: [1])[0]
    guard !value.isNaN else { throw ModelFileError.notFinite(name: "threshold", position: 0) }
    self.init(
      try archive.part("scorer", as: Scorer.self),
      threshold: Threshold(
        value, origin: try archive.configuration(as: DetectorConfiguration.self).thresholdOrigin),
      // Scores may be infinite; the calibration refuses NaN.
      calibration: archive["calibration_scores"] == nil
        ? nil : try ConformalCalibration(archive.doubles("calibration_scores")))
  }
}

/// What a detector's file says besides its numbers.
public struct DetectorConfiguration: Codable, Hashable, Sendable {
  var thresholdOrigin: String
}

extension Detector: TableScorer where Scorer: TableScorer {
  public var featureCount: Int { scorer.featureCount }

  public func score(row: UnsafeBufferPointer<Double>) throws -> Double { try scorer.score(row: row) }
}

extension Detector: LeaveOneOutScorer where Scorer: LeaveOneOutScorer {
  public func leaveOneOutScores() throws -> [Double]? { try scorer.leaveOneOutScores() }
}

extension Detector where Scorer: TableScorer {
  /// A detector that flags the guessed share of its training table, whose rows don't count themselves as neighbours
  /// (`calibrationScores`, `Threshold.contamination`).
  ///
  /// ```swift
  /// let detector = try Detector(NearestNeighbours(fitting: table), contamination: 0.05, training: table)
  /// ```
  ///
  /// - Throws: `TableError`; `ThresholdError`.
  public init(_ scorer: Scorer, contamination: Double, training x: Matrix) throws {
    self.init(scorer, threshold: try .contamination(contamination, of: scorer.calibrationScores(training: x)))
  }
}
