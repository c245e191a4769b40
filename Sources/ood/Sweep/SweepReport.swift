import OODExperiments

/// What `ood sweep` prints of the models in its directory.
struct SweepReport: Encodable {
  let directory: String
  let models: Int
  /// By control set.
  let controls: [SweepFindings]
  /// θ of all rates; null without models.
  let theta: Double?
  /// The sum over models.
  let trainSeconds, evaluateSeconds: Double
  private let records: [SweepRecord]
  private let rates: [Double]

  enum CodingKeys: String, CodingKey {
    case directory, models, controls, theta
    case trainSeconds = "train_seconds"
    case evaluateSeconds = "evaluate_seconds"
  }

  /// - Parameters:
  ///   - records: None for a shard without models.
  ///   - rates: IRR to tell the least ORR at.
  init(_ records: [SweepRecord], directory: String, leastORRAt rates: [Double] = []) {
    self.directory = directory
    self.records = records
    self.rates = rates
    models = records.count
    controls = SweepFindings.all(records, leastORRAt: rates)
    theta = records.first?.theta
    trainSeconds = records.reduce(0) { $0 + $1.trainSeconds }
    evaluateSeconds = records.reduce(0) { $0 + $1.evaluateSeconds }
  }

  func print(as format: SweepFormat) throws {
    switch format {
    case .json: try JSONOutput.print(self)
    case .csv: printCSV()
    case .text: printText()
    }
  }

  private func printCSV() {
    let table = SweepTable(records)
    Console.result(CSVLine.text(table.header))
    for row in table.rows { Console.result(CSVLine.text(row)) }
  }

  private func printText() {
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
    for (index, findings) in controls.enumerated() {
      Console.result("\(index + 1): \(findings.control)")
      Console.result("   correlation of IRR and ORR \(correlation(findings.irrOrrCorrelation))")
      Console.result(
        "   correlation of objectness and delta \(correlation(findings.objectnessDeltaCorrelation))")
      Console.result(
        "   best delta \(number(findings.best.delta)) at theta \(number(theta)): \(findings.best.name)")
      for (rate, model) in zip(rates, findings.leastORR) {
        let least =
          model.map {
            "least ORR \(number($0.orr)), at IRR \(number($0.irr)) and theta \(number($0.theta)): \($0.name)"
          } ?? "no model has it"
        Console.result("   IRR \(rate) or more, over all theta: \(least)")
      }
      let envelope = findings.envelope.map { "\(number($0.irr)) and \(number($0.orr))" }
      Console.result("   lower envelope, IRR and ORR: \(envelope.joined(separator: ", "))")
    }
    Console.result("\(models) models in \(directory)/models.jsonl")
  }

  private func correlation(_ value: Double?) -> String {
    value.map { "\($0.rounded(digits: 3))" } ?? "unknown (too few models that differ)"
  }
}
