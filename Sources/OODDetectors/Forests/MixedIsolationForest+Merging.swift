import GenModels

/// By its trees: see `ForestSummary`. Categories must have the same numbers in all parts.
extension MixedIsolationForest: MergeableDetector, JoinableForest {
  public struct PartSettings: Codable, Hashable, Sendable {
    /// The columns that hold categories, ascending.
    public var categories: [Int]
    /// Trees of all parts together.
    public var trees: Int
    /// ψ; every part needs as many rows.
    public var sampleSize: Int
    public var seed: UInt64

    public init(categories: Set<Int> = [], trees: Int = 100, sampleSize: Int = 256, seed: UInt64 = 0) {
      self.categories = categories.sorted()
      self.trees = trees
      self.sampleSize = sampleSize
      self.seed = seed
    }
  }

  public static func summary(
    of x: Matrix, shard: Shard, settings: PartSettings
  ) throws -> ForestSummary<MixedIsolationForest> {
    guard x.columns > 0 else { throw TableError.noColumns }
    return try ForestSummary(of: x, shard: shard, trees: settings.trees, sampleSize: settings.sampleSize) {
      try MixedIsolationForest(
        fitting: x, categories: Set(settings.categories), trees: settings.trees, numbers: $0,
        sampleSize: settings.sampleSize, using: RandomGenerator(seed: settings.seed))
    }
  }

  public static func check(_ summary: ForestSummary<MixedIsolationForest>, settings: PartSettings) throws {
    try summary.check(trees: settings.trees, sampleSize: settings.sampleSize)
    guard summary.forest.categories == Set(settings.categories) else {
      throw ModelFileError.malformed(reason: "the trees of a part know other columns of categories")
    }
  }

  public init(merging summary: ForestSummary<MixedIsolationForest>, settings: PartSettings) throws {
    self = try summary.complete(trees: settings.trees)
  }

  public func joined(with other: MixedIsolationForest, order: [Int]) -> MixedIsolationForest {
    MixedIsolationForest(self, other, order: order)
  }
}
