import GenModels

/// A forest whose trees can stand in one forest with those of another.
public protocol JoinableForest: TableScorer {
  var treeCount: Int { get }
  /// ψ, the number of rows that each tree was grown on.
  var sampleSize: Int { get }

  /// The trees of this forest and then the other's, in that order of their positions among all.
  func joined(with other: Self, order: [Int]) -> Self
}

/// Some of a forest's trees, by their numbers in the whole.
///
/// Part k of N grows every Nth tree from the kth, on samples of its own rows; tree t draws from `random.split(t)` as in the whole
/// forest. So trees of parts that have all the same rows are those of the forest of these rows, and otherwise parts should be of about
/// equal size, with rows dealt to them at random.
public struct ForestSummary<Forest: JoinableForest>: RowSummary {
  public private(set) var rowCount: Int
  private(set) var forest: Forest
  /// The numbers of its trees, ascending.
  private(set) var numbers: [Int]

  public var featureCount: Int { forest.featureCount }

  /// - Throws: `TableError` where the part has no tree, or fewer rows than each tree is grown on.
  init(
    of x: Matrix, shard: Shard, trees: Int, sampleSize: Int, grow: (_ numbers: [Int]) throws -> Forest
  ) throws {
    guard x.rows >= sampleSize else {
      throw TableError.tooFewRows(
        found: x.rows, needed: sampleSize, reason: "in every part, for trees of that sample size")
    }
    guard trees >= shard.count else {
      throw TableError.invalidSetting(
        name: "trees", value: "\(trees)", expected: "at least one for each of \(shard.count) parts")
    }
    numbers = shard.part(of: try IsolationTrees.numbers(trees))
    forest = try grow(numbers)
    rowCount = x.rows
  }

  public mutating func add(_ other: Self) {
    let all = numbers + other.numbers
    let order = all.indices.sorted { all[$0] < all[$1] }
    forest = forest.joined(with: other.forest, order: order)
    numbers = order.map { all[$0] }
    rowCount += other.rowCount
  }

  public func encode(to archive: inout ModelArchive) throws {
    archive["size"] = .float64([Double(rowCount), Double(featureCount)], shape: [2])
    archive["numbers"] = .int32(Indexes(numbers))
    try archive.setPart("forest", forest)
  }

  public init(from archive: ModelArchive) throws {
    forest = try archive.part("forest", as: Forest.self)
    numbers = try archive.integers("numbers", shape: [forest.treeCount])
    let size = try archive.summarySize()
    rowCount = size.rows
    guard size.columns == forest.featureCount, zip(numbers, numbers.dropFirst()).allSatisfy({ $0 < $1 })
    else {
      throw ModelFileError.malformed(reason: "the numbers of a forest's trees don't ascend")
    }
  }

  /// Throws unless the trees are some of so many.
  func check(trees: Int, sampleSize: Int) throws(ModelFileError) {
    guard let first = numbers.first, first >= 0, numbers[numbers.count - 1] < trees,
      forest.sampleSize == sampleSize
    else { throw .malformed(reason: "the trees of a part are not those that its settings say") }
  }

  /// The forest of all trees.
  func complete(trees: Int) throws(ModelFileError) -> Forest {
    guard numbers == Array(0..<trees) else {
      throw .malformed(reason: "the trees of all parts together are not those that the settings say")
    }
    return forest
  }
}
