import GenModels

/// By its trees: see `ForestSummary`.
extension ExtendedIsolationForest: MergeableDetector, JoinableForest {
  public struct PartSettings: Codable, Hashable, Sendable {
    /// Trees of all parts together.
    public var trees: Int
    /// ψ; every part needs as many rows.
    public var sampleSize: Int
    /// All features when nil.
    public var splitFeatures: Int?
    public var seed: UInt64

    public init(trees: Int = 100, sampleSize: Int = 256, splitFeatures: Int? = nil, seed: UInt64 = 0) {
      self.trees = trees
      self.sampleSize = sampleSize
      self.splitFeatures = splitFeatures
      self.seed = seed
    }
  }

  public static func summary(
    of x: Matrix, shard: Shard, settings: PartSettings
  ) throws -> ForestSummary<ExtendedIsolationForest> {
    try IsolationTrees.check(x, trees: settings.trees, sampleSize: settings.sampleSize)
    return try ForestSummary(of: x, shard: shard, trees: settings.trees, sampleSize: settings.sampleSize) {
      try ExtendedIsolationForest(
        fitting: x, trees: settings.trees, numbers: $0, sampleSize: settings.sampleSize,
        splitFeatures: settings.splitFeatures, using: RandomGenerator(seed: settings.seed))
    }
  }

  public static func check(_ summary: ForestSummary<ExtendedIsolationForest>, settings: PartSettings) throws {
    try summary.check(trees: settings.trees, sampleSize: settings.sampleSize)
    guard summary.forest.splitFeatures == settings.splitFeatures ?? summary.featureCount else {
      throw ModelFileError.malformed(reason: "the trees of a part split by another number of features")
    }
  }

  public init(merging summary: ForestSummary<ExtendedIsolationForest>, settings: PartSettings) throws {
    self = try summary.complete(trees: settings.trees)
  }

  public func joined(with other: ExtendedIsolationForest, order: [Int]) -> ExtendedIsolationForest {
    ExtendedIsolationForest(self, other, order: order)
  }
}
