import GenModels
import OODMetrics

/// What a page says of one run of a detector over a table.
public struct DetectionReport: Sendable, Codable, Hashable {
  /// One row of the table that was scored.
  public struct Row: Sendable, Codable, Hashable {
    /// Its number in the file, from 0.
    public let row: Int
    /// Its name, where the file has ids.
    public let id: String?
    public let score: Double
    public let pValue: Double?
    public let isOutOfDistribution: Bool?
    /// Sentences of its leading columns.
    public let reasons: [String]

    public init(
      row: Int, id: String?, score: Double, pValue: Double?, isOutOfDistribution: Bool?, reasons: [String]
    ) {
      self.row = row
      self.id = id
      self.score = score
      self.pValue = pValue
      self.isOutOfDistribution = isOutOfDistribution
      self.reasons = reasons
    }
  }

  /// Counts of scores in bins of equal widths, and beyond both ends.
  public struct Histogram: Sendable, Codable, Hashable {
    public struct Set: Sendable, Codable, Hashable {
      public let name: String
      public let counts: [Int]
      public let below, above: Int
    }

    public let low, high: Double
    public let sets: [Set]
  }

  /// With labels: how well scores rank rows.
  public struct Ranking: Sendable, Codable, Hashable {
    public let auroc: Double
    /// The 95% interval.
    public let low, high: Double
    public let averagePrecision: Double
    /// The share of out-of-distribution rows: what chance has for an average precision.
    public let prevalence: Double
    /// True over false positive rates.
    public let roc: [[Double]]
    /// Precision over recall.
    public let precisionRecall: [[Double]]
  }

  /// Two columns that tell most of what is flagged, and rows in them.
  public struct Pair: Sendable, Codable, Hashable {
    public let x, y: String
    public let points: [[Double]]
    public let isOutOfDistribution: [Bool]
    public let names: [String]

    public init(
      x: String, y: String, points: [[Double]], isOutOfDistribution: [Bool], names: [String]
    ) {
      self.x = x
      self.y = y
      self.points = points
      self.isOutOfDistribution = isOutOfDistribution
      self.names = names
    }
  }

  public var method = ""
  public var trainingSet = ""
  public var scoredSet = ""
  public var trainingRows: Int?
  public var columnCount = 0
  public var scoredRows = 0
  public var flaggedRows: Int?
  public var threshold: Double?
  public var thresholdOrigin: String?
  /// How flagged rows were chosen, in words.
  public var rule: String?
  public var explanation: String?
  public var histogram: Histogram
  public var ranking: Ranking?
  /// The share of normal rows with p-values up to a level, over levels; nil without p-values.
  public var pValueCurve: [[Double]]?
  /// Whether the curve is of rows that are labelled normal, and not of all.
  public var pValuesAreOfNormalRows = false
  /// The rows with the highest scores, highest first.
  public var top: [Row] = []
  public var pair: Pair?

  /// A report of scores.
  ///
  /// - Parameters:
  ///   - scores: Of the rows.
  ///   - truth: Whether each row is labelled out-of-distribution; nil without labels.
  ///   - calibration: Scores of calibration rows.
  ///   - pValues: Of the rows.
  /// - Throws: `MetricError` when labels are of one class alone.
  public init(scores: [Double], truth: [Bool]?, calibration: [Double]?, pValues: [Double]?) throws {
    scoredRows = scores.count
    var sets: [(String, [Double])]
    if let truth {
      sets = [
        ("labelled normal", zip(scores, truth).filter { !$1 }.map(\.0)),
        ("labelled out-of-distribution", zip(scores, truth).filter { $1 }.map(\.0)),
      ]
    } else {
      sets = [("scored", scores)]
    }
    if let calibration { sets.append(("calibration", calibration)) }
    histogram = Self.histogram(sets)
    ranking = try truth.map { try Self.ranking(scores, $0) }
    pValueCurve = pValues.map { values in
      let counted = truth.map { truth in zip(values, truth).filter { !$1 }.map(\.0) } ?? values
      let sorted = counted.sorted()
      return (0...50).map { step in
        let level = Double(step) / 50
        let below = sorted.partitionPoint { $0 > level }
        return [level, Double(below) / Double(max(1, sorted.count))]
      }
    }
    pValuesAreOfNormalRows = truth != nil
  }

  private static func histogram(_ sets: [(String, [Double])]) -> Histogram {
    let all = sets.flatMap(\.1).filter(\.isFinite).sorted()
    var (low, high) = (0.0, 1.0)
    if !all.isEmpty {
      // Without the last hundredths, which would make one bar of everything else.
      low = Quantiles.interpolated(sorted: all, level: 0.005)
      high = Quantiles.interpolated(sorted: all, level: 0.995)
    }
    if !(high > low) { (low, high) = (low - 0.5, low + 0.5) }
    let bins = 40
    return Histogram(
      low: low, high: high,
      sets: sets.map { name, scores in
        var counts = [Int](repeating: 0, count: bins)
        var (below, above) = (0, 0)
        for score in scores {
          let place = (score - low) / (high - low) * Double(bins)
          if score < low {
            below += 1
          } else if !(place <= Double(bins)) {
            above += 1
          } else {
            counts[min(bins - 1, Int(place))] += 1
          }
        }
        return .init(name: name, counts: counts, below: below, above: above)
      })
  }

  private static func ranking(_ scores: [Double], _ truth: [Bool]) throws -> Ranking {
    let ranking = try ScoreRanking(scores, isOutOfDistribution: truth)
    let interval = try ranking.delongAUROC(level: 0.95).interval
    let roc = ranking.rocCurve().points.map { [$0.falsePositiveRate, $0.truePositiveRate] }
    let precision = ranking.precisionRecallCurve().points.map { [$0.recall, $0.precision] }
    return Ranking(
      auroc: ranking.auroc, low: interval.lowerBound, high: interval.upperBound,
      averagePrecision: ranking.averagePrecision(),
      prevalence: Double(ranking.outOfDistributionCount) / Double(ranking.count),
      roc: thinned(roc), precisionRecall: thinned(precision))
  }

  /// One point for each abscissa, at most 400 of them, both ends included: what lines can be drawn through.
  private static func thinned(_ points: [[Double]]) -> [[Double]] {
    var kept: [[Double]] = []
    for point in points {
      if kept.last?[0] == point[0] { kept.removeLast() }
      kept.append(point)
    }
    guard kept.count > 400 else { return kept }
    return (0..<400).map { kept[$0 * (kept.count - 1) / 399] }
  }
}
