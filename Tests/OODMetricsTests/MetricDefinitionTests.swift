import Foundation
import GenModels
import OODMetrics
import Testing

/// Scores on few levels with their truth, and the metrics' definitions evaluated at every threshold.
private struct Tied: Sendable, CustomTestStringConvertible {
  let inside, outside: [Double]
  var testDescription: String { "\(inside.count) in, \(outside.count) out" }

  var ranking: ScoreRanking {
    get throws { try ScoreRanking(inDistribution: inside, outOfDistribution: outside) }
  }

  /// The scores of the positive and the negative class, signed so that high is positive.
  func signed(_ positive: PositiveClass) -> (positives: [Double], negatives: [Double]) {
    positive == .outOfDistribution ? (outside, inside) : (inside.map { -$0 }, outside.map { -$0 })
  }

  /// Counts of positives and negatives at each threshold or beyond, from the strictest on.
  func counts(_ positive: PositiveClass) -> [(threshold: Double, positives: Int, negatives: Int)] {
    let (positives, negatives) = signed(positive)
    return Set(positives + negatives).sorted(by: >).map { level in
      (
        positive == .outOfDistribution ? level : -level, positives.count { $0 >= level },
        negatives.count { $0 >= level }
      )
    }
  }

  static let all: [Tied] = {
    var cases = [
      // Ties within a class and across, on both ends.
      Tied(inside: [0, 0, 1, 1, 1, 2, 3], outside: [1, 2, 2, 3, 3]),
      Tied(inside: [5, 5, 5, 1], outside: [5, 5]), Tied(inside: [2], outside: [1]),
      Tied(inside: [1], outside: [2]),
      Tied(inside: [0, 1, 2, 3], outside: [10, 11]), Tied(inside: [10, 11], outside: [0, 1, 2, 3]),
      Tied(inside: [-1, -0.0, 0, 1], outside: [0, -0.0, 1, 7]),
    ]
    var random = RandomGenerator(seed: 17)
    for (inside, outside, levels) in [(20, 5, 4), (5, 20, 4), (37, 41, 9), (60, 8, 3), (50, 50, 1000)] {
      cases.append(
        Tied(
          inside: random.integers(inside, below: levels).elements.map { Double($0) - 2 },
          outside: random.integers(outside, below: levels).elements.map { Double($0) - 1 }))
    }
    return cases
  }()
}

@Suite("Metrics by their definitions, with ties")
struct MetricDefinitionTests {
  private func close(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-12 * max(1, abs(b)) }

  @Test(
    "The area under the ROC curve counts pairs, ties half, and is 1 minus itself when the scores are mirrored",
    arguments: Tied.all)
  fileprivate func auroc(_ tied: Tied) throws {
    var pairs = 0.0
    for a in tied.outside { for b in tied.inside { pairs += a > b ? 1 : a == b ? 0.5 : 0 } }
    let expected = pairs / Double(tied.inside.count * tied.outside.count)
    let ranking = try tied.ranking
    #expect(close(ranking.auroc, expected))
    let mirrored = try ScoreRanking(
      inDistribution: tied.inside.map { -$0 }, outOfDistribution: tied.outside.map { -$0 })
    #expect(close(mirrored.auroc, 1 - expected))
    let swapped = try ScoreRanking(inDistribution: tied.outside, outOfDistribution: tied.inside)
    #expect(close(swapped.auroc, 1 - expected))
    // The trapezoids under the curve's points have that area, for both classes.
    for positive in PositiveClass.allCases {
      let points = ranking.rocCurve(positive: positive).points
      let area = zip(points, points.dropFirst()).reduce(0.0) {
        $0 + ($1.1.falsePositiveRate - $1.0.falsePositiveRate)
          * ($1.1.truePositiveRate + $1.0.truePositiveRate) / 2
      }
      #expect(close(area, expected))
    }
  }

  @Test(
    "Both curves have a point for each distinct score, with the shares at that score or beyond",
    arguments: Tied.all, PositiveClass.allCases)
  fileprivate func curves(_ tied: Tied, positive: PositiveClass) throws {
    let ranking = try tied.ranking
    let counts = tied.counts(positive)
    let (positives, negatives) = tied.signed(positive)
    let (roc, precision) = (
      ranking.rocCurve(positive: positive), ranking.precisionRecallCurve(positive: positive)
    )
    #expect(roc.positive == positive && precision.positive == positive)
    #expect(roc.points.count == counts.count + 1 && precision.points.count == counts.count)
    #expect(roc.points[0].threshold == (positive == .outOfDistribution ? .infinity : -.infinity))
    #expect(roc.points[0].truePositiveRate == 0 && roc.points[0].falsePositiveRate == 0)
    for (index, count) in counts.enumerated() {
      let (point, other) = (roc.points[index + 1], precision.points[index])
      #expect(point.threshold == count.threshold && other.threshold == count.threshold)
      #expect(point.truePositiveRate == Double(count.positives) / Double(positives.count))
      #expect(point.falsePositiveRate == Double(count.negatives) / Double(negatives.count))
      #expect(other.recall == Double(count.positives) / Double(positives.count))
      #expect(other.precision == Double(count.positives) / Double(count.positives + count.negatives))
    }
    #expect(ranking.thresholds == tied.counts(.outOfDistribution).map(\.threshold))
  }

  @Test(
    "Average precision and the trapezoidal area are sums over those points", arguments: Tied.all,
    PositiveClass.allCases)
  fileprivate func areas(_ tied: Tied, positive: PositiveClass) throws {
    let ranking = try tied.ranking
    let total = Double(tied.signed(positive).positives.count)
    var (average, area) = (0.0, 0.0)
    var (recall, precision) = (0.0, 1.0)
    for count in tied.counts(positive) {
      let new = Double(count.positives) / total
      let share = Double(count.positives) / Double(count.positives + count.negatives)
      average += (new - recall) * share
      area += (new - recall) * (share + precision) / 2
      (recall, precision) = (new, share)
    }
    #expect(close(ranking.averagePrecision(positive: positive), average))
    #expect(close(ranking.trapezoidalPrecisionRecallArea(positive: positive), area))
    if positive == .outOfDistribution {
      #expect(ranking.averagePrecision() == ranking.averagePrecision(positive: positive))
    }
  }

  @Test(
    "The false positive rate belongs to the strictest threshold that reaches the level, also when it is reached exactly",
    arguments: Tied.all, PositiveClass.allCases)
  fileprivate func falsePositiveRate(_ tied: Tied, positive: PositiveClass) throws {
    let ranking = try tied.ranking
    let (positives, negatives) = tied.signed(positive)
    let counts = tied.counts(positive)
    for k in 1...positives.count {
      let level = Double(k) / Double(positives.count)
      let reached = counts.first { $0.positives >= k }!
      let found = try ranking.falsePositiveRate(atTruePositiveRate: level, positive: positive)
      #expect(found == Double(reached.negatives) / Double(negatives.count), "at \(level)")
      // A hair above asks for one more.
      if k < positives.count {
        let next = counts.first { $0.positives >= k + 1 }!
        let above = try ranking.falsePositiveRate(atTruePositiveRate: level + 1e-9, positive: positive)
        #expect(above == Double(next.negatives) / Double(negatives.count))
      }
    }
    #expect(try ranking.falsePositiveRate(atTruePositiveRate: 0, positive: positive) == 0)
  }

  @Test(
    "The best F₁ is the strictest threshold's of those that reach it", arguments: Tied.all,
    PositiveClass.allCases)
  fileprivate func bestF1(_ tied: Tied, positive: PositiveClass) throws {
    let total = tied.signed(positive).positives.count
    var best = (f1: -1.0, threshold: 0.0)
    for count in tied.counts(positive) {
      let f1 = 2 * Double(count.positives) / Double(count.positives + count.negatives + total)
      if f1 > best.f1 { best = (f1, count.threshold) }
    }
    let found = try tied.ranking.bestF1(positive: positive)
    #expect(close(found.f1, best.f1) && found.threshold == best.threshold)
  }

  @Test(
    "The detection error is the least mean of misses and false alarms, flagging nothing included",
    arguments: Tied.all)
  fileprivate func detectionError(_ tied: Tied) throws {
    var least = 0.5
    for count in tied.counts(.outOfDistribution) {
      let misses = 1 - Double(count.positives) / Double(tied.outside.count)
      least = min(least, (misses + Double(count.negatives) / Double(tied.inside.count)) / 2)
    }
    #expect(close(try tied.ranking.detectionError, least))
  }

  @Test("The precision at the top averages over the orders of equal scores", arguments: Tied.all)
  fileprivate func precisionAtTop(_ tied: Tied) throws {
    let ranking = try tied.ranking
    let all = tied.outside.map { ($0, 1.0) } + tied.inside.map { ($0, 0.0) }
    for n in 1...all.count {
      // The nth highest score: everything above it counts whole, its equals by their share of the places left.
      let limit = all.map(\.0).sorted(by: >)[n - 1]
      let above = all.filter { $0.0 > limit }
      let equal = all.filter { $0.0 == limit }
      let share = equal.reduce(0) { $0 + $1.1 } / Double(equal.count)
      let expected = (above.reduce(0) { $0 + $1.1 } + share * Double(n - above.count)) / Double(n)
      #expect(close(try ranking.precision(atTop: n), expected), "at \(n)")
    }
    #expect(try ranking.precision() == ranking.precision(atTop: tied.outside.count))
  }

  @Test(
    "DeLong's error is that of the placements, class by class",
    arguments: Tied.all.filter { $0.inside.count > 1 && $0.outside.count > 1 })
  fileprivate func delong(_ tied: Tied) throws {
    func order(_ a: Double, _ b: Double) -> Double { a > b ? 1 : a == b ? 0.5 : 0 }
    func variance(_ values: [Double]) -> Double {
      let mean = values.reduce(0, +) / Double(values.count)
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    }
    let (m, n) = (Double(tied.outside.count), Double(tied.inside.count))
    let out = tied.outside.map { a in tied.inside.reduce(0) { $0 + order(a, $1) } / n }
    let inside = tied.inside.map { b in tied.outside.reduce(0) { $0 + order($1, b) } / m }
    let expected = (variance(out) / m + variance(inside) / n).squareRoot()
    #expect(abs(try tied.ranking.delongAUROC().standardError - expected) < 1e-12)
  }

  @Test("An order of examples changes no metric", arguments: Tied.all)
  fileprivate func order(_ tied: Tied) throws {
    let scores = tied.inside + tied.outside
    let truth = tied.inside.map { _ in false } + tied.outside.map { _ in true }
    var random = RandomGenerator(seed: 4)
    let order = random.permutation(scores.count).elements.map { Int($0) }
    let shuffled = try ScoreRanking(order.map { scores[$0] }, isOutOfDistribution: order.map { truth[$0] })
    let ranking = try tied.ranking
    #expect(shuffled.auroc == ranking.auroc && shuffled.thresholds == ranking.thresholds)
    #expect(shuffled.averagePrecision() == ranking.averagePrecision())
    #expect(
      try ScoreRanking.auroc(order.map { scores[$0] }, isOutOfDistribution: order.map { truth[$0] })
        == ranking.auroc)
  }

  // MARK: Thresholds on ties

  @Test("A score on the threshold is in-distribution; only above it is out")
  func onTheThreshold() throws {
    #expect(!Threshold(2).isOutOfDistribution(2))
    #expect(Threshold(2).isOutOfDistribution(2.0.nextUp) && !Threshold(2).isOutOfDistribution(2.0.nextDown))
    let tied: [Double] = [1, 1, 2, 2, 2, 3, 3, 9]
    for rate in [0, 0.125, 0.25, 0.3, 0.375, 0.5, 0.75, 0.875] {
      let threshold = try Threshold.falsePositiveRate(rate, of: tied)
      // The lowest of the scores that at most that share exceeds.
      let expected = Set(tied).sorted().first { limit in Double(tied.count { $0 > limit }) <= rate * 8 }
      #expect(threshold.value == expected, "at \(rate)")
    }
  }

  @Test("Quantiles interpolate between ranks, from either end")
  func quantiles() throws {
    let scores: [Double] = [10, 0, 40, 20]
    // Sorted 0, 10, 20, 40: rank (n − 1) · level.
    for (level, expected) in [(0, 0), (0.1, 3), (1.0 / 3, 10), (0.5, 15), (0.75, 25), (0.9, 34), (1, 40)]
      as [(Double, Double)]
    {
      #expect(close(try Threshold.quantile(level, of: scores).value, expected), "\(level)")
      #expect(close(try Threshold.contamination(1 - level, of: scores).value, expected), "\(level)")
    }
    // Median 15, deviations 15, 5, 5, 25 with median 10.
    #expect(close(try Threshold.medianAbsoluteDeviation(of: scores).value, 15 + 3 * 14.82602218505602))
    #expect(
      close(try Threshold.medianAbsoluteDeviation(of: scores, multiples: -1).value, 15 - 14.82602218505602))
  }

  @Test(
    "Conformal p-values count scores that are as high, and their thresholds flag just the p-values up to the level"
  )
  func conformal() throws {
    let calibration = try ConformalCalibration([3, 1, 2, 2, 2, 5, 5])
    #expect(calibration.scores == [1, 2, 2, 2, 3, 5, 5])
    let expected: [(Double, Double)] = [
      (0, 8), (1, 8), (1.5, 7), (2, 7), (2.5, 4), (3, 4), (4, 3), (5, 3), (6, 1),
    ]
    for (score, count) in expected { #expect(calibration.pValue(score) == count / 8) }
    for k in 1...8 {
      let threshold = try calibration.threshold(level: Double(k) / 8)
      for (score, count) in expected {
        #expect(threshold.isOutOfDistribution(score) == (count <= Double(k)), "\(score) at \(k)/8")
      }
    }
  }

  @Test("Adjusted p-values are the least rate at which each is rejected")
  func benjaminiHochberg() throws {
    let pValues = [0.03, 0.01, 0.04, 0.01, 0.5, 0.2]
    let adjusted = try BenjaminiHochberg.adjusted(pValues)
    for (index, p) in pValues.enumerated() {
      // min over ranks at or beyond one's own of n p / rank.
      let own = pValues.filter { $0 >= p }.map { q in 6 * q / Double(pValues.count { $0 <= q }) }.min()!
      #expect(close(adjusted[index], min(1, own)))
    }
    for rate in [0.02, 0.031, 0.05, 0.061, 0.241, 0.5] {
      #expect(
        try BenjaminiHochberg.rejections(pValues, falseDiscoveryRate: rate) == adjusted.map { $0 <= rate })
    }
  }
}
