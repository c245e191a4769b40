import CKernels
import GenModels

/// Extended isolation forest (S. Hariri, M. Carrasco Kind and R. J. Brunner, 2019): an isolation forest whose
/// trees split by hyperplanes in random directions, which removes the bands that splits along the axes leave
/// in the scores. Score, sample and depth as in `IsolationForest`.
///
/// `splitFeatures` features take part in a split (the paper's extension level plus 1): 1 splits along an
/// axis, all features give every direction. Units matter for directions: standardise features that don't
/// share one.
///
/// Fitting takes time trees · ψ · log ψ · splitFeatures; scoring n · trees · log ψ · splitFeatures.
public struct ExtendedIsolationForest: TableScorer {
  public static let kind = "extended-isolation-forest"

  public let featureCount: Int
  /// ψ, the number of rows that each tree was grown on.
  public let sampleSize: Int
  /// Features that take part in a split.
  public let splitFeatures: Int
  private let trees: [Tree]

  private struct Tree: Sendable {
    var nodes: [ood_tree_node]
    /// Features and weights of the nodes' normals, `splitFeatures` for each.
    var features: [Int32]
    var weights: [Double]
    var lengths: [Double]
  }

  public var treeCount: Int { trees.count }

  /// A forest grown on a table.
  /// - Parameters:
  ///   - x: An example a row.
  ///   - trees: Number of trees.
  ///   - sampleSize: ψ; the whole table where it has fewer rows.
  ///   - splitFeatures: All features when nil.
  ///   - random: Tree t draws from `random.split(t)`, so the forest does not depend on the number of threads.
  /// - Throws: `TableError` for a table without columns or with fewer than two rows, with NaN or infinities,
  ///   or for settings that can't be.
  public init(
    fitting x: Matrix, trees: Int = 100, sampleSize: Int = 256, splitFeatures: Int? = nil,
    using random: RandomGenerator
  ) throws(TableError) {
    try self.init(
      fitting: x, trees: trees, numbers: Array(0..<max(0, trees)), sampleSize: sampleSize,
      splitFeatures: splitFeatures, using: random)
  }

  /// The trees of these numbers of a forest.
  init(
    fitting x: Matrix, trees: Int, numbers: [Int], sampleSize: Int, splitFeatures: Int?,
    using random: RandomGenerator
  ) throws(TableError) {
    try IsolationTrees.check(x, trees: trees, sampleSize: sampleSize)
    let width = splitFeatures ?? x.columns
    guard width >= 1 && width <= x.columns else {
      throw .invalidSetting(name: "split features", value: "\(width)", expected: "between 1 and \(x.columns)")
    }
    let sampleSize = min(sampleSize, x.rows)
    var grown = [Tree?](repeating: nil, count: numbers.count)
    grown.withUnsafeMutableBufferPointer { grown in
      nonisolated(unsafe) let grown = grown
      parallelFor(numbers.count, grain: 1) { range in
        for i in range { grown[i] = Self.tree(x, sampleSize, width, random.split(UInt64(numbers[i]))) }
      }
    }
    featureCount = x.columns
    self.sampleSize = sampleSize
    self.splitFeatures = width
    self.trees = grown.map { $0! }
  }

  /// The trees of two forests in the order of their positions among all.
  init(_ first: ExtendedIsolationForest, _ second: ExtendedIsolationForest, order: [Int]) {
    let all = first.trees + second.trees
    featureCount = first.featureCount
    sampleSize = first.sampleSize
    splitFeatures = first.splitFeatures
    trees = order.map { all[$0] }
  }

  private static func tree(_ x: Matrix, _ n: Int, _ width: Int, _ random: RandomGenerator) -> Tree {
    var rowDraws = random.split("rows")
    let sample = x.columnMajorSample(of: n, using: &rowDraws)
    let mostDepth = IsolationTrees.mostDepth(n)
    let most = 1 + n * Int(mostDepth)
    var scratch = [Int32](repeating: 0, count: 3 * most + 2 * n + x.columns)
    var nodes = [ood_tree_node](repeating: ood_tree_node(), count: most)
    var features = [Int32](repeating: 0, count: most * width)
    var weights = [Double](repeating: 0, count: most * width)
    var lengths = [Double](repeating: 0, count: most)
    var depth: Int32 = 0
    let count = Int(
      ood_active_kernels().pointee.trees.fit_extended(
        sample, n, x.columns, width, mostDepth, random.seed, random.stream, &nodes, &features, &weights,
        &lengths,
        &depth, &scratch))
    return Tree(
      nodes: Array(nodes.prefix(count)), features: Array(features.prefix(count * width)),
      weights: Array(weights.prefix(count * width)), lengths: Array(lengths.prefix(count)))
  }

  /// The scores, in (0, 1).
  public func score(checked x: Matrix) throws -> [Double] {
    let sums = x.rowScores(grain: 512) { rows, count, sums in
      sums.initialize(repeating: 0, count: count)
      for tree in trees {
        ood_active_kernels().pointee.trees.extended_path_lengths(
          rows, count, featureCount, splitFeatures, tree.nodes, tree.features, tree.weights, tree.lengths,
          [0], 1,
          sums)
      }
    }
    let scale = Double(treeCount) * IsolationForest.averagePathLength(sampleSize)
    return sums.map { powerOfTwo(-$0 / scale) }
  }
}

extension ExtendedIsolationForest {
  public struct Configuration: Codable, Hashable, Sendable {
    var features: Int
    var sampleSize: Int
  }

  public var configuration: Configuration { Configuration(features: featureCount, sampleSize: sampleSize) }

  public func encode(to archive: inout ModelArchive) throws {
    let total = trees.reduce(0) { $0 + $1.nodes.count }
    // A leaf's threshold is infinite; in the file it is 0, and the leaf is known by leading to itself.
    archive["thresholds"] = .float64(
      trees.flatMap { $0.nodes.map { $0.threshold.isFinite ? $0.threshold : 0 } }, shape: [total])
    archive["left_children"] = .int32(Indexes(trees.flatMap { $0.nodes.map(\.left) }, shape: [total]))
    archive["normal_features"] = .int32(Indexes(trees.flatMap(\.features), shape: [total, splitFeatures]))
    archive["normals"] = .float64(trees.flatMap(\.weights), shape: [total, splitFeatures])
    archive["path_lengths"] = .float64(trees.flatMap(\.lengths), shape: [total])
    archive["tree_sizes"] = .int32(Indexes(trees.map(\.nodes.count)))
  }

  public init(from archive: ModelArchive) throws {
    let settings = try archive.configuration(as: Configuration.self)
    let sizes = try archive.counts("tree_sizes")
    let total = sizes.reduce(0, +)
    let width = try archive.shape("normals", rank: 2)[1]
    let thresholds = try archive.finiteDoubles("thresholds", shape: [total])
    let left = try archive.integers("left_children", shape: [total])
    let lengths = try archive.finiteDoubles("path_lengths", shape: [total])
    let features = try archive.integers("normal_features", shape: [total, width])
    let weights = try archive.finiteDoubles("normals", shape: [total, width])
    guard settings.sampleSize >= 2, features.allSatisfy({ $0 >= 0 && $0 < settings.features }) else {
      throw ModelFileError.malformed(reason: "the sample size or a feature is out of range")
    }
    featureCount = settings.features
    sampleSize = settings.sampleSize
    splitFeatures = width
    var root = 0
    var trees: [Tree] = []
    for size in sizes {
      let nodes = try (0..<size).map { v in
        let child = left[root + v]
        guard child == v || (child > v && child + 1 < size) else {
          throw ModelFileError.malformed(reason: "node \(v) of a tree leads nowhere")
        }
        return ood_tree_node(
          threshold: child == v ? .infinity : thresholds[root + v], feature: 0, left: Int32(child))
      }
      trees.append(
        Tree(
          nodes: nodes, features: features[root * width..<(root + size) * width].map(Int32.init),
          weights: Array(weights[root * width..<(root + size) * width]),
          lengths: Array(lengths[root..<root + size])))
      root += size
    }
    self.trees = trees
  }
}
