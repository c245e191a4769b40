/// The confidence interval of `ScoreRanking.delongAUROC`: where it comes from stands there.
struct AUROCScoreInterval {
  private let area, outCount, inCount, z: Double
  /// DeLong's variances of the placements over Hanley and McNeil's, drawn towards 1.
  private let outRatio, inRatio: Double

  /// Examples that draw the ratios towards 1; wrongly ordered ones up to which z is smaller towards the nearer end; and by
  /// how much it is smaller there, at most. Chosen by simulation.
  private static let priorCount = 2.0
  private static let fewWrong = 8.0
  private static let mostReduction = 0.18

  init(
    area: Double, outCount: Double, inCount: Double, outVariance: Double, inVariance: Double, z: Double
  ) {
    (self.area, self.outCount, self.inCount, self.z) = (area, outCount, inCount, z)
    let expected = Self.placementVariance(area)
    let wrong = 2 * min(area, 1 - area)
    func ratio(_ variance: Double, _ count: Double) -> Double {
      let known = 2 * wrong * count
      return (Self.priorCount + (expected > 0 ? known * variance / expected : 0)) / (Self.priorCount + known)
    }
    outRatio = ratio(outVariance, outCount)
    inRatio = ratio(inVariance, inCount)
  }

  var bounds: ClosedRange<Double> {
    let wrong = 2 * min(area, 1 - area) * min(outCount, inCount)
    let (few, off) = (max(0, 1 - wrong / Self.fewWrong), 2 * area - 1)
    let nearer = z * (1 - Self.mostReduction * few * off * off)
    return bound(towards: 0, z: area < 0.5 ? nearer : z)...bound(towards: 1, z: area > 0.5 ? nearer : z)
  }

  /// The last θ on the way from the area to `end` with |area − θ| ≤ z √V(θ), by bisection to the last bits.
  private func bound(towards end: Double, z: Double) -> Double {
    var (inside, outside) = (area, end)
    for _ in 0..<100 {
      let middle = (inside + outside) / 2
      if middle == inside || middle == outside { break }
      if abs(area - middle) <= z * variance(middle).squareRoot() { inside = middle } else { outside = middle }
    }
    return inside
  }

  /// V(θ).
  private func variance(_ theta: Double) -> Double {
    let h = Self.placementVariance(theta)
    let ofOut = outRatio * h * (inCount - 1) / inCount / outCount
    let ofIn = inRatio * h * (outCount - 1) / outCount / inCount
    return theta * (1 - theta) / (outCount * inCount) + ofOut + ofIn
  }

  /// h: the variance of the placements for an area θ, the mean of Hanley and McNeil's θ/(2 − θ) − θ² and 2θ²/(1 + θ) − θ².
  private static func placementVariance(_ theta: Double) -> Double {
    theta * (1 - theta) / 2 * ((1 - theta) / (2 - theta) + theta / (1 + theta))
  }
}
