import OODMetrics

/// The measures that `ood evaluate` prints. Entries by control set have the set's specification as the key.
struct EvaluateReport: Encodable {
  let theta: Double
  let irr: Double
  let orr, delta: [String: Double]
  let deltaMean, deltaMin, bestTheta, bestDelta: Double
  let auroc: [String: Double]
  /// Average precision and FPR at 95% TPR of all control sets together.
  let auprIn, auprOut, fpr95: Double
  let inCount: Int
  let controlCount: [String: Int]
  /// [low, high].
  let irrInterval, deltaMeanInterval, deltaMinInterval: [Double]
  let orrInterval, deltaInterval: [String: [Double]]
  /// The control sets in the order given.
  private let names: [String]

  enum CodingKeys: String, CodingKey {
    case theta, irr, orr, delta, auroc, fpr95
    case deltaMean = "delta_mean"
    case deltaMin = "delta_min"
    case bestTheta = "best_theta"
    case bestDelta = "best_delta"
    case auprIn = "aupr_in"
    case auprOut = "aupr_out"
    case inCount = "n_in"
    case controlCount = "n_control"
    case irrInterval = "irr_interval"
    case orrInterval = "orr_interval"
    case deltaInterval = "delta_interval"
    case deltaMeanInterval = "delta_mean_interval"
    case deltaMinInterval = "delta_min_interval"
  }

  init(
    inClass: [Double], controls: [ReconstructionComparison.ControlSet], theta: Double, level: Double
  ) throws {
    let comparison = try ReconstructionComparison(inClass: inClass, controls: controls)
    let rates = try comparison.rates(at: theta, level: level)
    let best = try comparison.bestThreshold(for: .mean)
    let pooled = try ScoreRanking(inDistribution: inClass, outOfDistribution: controls.flatMap(\.errors))
    func limits(_ estimate: MetricEstimate) -> [Double] {
      [estimate.interval.lowerBound, estimate.interval.upperBound]
    }
    func byName<Value>(_ value: (ReconstructionRates.Control) throws -> Value) rethrows -> [String: Value] {
      Dictionary(uniqueKeysWithValues: try rates.controls.map { ($0.name, try value($0)) })
    }
    self.theta = theta
    irr = rates.inClass.estimate
    irrInterval = limits(rates.inClass)
    orr = byName(\.outOfClass.estimate)
    orrInterval = byName { limits($0.outOfClass) }
    delta = byName(\.delta.estimate)
    deltaInterval = byName { limits($0.delta) }
    deltaMean = rates.meanDelta.estimate
    deltaMeanInterval = limits(rates.meanDelta)
    deltaMin = rates.minimumDelta.estimate
    deltaMinInterval = limits(rates.minimumDelta)
    bestTheta = best.threshold
    bestDelta = best.delta
    auroc = try byName { try comparison.auroc(against: $0.name) }
    auprIn = pooled.averagePrecision(positive: .inDistribution)
    auprOut = pooled.averagePrecision(positive: .outOfDistribution)
    fpr95 = try pooled.falsePositiveRate(atTruePositiveRate: 0.95, positive: .inDistribution)
    inCount = comparison.inClassCount
    controlCount = byName(\.counts.trials)
    names = comparison.controlNames
  }

  func printTable(inClass: String, level: Double) {
    func number(_ value: Double) -> String { "\(value.rounded(digits: 4))" }
    func interval(_ limits: [Double]?) -> String {
      limits.map { "\(number($0[0])) to \(number($0[1]))" } ?? ""
    }
    let confidence = "\((level * 100).rounded(digits: 1))%"
    var table = TextTable(
      ["set", "examples", "reconstructed", confidence, "delta", confidence, "AUROC"],
      rightAligned: [1, 2, 4, 6])
    table.add([inClass, "\(inCount)", number(irr), interval(irrInterval)])
    for name in names {
      table.add([
        name, "\(controlCount[name]!)", number(orr[name]!), interval(orrInterval[name]), number(delta[name]!),
        interval(deltaInterval[name]), number(auroc[name]!),
      ])
    }
    table.lines.forEach(Console.result)
    Console.result("theta       \(theta)")
    Console.result(
      "delta       mean \(number(deltaMean)) (\(interval(deltaMeanInterval))), minimum \(number(deltaMin))")
    Console.result("best theta  \(number(bestTheta)), mean delta \(number(bestDelta))")
    Console.result(
      "AUPR        in \(number(auprIn)), out \(number(auprOut)); FPR at 95% TPR \(number(fpr95))")
  }
}
