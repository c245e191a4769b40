import GenModels
import OODMetrics

/// How well a score tells control sets from the domain, without a threshold: what `ood evaluate` prints of models that don't
/// reconstruct.
struct ScoreEvaluation: Encodable {
  let kind: String
  let level: Double
  let inCount: Int
  let controlCount: [String: Int]
  let auroc: [String: Double]
  /// [low, high].
  let aurocInterval: [String: [Double]]
  /// Average precision of finding control examples, and examples of the domain.
  let auprOut, auprIn: [String: Double]
  /// The share of control examples that pass where 95% of the domain do.
  let fpr95: [String: Double]
  /// The control sets in the order given.
  private let names: [String]

  enum CodingKeys: String, CodingKey {
    case kind, level, auroc, fpr95
    case inCount = "n_in"
    case controlCount = "n_control"
    case aurocInterval = "auroc_interval"
    case auprOut = "aupr_out"
    case auprIn = "aupr_in"
  }

  init(kind: String, inClass: [Double], controls: [(name: String, scores: [Double])], level: Double) throws {
    let rankings = try controls.map {
      try ScoreRanking(inDistribution: inClass, outOfDistribution: $0.scores)
    }
    func byName<Value>(_ value: (ScoreRanking) throws -> Value) rethrows -> [String: Value] {
      Dictionary(uniqueKeysWithValues: zip(controls.map(\.name), try rankings.map(value)))
    }
    self.kind = kind
    self.level = level
    inCount = inClass.count
    controlCount = byName(\.outOfDistributionCount)
    auroc = byName(\.auroc)
    aurocInterval = try byName {
      let interval = try $0.delongAUROC(level: level).interval
      return [interval.lowerBound, interval.upperBound]
    }
    auprOut = byName { $0.averagePrecision(positive: .outOfDistribution) }
    auprIn = byName { $0.averagePrecision(positive: .inDistribution) }
    fpr95 = try byName { try $0.falsePositiveRate(atTruePositiveRate: 0.95, positive: .inDistribution) }
    names = controls.map(\.name)
  }

  func printTable(inClass: String) {
    func number(_ value: Double?) -> String { "\((value ?? .nan).rounded(digits: 4))" }
    Console.result("\(inCount) examples of \(inClass), scored by \(kind)")
    var table = TextTable(
      [
        "control set", "examples", "AUROC", "\((level * 100).rounded(digits: 1))%", "AUPR out", "AUPR in",
        "FPR95",
      ],
      rightAligned: [1, 2, 4, 5, 6])
    for name in names {
      let interval = aurocInterval[name]!
      table.add([
        name, "\(controlCount[name]!)", number(auroc[name]),
        "\(number(interval[0])) to \(number(interval[1]))",
        number(auprOut[name]), number(auprIn[name]), number(fpr95[name]),
      ])
    }
    table.lines.forEach(Console.result)
  }
}
