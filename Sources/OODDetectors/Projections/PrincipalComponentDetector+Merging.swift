import GenModels

/// By the means and co-moments of parts: to rounding that of one pass. Entries above 10¹⁵⁰ in magnitude are refused, and it takes d²
/// numbers, also where all rows together are fewer than the columns.
extension PrincipalComponentDetector: MergeableDetector {
  public struct PartSettings: Codable, Hashable, Sendable {
    /// k, the number of components: the first ones. All when nil.
    public var components: Int?
    public var rule: Rule
    /// Whether columns get mean 0 and standard deviation 1 first.
    public var standardizes: Bool

    public init(components: Int? = nil, rule: Rule = .weightedDistance, standardizes: Bool = true) {
      self.components = components
      self.rule = rule
      self.standardizes = standardizes
    }
  }

  public static func summary(
    of x: Matrix, shard: Shard, settings: PartSettings
  ) throws(TableError) -> MomentSummary { try MomentSummary(x) }

  public init(merging summary: MomentSummary, settings: PartSettings) throws {
    try summary.checkVariances()
    let (d, n) = (summary.featureCount, Double(summary.rowCount))
    let wanted = settings.components ?? d
    guard wanted >= 1 && wanted <= d else {
      throw TableError.invalidSetting(
        name: "components", value: "\(wanted)", expected: "between 1 and \(d)")
    }
    let deviations = summary.scatter.diagonal.map { ($0 / n).squareRoot() }
    let scales = settings.standardizes ? deviations.map { $0 > 0 ? $0 : 1 } : Array(repeating: 1, count: d)
    let covariance = Self.scaled(summary.scatter, dividedBy: scales, times: 1 / (n - 1))
    let found = try Self.eigen(
      ofCovariance: covariance, isGraded: !settings.standardizes && Self.isGraded(deviations))
    // Fewer rows than columns have no more directions; further eigenvalues are rounding.
    let rank = min(d, summary.rowCount - 1)
    let cut = summary.rowCount <= d ? max(0, found.0.count - rank) : 0
    let kept = (cut..<found.0.count).map(Int32.init)
    try self.init(
      centres: summary.mean, scales: scales, components: wanted, rule: settings.rule,
      eigen: (kept.map { found.0[Int($0)] }, found.1.rows(kept), found.isFiltered || cut > 0))
  }
}
