import CKernels
import GenModels

/// The trees of an isolation forest, one after another in flat arrays (see ood_trees.h).
struct IsolationTrees: Sendable {
  /// Nodes of all trees.
  private(set) var nodes: [ood_tree_node] = []
  /// The mean path length of the training rows that reach each node.
  private(set) var lengths: [Double] = []
  /// Where each tree begins.
  private(set) var roots: [Int32] = []
  /// The depth of each tree's deepest leaf.
  private(set) var depths: [Int32] = []

  var count: Int { roots.count }

  static func check(_ x: Matrix, trees: Int, sampleSize: Int) throws(TableError) {
    try x.checkTraining(rows: 2, "to split")
    guard trees >= 1 && trees <= 1_000_000 else {
      throw .invalidSetting(name: "trees", value: "\(trees)", expected: "between 1 and 1000000")
    }
    guard sampleSize >= 2 && sampleSize <= 1 << 24 else {
      throw .invalidSetting(name: "sample size", value: "\(sampleSize)", expected: "between 2 and 16777216")
    }
    guard trees * 2 * min(sampleSize, x.rows) <= Int(Int32.max) else {
      throw .invalidSetting(
        name: "trees", value: "\(trees)", expected: "so that trees times sample size stay below 2^30")
    }
  }

  /// ⌈log₂ n⌉, at least 1.
  static func mostDepth(_ n: Int) -> Int32 { Int32(max(1, Int.bitWidth - (n - 1).leadingZeroBitCount)) }

  /// Trees of these numbers; tree t draws from `random.split(t)`.
  init(fitting x: Matrix, numbers: [Int], sampleSize: Int, using random: RandomGenerator) {
    var grown = [IsolationTrees?](repeating: nil, count: numbers.count)
    grown.withUnsafeMutableBufferPointer { grown in
      nonisolated(unsafe) let grown = grown
      parallelFor(numbers.count, grain: 1) { range in
        for i in range { grown[i] = Self.tree(x, sampleSize, random.split(UInt64(numbers[i]))) }
      }
    }
    for tree in grown { append(tree!, 0) }
  }

  /// The trees of two forests in the order of their positions among all.
  init(_ first: IsolationTrees, _ second: IsolationTrees, order: [Int]) {
    for i in order { i < first.count ? append(first, i) : append(second, i - first.count) }
  }

  private mutating func append(_ trees: IsolationTrees, _ t: Int) {
    let begin = Int(trees.roots[t])
    let end = t + 1 < trees.count ? Int(trees.roots[t + 1]) : trees.nodes.count
    roots.append(Int32(nodes.count))
    depths.append(trees.depths[t])
    nodes += trees.nodes[begin..<end]
    lengths += trees.lengths[begin..<end]
  }

  private init() {}

  private static func tree(_ x: Matrix, _ n: Int, _ random: RandomGenerator) -> IsolationTrees {
    var rowDraws = random.split("rows")
    let sample = x.columnMajorSample(of: n, using: &rowDraws)
    var scratch = [Int32](repeating: 0, count: 8 * n + x.columns)
    var depth: Int32 = 0
    var tree = IsolationTrees()
    var lengths: [Double] = []
    tree.nodes = [ood_tree_node](unsafeUninitializedCapacity: 2 * n) { nodes, nodeCount in
      lengths = [Double](unsafeUninitializedCapacity: 2 * n) { lengths, lengthCount in
        nodeCount = Int(
          ood_active_kernels().pointee.trees.fit(
            sample, n, x.columns, mostDepth(n), random.seed, random.stream, nodes.baseAddress!,
            lengths.baseAddress!, &depth, &scratch))
        lengthCount = nodeCount
      }
    }
    tree.lengths = lengths
    tree.depths = [depth]
    tree.roots = [0]
    return tree
  }

  func addPathLengths(
    of rows: UnsafePointer<Double>, count: Int, features: Int, to sums: UnsafeMutablePointer<Double>
  ) {
    ood_active_kernels().pointee.trees.path_lengths(
      rows, count, features, nodes, lengths, roots, depths, self.count, sums)
  }

  func addPathContributions(
    of rows: UnsafePointer<Double>, count: Int, features: Int, to sums: UnsafeMutablePointer<Double>
  ) {
    ood_active_kernels().pointee.trees.path_contributions(
      rows, count, features, nodes, lengths, roots, depths, self.count, sums)
  }
}

extension Matrix {
  /// n different rows in random order, feature after feature: element i n + … of feature j at j n + i.
  func columnMajorSample(of n: Int, using random: inout RandomGenerator) -> [Double] {
    let chosen = random.distinctIntegers(n, below: rows)
    return [Double](unsafeUninitializedCapacity: n * columns) { sample, count in
      count = n * columns
      withUnsafeElements { elements in
        for (i, row) in chosen.enumerated() {
          for j in 0..<columns { sample[j * n + i] = elements[row * columns + j] }
        }
      }
    }
  }
}

extension RandomGenerator {
  /// Different integers from 0..<bound, each set of them equally likely.
  mutating func distinctIntegers(_ count: Int, below bound: Int) -> [Int] {
    precondition(count <= bound, "There are no \(count) different integers below \(bound).")
    if count > bound / 8 { return Array(permutation(bound).elements.prefix(count)) }
    var seen = Set<Int>(minimumCapacity: count)
    var chosen: [Int] = []
    while chosen.count < count {
      for draw in integers(count - chosen.count, below: bound).elements where seen.insert(draw).inserted {
        chosen.append(draw)
      }
    }
    return chosen
  }
}

extension IsolationTrees {
  func encode(to archive: inout ModelArchive) {
    // A leaf's threshold is infinite; in the file it is 0, and the leaf is known by leading to itself.
    let thresholds = nodes.map { $0.threshold.isFinite ? $0.threshold : 0 }
    archive["thresholds"] = .float64(thresholds, shape: [nodes.count])
    archive["features"] = .int32(Indexes(nodes.map(\.feature), shape: [nodes.count]))
    archive["left_children"] = .int32(Indexes(nodes.map(\.left), shape: [nodes.count]))
    archive["path_lengths"] = .float64(lengths, shape: [nodes.count])
    archive["tree_sizes"] = .int32(Indexes(sizes))
  }

  private var sizes: [Int] {
    roots.indices.map { (roots.indices.contains($0 + 1) ? Int(roots[$0 + 1]) : nodes.count) - Int(roots[$0]) }
  }

  init(from archive: ModelArchive, features: Int) throws {
    let sizes = try archive.counts("tree_sizes")
    let total = sizes.reduce(0, +)
    let thresholds = try archive.finiteDoubles("thresholds", shape: [total])
    let splitFeatures = try archive.integers("features", shape: [total])
    let left = try archive.integers("left_children", shape: [total])
    lengths = try archive.finiteDoubles("path_lengths", shape: [total])
    var root = 0
    for size in sizes {
      // Children come after their parent, so one pass finds each node's depth, and no walk is endless.
      var depth = [Int32](repeating: 0, count: size)
      for v in 0..<size {
        let (child, feature) = (left[root + v], splitFeatures[root + v])
        guard child == v || (child > v && child + 1 < size), feature >= 0, feature < features else {
          throw ModelFileError.malformed(reason: "node \(v) of a tree leads nowhere")
        }
        if child > v { (depth[child], depth[child + 1]) = (depth[v] + 1, depth[v] + 1) }
        nodes.append(
          ood_tree_node(
            threshold: child == v ? .infinity : thresholds[root + v], feature: Int32(feature),
            left: Int32(child)))
      }
      roots.append(Int32(root))
      depths.append(depth.max()!)
      root += size
    }
  }
}
