/// The records of a sweep as a table of numbers, a row a model: what spreadsheets and data frames read.
///
/// Columns are the model's settings, its loss and θ, IRR, and for each control set ORR, Δ, AUROC, the best θ, the Δ there and the
/// share of reconstructed images that look like the domain; then what is known of its generated images, and the time. A number
/// that isn't known is empty.
public struct SweepTable: Hashable, Sendable {
  public let header: [String]
  /// A model each, in the order given, with as many fields as the header; numbers have all of their digits.
  public let rows: [[String]]

  /// - Parameter records: Of one sweep: with the same control sets.
  public init(_ records: [SweepRecord]) {
    header =
      [
        "name", "layers", "bottleneck", "maps", "kernel", "channel_sparsity", "channel_stride", "corruption",
        "epochs", "seed",
        "recipe", "parameters", "loss", "theta", "irr",
      ]
      + (records.first?.controls ?? []).flatMap { name in
        ["orr", "delta", "auroc", "best_theta", "best_delta", "look_like_domain"].map { "\($0) \(name)" }
      } + [
        "objectness", "frechet_distance", "mean_discrepancy", "parzen", "unique_share", "converged",
        "train_seconds", "evaluate_seconds",
      ]
    rows = records.map(Self.row)
  }

  private static func row(_ record: SweepRecord) -> [String] {
    func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
    let point = record.configuration
    let settings = [
      record.name, "\(point.layers)", "\(point.bottleneck)", "\(point.maps)", "\(point.kernel)",
      "\(point.channelSparsity)", point.channelStride.map { "\($0)" } ?? "", "\(point.corruption)",
      "\(record.epochsDone)", "\(point.seed)", point.recipe.rawValue, "\(record.parameters)",
    ]
    let rates = record.controls.indices.flatMap { index -> [Double?] in
      [
        record.orr[index].estimate, record.delta[index].estimate, record.auroc[index],
        record.bestTheta[index],
        record.bestDelta[index], record.lookLikeDomain[index],
      ]
    }
    let generated: [Double?] = [
      record.objectness, record.frechetDistance, record.meanDiscrepancy, record.parzen, record.uniqueShare,
      record.converged.estimate, record.trainSeconds, record.evaluateSeconds,
    ]
    let own: [Double?] = [record.loss, record.theta, record.irr.estimate]
    return settings + (own + rates + generated).map(text)
  }
}
