import GenModels

/// An isolation forest of tables as they are: numbers, categories and gaps, with nothing filled in or coded.
///
/// It is `IsolationForest` (F. T. Liu, K. M. Ting and Z.-H. Zhou, 2008) with D. Cortes' two rules (2019, "Distance approximation using
/// isolation forests", and the package isotree). A split of categories sends a random subset of those that its training rows have to
/// the left and the others to the right. A row with a gap at a split, or with a category that no training row had there, goes both ways,
/// weighted by the shares of training rows with an entry that did: its path length is the mean. While trees grow, a row with a gap goes one
/// way at those odds, which keeps rows whole (isotree divides it there too).
///
/// ```swift
/// // Column 1 holds positions among names; NaN is a gap anywhere.
/// let forest = try MixedIsolationForest(fitting: table, categories: [1], using: RandomGenerator(seed: 1))
/// let scores = try forest.score(newRows)
/// ```
///
/// The score is 2^(−E[h(x)] / c(ψ)), as there. Without gaps and categories it is a forest of the same law. Fitting takes time trees ·
/// ψ · log ψ; scoring a row trees · log ψ, and for a row with gaps up to trees · ψ.
public struct MixedIsolationForest: TableScorer, ExplainableScorer {
  public static let kind = "mixed-isolation-forest"

  public let featureCount: Int
  /// ψ, the number of rows that each tree was grown on.
  public let sampleSize: Int
  /// The columns whose numbers are categories: whole numbers from 0, whose order means nothing.
  public let categories: Set<Int>
  private let trees: [MixedTree]

  public var treeCount: Int { trees.count }
  public var contributionRule: ContributionRule { .ranking }

  /// A forest grown on a table.
  /// - Parameters:
  ///   - x: An example a row; NaN for gaps.
  ///   - categories: The columns that hold categories.
  ///   - trees: Number of trees.
  ///   - sampleSize: ψ; the whole table where it has fewer rows.
  ///   - random: Tree t draws from `random.split(t)`, so the forest does not depend on the number of threads.
  /// - Throws: `TableError` for a table without columns or with fewer than two rows, with infinities, for a category that is no column,
  ///   or when there is no tree or ψ is below 2.
  public init(
    fitting x: Matrix, categories: Set<Int> = [], trees: Int = 100, sampleSize: Int = 256,
    using random: RandomGenerator
  ) throws(TableError) {
    try self.init(
      fitting: x, categories: categories, trees: trees, numbers: Array(0..<max(0, trees)),
      sampleSize: sampleSize, using: random)
  }

  /// The trees of these numbers of a forest.
  init(
    fitting x: Matrix, categories: Set<Int>, trees: Int, numbers: [Int], sampleSize: Int,
    using random: RandomGenerator
  ) throws(TableError) {
    guard x.columns > 0 else { throw .noColumns }
    guard x.rows >= 2 else { throw .tooFewRows(found: x.rows, needed: 2, reason: "to split") }
    guard (1...1_000_000).contains(trees) else {
      throw .invalidSetting(name: "trees", value: "\(trees)", expected: "between 1 and 1000000")
    }
    guard sampleSize >= 2 && sampleSize <= 1 << 24 else {
      throw .invalidSetting(name: "sample size", value: "\(sampleSize)", expected: "between 2 and 16777216")
    }
    if let column = categories.first(where: { !(0..<x.columns).contains($0) }) {
      throw .invalidSetting(
        name: "categories", value: "\(column)", expected: "columns, which are 0 to \(x.columns - 1)")
    }
    if let bad = x.firstInfinite {
      throw .notFinite(row: bad / x.columns, column: bad % x.columns, value: x.withUnsafeElements { $0[bad] })
    }
    featureCount = x.columns
    self.categories = categories
    let sampleSize = min(sampleSize, x.rows)
    self.sampleSize = sampleSize
    let isCategory = (0..<x.columns).map { categories.contains($0) }
    var grown = [MixedTree?](repeating: nil, count: numbers.count)
    grown.withUnsafeMutableBufferPointer { grown in
      x.withUnsafeElements { elements in
        nonisolated(unsafe) let (grown, elements) = (grown, elements)
        parallelFor(numbers.count, grain: 1) { range in
          for i in range {
            let own = random.split(UInt64(numbers[i]))
            var draws = own.split("rows")
            grown[i] = MixedTree(
              fitting: elements, rows: draws.distinctIntegers(sampleSize, below: x.rows),
              isCategory: isCategory, using: own.split("splits"))
          }
        }
      }
    }
    self.trees = grown.map { $0! }
  }

  /// The trees of two forests in the order of their positions among all.
  init(_ first: MixedIsolationForest, _ second: MixedIsolationForest, order: [Int]) {
    let all = first.trees + second.trees
    featureCount = first.featureCount
    sampleSize = first.sampleSize
    categories = first.categories
    trees = order.map { all[$0] }
  }

  /// Gaps are fine everywhere.
  public func check(_ x: Matrix) throws(ExampleError) {
    guard x.columns == featureCount else {
      throw .unexpectedShape(found: [x.columns], expected: [featureCount])
    }
    guard let bad = x.firstInfinite else { return }
    throw .notFinite(
      example: bad / featureCount, feature: bad % featureCount, value: x.withUnsafeElements { $0[bad] })
  }

  /// The scores, in (0, 1).
  public func score(checked x: Matrix) throws -> [Double] {
    x.rowScores(grain: 64) { rows, count, scores in
      for i in 0..<count { scores[i] = score(rows + i * featureCount) }
    }
  }

  /// The score of one row; it takes no memory.
  public func score(row: UnsafeBufferPointer<Double>) throws -> Double {
    guard row.count == featureCount else {
      throw ExampleError.unexpectedShape(found: [row.count], expected: [featureCount])
    }
    for (feature, value) in row.enumerated() where value.isInfinite {
      throw ExampleError.notFinite(example: 0, feature: feature, value: value)
    }
    return score(row.baseAddress!)
  }

  private func score(_ row: UnsafePointer<Double>) -> Double {
    var sum = 0.0
    for tree in trees { sum += tree.pathLength(row) }
    return powerOfTwo(-(sum / Double(treeCount)) / IsolationForest.averagePathLength(sampleSize))
  }

  /// How much each feature shortened the row's path, in units of c(ψ), as in `IsolationForest`; they add up, with the same constant for all
  /// rows, to log₂ of the score.
  public func contributions(checked x: Matrix) throws -> Matrix {
    let d = featureCount
    let weight = 1 / (Double(treeCount) * IsolationForest.averagePathLength(sampleSize))
    return x.mapRows(width: d, grain: 16) { rows, count, result in
      result.initialize(repeating: 0, count: count * d)
      for i in 0..<count {
        for tree in trees { tree.addContributions(rows + i * d, weight: weight, to: result + i * d) }
      }
    }
  }
}

extension Matrix {
  /// The place of the first infinite element, row by row.
  fileprivate var firstInfinite: Int? { withUnsafeElements { $0.firstIndex { $0.isInfinite } } }
}

extension MixedIsolationForest {
  public struct Configuration: Codable, Hashable, Sendable {
    var features: Int
    var sampleSize: Int
    var categories: [Int]
  }

  public var configuration: Configuration {
    Configuration(features: featureCount, sampleSize: sampleSize, categories: categories.sorted())
  }

  public func encode(to archive: inout ModelArchive) throws {
    let nodes = trees.flatMap(\.nodes)
    archive["thresholds"] = .float64(nodes.map(\.threshold), shape: [nodes.count])
    archive["left_shares"] = .float64(nodes.map(\.leftShare), shape: [nodes.count])
    archive["path_lengths"] = .float64(nodes.map(\.length), shape: [nodes.count])
    archive["features"] = .int32(Indexes(nodes.map(\.feature), shape: [nodes.count]))
    archive["left_children"] = .int32(Indexes(nodes.map(\.left), shape: [nodes.count]))
    archive["side_counts"] = .int32(Indexes(nodes.map(\.sideCount), shape: [nodes.count]))
    let sides = trees.flatMap(\.sides)
    if !sides.isEmpty { archive["sides"] = .int32(Indexes(sides, shape: [sides.count])) }
    archive["tree_sizes"] = .int32(Indexes(trees.map(\.nodes.count)))
  }

  public init(from archive: ModelArchive) throws {
    let settings = try archive.configuration(as: Configuration.self)
    let sizes = try archive.counts("tree_sizes")
    let total = sizes.reduce(0, +)
    let thresholds = try archive.finiteDoubles("thresholds", shape: [total])
    let shares = try archive.finiteDoubles("left_shares", shape: [total])
    let lengths = try archive.finiteDoubles("path_lengths", shape: [total])
    let features = try archive.integers("features", shape: [total])
    let left = try archive.integers("left_children", shape: [total])
    let sideCounts = try archive.integers("side_counts", shape: [total])
    let sides = archive["sides"] == nil ? [] : try archive.integers("sides")
    guard settings.sampleSize >= 2, settings.features >= 1,
      settings.categories.allSatisfy({ (0..<settings.features).contains($0) }),
      sideCounts.allSatisfy({ $0 >= 0 && $0 <= sides.count }), sideCounts.reduce(0, +) == sides.count,
      sides.allSatisfy({ (0...Int(Int32.max)).contains($0) }), shares.allSatisfy({ $0 >= 0 && $0 <= 1 })
    else {
      throw ModelFileError.malformed(reason: "the sides of a split or the sample size are out of range")
    }
    featureCount = settings.features
    sampleSize = settings.sampleSize
    categories = Set(settings.categories)
    var (root, side) = (0, 0)
    trees = try sizes.map { size in
      var (nodes, own): ([MixedNode], [Int32]) = ([], [])
      var depths = [Int](repeating: 0, count: size)
      for v in root..<root + size {
        // Children come after their parent, so no walk is endless, and none is deep, for walks both ways call themselves.
        let (child, count) = (left[v], sideCounts[v])
        guard child == v - root || (child > v - root && child + 1 < size),
          (0..<settings.features).contains(features[v]), depths[v - root] <= 64
        else { throw ModelFileError.malformed(reason: "node \(v - root) of a tree leads nowhere") }
        if child > v - root {
          (depths[child], depths[child + 1]) = (depths[v - root] + 1, depths[v - root] + 1)
        }
        let part = sides[side..<side + count]
        guard zip(part, part.dropFirst()).allSatisfy({ $0 >> 1 < $1 >> 1 }) else {
          throw ModelFileError.malformed(reason: "the categories of node \(v - root) of a tree do not ascend")
        }
        nodes.append(
          MixedNode(
            threshold: thresholds[v], leftShare: shares[v], length: lengths[v], feature: Int32(features[v]),
            left: Int32(child), firstSide: Int32(own.count), sideCount: Int32(count)))
        own += part.map(Int32.init)
        side += count
      }
      root += size
      return MixedTree(nodes: nodes, sides: own)
    }
  }
}
