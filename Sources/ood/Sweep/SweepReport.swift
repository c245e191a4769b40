import OODExperiments

/// What `ood sweep` prints of the models in its directory.
struct SweepReport: Encodable {
  let directory: String
  let models: Int
  let controls: [String]
  /// By control set, Pearson's correlation of IRR and ORR over models; null for fewer than two different models.
  let irrOrrCorrelation: [Double?]
  /// By control set, the model with the largest Δ at θ.
  let best: [Best]
  /// The sum over models.
  let trainSeconds, evaluateSeconds: Double
  private let records: [SweepRecord]

  struct Best: Encodable {
    let name, control: String
    let delta, irr, orr, theta: Double
  }

  enum CodingKeys: String, CodingKey {
    case directory, models, controls, best
    case irrOrrCorrelation = "irr_orr_correlation"
    case trainSeconds = "train_seconds"
    case evaluateSeconds = "evaluate_seconds"
  }

  /// - Parameter records: None for a shard without models.
  init(_ records: [SweepRecord], directory: String) {
    self.directory = directory
    self.records = records
    models = records.count
    controls = records.first?.controls ?? []
    irrOrrCorrelation = controls.indices.map { control in
      Self.correlation(records.map(\.irr.estimate), records.map { $0.orr[control].estimate })
    }
    best = controls.enumerated().map { control, name in
      let record = records.max { $0.delta[control].estimate < $1.delta[control].estimate }!
      return Best(
        name: record.name, control: name, delta: record.delta[control].estimate, irr: record.irr.estimate,
        orr: record.orr[control].estimate, theta: record.theta)
    }
    trainSeconds = records.reduce(0) { $0 + $1.trainSeconds }
    evaluateSeconds = records.reduce(0) { $0 + $1.evaluateSeconds }
  }

  private static func correlation(_ x: [Double], _ y: [Double]) -> Double? {
    let n = Double(x.count)
    let (meanX, meanY) = (x.reduce(0, +) / n, y.reduce(0, +) / n)
    var (xx, yy, xy) = (0.0, 0.0, 0.0)
    for (a, b) in zip(x, y) {
      xx += (a - meanX) * (a - meanX)
      yy += (b - meanY) * (b - meanY)
      xy += (a - meanX) * (b - meanY)
    }
    return xx > 0 && yy > 0 ? xy / (xx * yy).squareRoot() : nil
  }

  func printTable() {
    func number(_ value: Double?) -> String { value.map { "\($0.rounded(digits: 3))" } ?? "" }
    let columns = ["model", "IRR"] + controls.indices.flatMap { ["ORR \($0 + 1)", "delta \($0 + 1)"] }
    var table = TextTable(columns + ["objectness", "seconds"], rightAligned: Set(1...columns.count + 1))
    for record in records.sorted(by: { $0.deltaMean.estimate > $1.deltaMean.estimate }) {
      let rates = controls.indices.flatMap {
        [number(record.orr[$0].estimate), number(record.delta[$0].estimate)]
      }
      table.add(
        [record.name, number(record.irr.estimate)] + rates + [
          number(record.objectness), number(record.trainSeconds),
        ])
    }
    table.lines.forEach(Console.result)
    for (index, name) in controls.enumerated() {
      Console.result(
        "\(index + 1): \(name); correlation of IRR and ORR \(number(irrOrrCorrelation[index])); best delta "
          + "\(number(best[index].delta)) at theta \(best[index].theta): \(best[index].name)")
    }
    Console.result("\(models) models in \(directory)/models.jsonl")
  }
}
