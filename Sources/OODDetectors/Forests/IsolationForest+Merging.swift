import GenModels

/// By its trees: see `ForestSummary`.
extension IsolationForest: MergeableDetector, JoinableForest {
  public struct PartSettings: Codable, Hashable, Sendable {
    /// Trees of all parts together.
    public var trees: Int
    /// ψ; every part needs as many rows.
    public var sampleSize: Int
    public var seed: UInt64

    public init(trees: Int = 100, sampleSize: Int = 256, seed: UInt64 = 0) {
      self.trees = trees
      self.sampleSize = sampleSize
      self.seed = seed
    }
  }

  public static func summary(
    of x: Matrix, shard: Shard, settings: PartSettings
  ) throws -> ForestSummary<IsolationForest> {
    try IsolationTrees.check(x, trees: settings.trees, sampleSize: settings.sampleSize)
    return try ForestSummary(of: x, shard: shard, trees: settings.trees, sampleSize: settings.sampleSize) {
      IsolationForest(
        featureCount: x.columns, sampleSize: settings.sampleSize,
        trees: IsolationTrees(
          fitting: x, numbers: $0, sampleSize: settings.sampleSize,
          using: RandomGenerator(seed: settings.seed)))
    }
  }

  public static func check(_ summary: ForestSummary<IsolationForest>, settings: PartSettings) throws {
    try summary.check(trees: settings.trees, sampleSize: settings.sampleSize)
  }

  public init(merging summary: ForestSummary<IsolationForest>, settings: PartSettings) throws {
    self = try summary.complete(trees: settings.trees)
  }

  public func joined(with other: IsolationForest, order: [Int]) -> IsolationForest {
    IsolationForest(
      featureCount: featureCount, sampleSize: sampleSize,
      trees: IsolationTrees(trees, other.trees, order: order))
  }
}
