import CKernels
import GenModels
import Testing

@Suite("Isolation tree kernels")
struct TreeTests {
  static let variants = (0..<ood_kernel_variant_count()).map { Int($0) }

  /// A tree grown by the kernel.
  struct Tree {
    var nodes: [ood_tree_node]
    var lengths: [Double]
    var depth: Int32 = 0

    init(_ variant: Int, sample: [Double], n: Int, d: Int, mostDepth: Int32, seed: UInt64) {
      nodes = Array(repeating: ood_tree_node(), count: 2 * n)
      lengths = Array(repeating: .nan, count: 2 * n)
      var scratch = [Int32](repeating: 0, count: 8 * n + d)
      let count = ood_kernel_variant(Int32(variant)).pointee.trees.fit(
        sample, n, d, mostDepth, seed, 0, &nodes, &lengths, &depth, &scratch)
      nodes.removeLast(2 * n - Int(count))
      lengths.removeLast(2 * n - Int(count))
    }
  }

  /// n rows of d features, by columns; feature 1 is constant.
  static func sample(n: Int, d: Int, seed: UInt64) -> [Double] {
    var random = RandomGenerator(seed: seed)
    let values = random.normal([d, n])
    return (0..<d).flatMap { j in (0..<n).map { j == 1 ? 7 : Double(values[j, $0]) } }
  }

  @Test(
    "A tree splits its rows where it says, never at a constant feature", arguments: variants,
    [1, 2, 3, 50, 256])
  func fit(_ variant: Int, _ n: Int) {
    let d = 5
    let sample = Self.sample(n: n, d: d, seed: UInt64(n))
    let tree = Tree(variant, sample: sample, n: n, d: d, mostDepth: 8, seed: 3)
    var rows = [[Int]](repeating: [], count: tree.nodes.count)
    rows[0] = Array(0..<n)
    for (v, node) in tree.nodes.enumerated() {
      let left = Int(node.left)
      guard left != v else {
        #expect(node.threshold == .infinity)
        continue
      }
      #expect(node.feature != 1)
      for row in rows[v] {
        rows[left + (sample[Int(node.feature) * n + row] >= node.threshold ? 1 : 0)].append(row)
      }
      // A split sends rows to both sides.
      #expect(!rows[left].isEmpty && !rows[left + 1].isEmpty)
    }
    #expect(tree.depth <= 8)
    let leaves = tree.nodes.indices.filter { Int(tree.nodes[$0].left) == $0 }
    #expect(leaves.reduce(0) { $0 + rows[$1].count } == n)
    // The root's length is the mean over rows of their leaf's.
    let mean = leaves.reduce(0) { $0 + Double(rows[$1].count) * tree.lengths[$1] } / Double(n)
    #expect(abs(tree.lengths[0] - mean) < 1e-12 * max(1, mean))
  }

  @Test(
    "Path lengths are those of a walk down, in every variant the same", arguments: variants,
    [1, 15, 16, 17, 200])
  func pathLengths(_ variant: Int, _ rows: Int) {
    let (n, d) = (64, 5)
    // Both trees come from the plainest variant: thresholds of others may differ by rounding.
    let trees = [1, 2].map {
      Tree(0, sample: Self.sample(n: n, d: d, seed: $0), n: n, d: d, mostDepth: 6, seed: $0)
    }
    let nodes = trees.flatMap(\.nodes)
    let lengths = trees.flatMap(\.lengths)
    let roots = [0, Int32(trees[0].nodes.count)]
    let depths = trees.map(\.depth)
    var random = RandomGenerator(seed: 9)
    let x = random.normal([rows * d]).elements.map(Double.init)
    var sums = [Double](repeating: 0, count: rows)
    let kernels = ood_kernel_variant(Int32(variant)).pointee.trees
    kernels.path_lengths(x, rows, d, nodes, lengths, roots, depths, 2, &sums)
    var contributions = [Double](repeating: 0, count: rows * d)
    kernels.path_contributions(x, rows, d, nodes, lengths, roots, depths, 2, &contributions)
    for i in 0..<rows {
      var expected = 0.0
      for tree in trees {
        var v = 0
        while Int(tree.nodes[v].left) != v {
          let node = tree.nodes[v]
          v = Int(node.left) + (x[i * d + Int(node.feature)] >= node.threshold ? 1 : 0)
        }
        expected += tree.lengths[v]
      }
      #expect(sums[i] == expected)
      let shortened = contributions[i * d..<(i + 1) * d].reduce(0, +)
      #expect(abs(trees[0].lengths[0] + trees[1].lengths[0] - shortened - expected) < 1e-9)
    }
  }

  @Test("An extended tree grown along one axis has rows on their sides", arguments: variants, [1, 3, 5])
  func extended(_ variant: Int, _ width: Int) {
    let (n, d) = (100, 5)
    let most = 1 + n * 7
    let sample = Self.sample(n: n, d: d, seed: 5)
    var nodes = [ood_tree_node](repeating: ood_tree_node(), count: most)
    var features = [Int32](repeating: -1, count: most * width)
    var weights = [Double](repeating: .nan, count: most * width)
    var lengths = [Double](repeating: .nan, count: most)
    var scratch = [Int32](repeating: 0, count: 3 * most + 2 * n + d)
    var depth: Int32 = 0
    let kernels = ood_kernel_variant(Int32(variant)).pointee.trees
    let count = Int(
      kernels.fit_extended(
        sample, n, d, width, 7, 1, 2, &nodes, &features, &weights, &lengths, &depth, &scratch))
    #expect(count > 1 && count <= most && depth <= 7)
    for k in 0..<count * width {
      #expect((0..<5).contains(features[k]) && weights[k].isFinite)
      // The constant feature takes no part.
      if features[k] == 1 { #expect(weights[k] == 0) }
    }
    let x = (0..<n).flatMap { i in (0..<d).map { sample[$0 * n + i] } }
    var sums = [Double](repeating: 0, count: n)
    kernels.extended_path_lengths(x, n, d, width, nodes, features, weights, lengths, [0], 1, &sums)
    // The rows that it was grown on end in its leaves as often as the root's mean says.
    #expect(abs(sums.reduce(0, +) / Double(n) - lengths[0]) < 1e-9)
  }
}
