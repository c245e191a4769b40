/// What the records of a sweep say together about one control set, at the θ they were measured with and over all θ.
///
/// B. Kégl, M. Cherti and A. Kazakçı (2018) draw this from their sweep: IRR and ORR rise together, no model has all of the one and
/// none of the other, and objectness tells little of either.
///
/// ```swift
/// let records = try SweepDirectory("sweep").records()
/// for findings in SweepFindings.all(records) {
///   print(findings.control, findings.irrOrrCorrelation ?? .nan, findings.best.delta)
/// }
/// ```
public struct SweepFindings: Codable, Hashable, Sendable {
  /// A model and its rates at one θ.
  public struct Model: Codable, Hashable, Sendable {
    public var name: String
    public var theta: Double
    /// IRR, ORR and Δ = IRR − ORR.
    public var irr, orr, delta: Double
  }

  /// The control set.
  public var control: String
  /// Pearson's correlation of IRR and ORR over models; nil where one of both is the same for all.
  @ExplicitNull public var irrOrrCorrelation: Double?
  /// The same of objectness and Δ, over models with an objectness.
  @ExplicitNull public var objectnessDeltaCorrelation: Double?
  /// The model with the largest Δ, the first by name of several.
  public var best: Model
  /// The lower envelope, by ascending IRR: models for which no other has as much IRR and as little ORR. Of models with the same
  /// rates, the first by name.
  public var envelope: [Model]
  /// For each IRR that was asked for, the model and the smallest of its θ with that IRR or more and the least ORR, over all models and
  /// the θ of their curves; nil where no model has that IRR at any of them.
  public var leastORR: [Model?]

  enum CodingKeys: String, CodingKey {
    case control, best, envelope
    case irrOrrCorrelation = "irr_orr_correlation"
    case objectnessDeltaCorrelation = "objectness_delta_correlation"
    case leastORR = "least_orr"
  }

  /// Findings for each control set, in the records' order; none without records. O(n log n + k n s) for n records, k rates asked
  /// for and s steps of the curves.
  /// - Parameters:
  ///   - records: Of one sweep: with the same control sets.
  ///   - rates: IRR to find the least ORR at.
  public static func all(_ records: [SweepRecord], leastORRAt rates: [Double] = []) -> [SweepFindings] {
    let ordered = records.sorted { $0.name < $1.name }
    return (records.first?.controls ?? []).enumerated().map { SweepFindings($1, at: $0, ordered, rates) }
  }

  /// - Parameter records: By name, one or more.
  private init(_ control: String, at index: Int, _ records: [SweepRecord], _ rates: [Double]) {
    self.control = control
    let models = records.map {
      Model(
        name: $0.name, theta: $0.theta, irr: $0.irr.estimate, orr: $0.orr[index].estimate,
        delta: $0.delta[index].estimate)
    }
    irrOrrCorrelation = Self.correlation(models.map { ($0.irr, $0.orr) })
    objectnessDeltaCorrelation = Self.correlation(
      zip(records, models).compactMap { record, model in record.objectness.map { ($0, model.delta) } })
    best = models.dropFirst().reduce(models[0]) { $1.delta > $0.delta ? $1 : $0 }
    envelope = Self.lowerEnvelope(models)
    leastORR = rates.map { rate in
      records.compactMap { Self.first($0, at: index, withIRR: rate) }.min { $0.orr < $1.orr }
    }
  }

  /// The model at the smallest θ with this IRR or more: there, its ORR is least.
  private static func first(_ record: SweepRecord, at index: Int, withIRR rate: Double) -> Model? {
    let (curves, own) = (record.curves, record.irr.trials)
    guard let step = curves.inClass.firstIndex(where: { Double($0) / Double(own) >= rate }) else {
      return nil
    }
    let irr = Double(curves.inClass[step]) / Double(own)
    let orr = Double(curves.controls[index][step]) / Double(record.orr[index].trials)
    return Model(name: record.name, theta: Double(step) * curves.step, irr: irr, orr: orr, delta: irr - orr)
  }

  private static func lowerEnvelope(_ models: [Model]) -> [Model] {
    let order = models.sorted { ($1.irr, $0.orr, $0.name) < ($0.irr, $1.orr, $1.name) }
    var envelope: [Model] = []
    for model in order where model.orr < envelope.last?.orr ?? .infinity { envelope.append(model) }
    return envelope.reversed()
  }

  private static func correlation(_ pairs: [(Double, Double)]) -> Double? {
    let n = Double(pairs.count)
    let meanX = pairs.reduce(0) { $0 + $1.0 } / n
    let meanY = pairs.reduce(0) { $0 + $1.1 } / n
    var (xx, yy, xy) = (0.0, 0.0, 0.0)
    for (x, y) in pairs {
      xx += (x - meanX) * (x - meanX)
      yy += (y - meanY) * (y - meanY)
      xy += (x - meanX) * (y - meanY)
    }
    return xx > 0 && yy > 0 ? xy / (xx * yy).squareRoot() : nil
  }
}
