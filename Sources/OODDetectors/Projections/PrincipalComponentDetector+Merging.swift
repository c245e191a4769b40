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
  ) throws(TableError) -> MomentSummary {
    try checkComponents(settings.components ?? x.columns, columns: x.columns)
    return try MomentSummary(x)
  }

  public init(merging summary: MomentSummary, settings: PartSettings) throws {
    try summary.checkVariances()
    let wanted = settings.components ?? summary.featureCount
    try Self.checkComponents(wanted, columns: summary.featureCount)
    try self.init(
      summary.moments, rows: summary.rowCount, components: wanted, rule: settings.rule,
      standardizes: settings.standardizes)
  }
}
