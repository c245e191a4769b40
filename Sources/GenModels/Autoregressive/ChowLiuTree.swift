#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The tree of pairwise dependences that is nearest to a table's distribution (C. K. Chow and C. N. Liu, 1968): the spanning tree with
/// the largest sum of mutual informations, P(x) = Π P(xj | x of j's parent). Exact probabilities of binary and categorical rows; the
/// baseline for every density of such tables.
///
/// ```swift
/// let tree = try ChowLiuTree(fitting: table)
/// let nats = try tree.logDensity(rows)
/// ```
///
/// Each column's categories are the numbers that it has in the training table, and both 0 and 1 in a table of nothing else; a row with
/// any other number has probability 0. `smoothing` α adds
/// α / (Kj Kb) to the count of each pair of categories of columns j and b, which keeps pairs and single columns consistent. Cost of the
/// fit: a product of matrices of rows by categories, and d² mutual informations.
public struct ChowLiuTree: DensityModel, TableScorer {
  public static let kind = "chow-liu-tree"

  /// The categories of each column, ascending.
  public let categories: [[Double]]
  /// The parent of each column; nil for the root, which is column 0.
  public let parents: [Int?]
  /// P of each category of a column given each category of its parent: `tables[j][parent category · K + category]`, one row for the
  /// root.
  let tables: [[Double]]
  private let logTables: [[Double]]
  /// Columns with every parent before its children.
  private let order: [Int]

  /// The most categories that all columns together may have: their pairs are counted in one square table.
  public static let mostCategories = 20_000

  /// Fits the tree to the rows of a table.
  ///
  /// - Parameters:
  ///   - x: An example a row; every column a category or 0 and 1.
  ///   - smoothing: α, the weight of a uniform distribution beside the rows, in rows; 0 for the counts as they are.
  /// - Throws: `TableError` for a table without rows or columns, with entries that are not finite or too many categories, and for a
  ///   negative α.
  public init(fitting x: Matrix, smoothing: Double = 1) throws {
    try x.checkTraining()
    guard smoothing >= 0, smoothing.isFinite else {
      throw TableError.invalidSetting(name: "smoothing", value: "\(smoothing)", expected: "0 or more")
    }
    let columns = x.columns
    let isBinary = x.withUnsafeElements { $0.allSatisfy { $0 == 0 || $0 == 1 } }
    var categories: [[Double]] = []
    var total = 0
    for j in 0..<columns {
      let found = isBinary ? [0, 1] : Set((0..<x.rows).lazy.map { x[$0, j] }).sorted()
      total += found.count - 1
      guard total <= Self.mostCategories else {
        throw TableError.invalidSetting(
          name: "number of different values", value: "more than \(Self.mostCategories)",
          expected: "at most that over all columns together; give categories, or round the numbers")
      }
      categories.append(found)
    }
    let counts = PairCounts(x, categories: categories, smoothing: smoothing)
    let parents = Self.spanningTree(columns) { counts.mutualInformation($0, $1) }
    self.init(
      categories: categories, parents: parents,
      tables: parents.enumerated().map { column, parent in counts.conditionals(column, given: parent) })
  }

  init(categories: [[Double]], parents: [Int?], tables: [[Double]]) {
    self.categories = categories
    self.parents = parents
    self.tables = tables
    logTables = tables.map { $0.map { log($0) } }
    var children = [[Int]](repeating: [], count: parents.count)
    for (column, parent) in parents.enumerated() { if let parent { children[parent].append(column) } }
    var order = parents.indices.filter { parents[$0] == nil }
    var next = 0
    while next < order.count {
      order += children[order[next]]
      next += 1
    }
    self.order = order
  }

  /// Prim's algorithm from column 0, on the largest weights; the first of equals.
  private static func spanningTree(_ columns: Int, weight: @Sendable (Int, Int) -> Double) -> [Int?] {
    var parents = [Int?](repeating: nil, count: columns)
    var best = [(weight: Double, parent: Int)](repeating: (-.infinity, 0), count: columns)
    var isIn = [Bool](repeating: false, count: columns)
    var current = 0
    isIn[0] = true
    for _ in 1..<max(1, columns) {
      let from = current
      let weights = [Double](unsafeUninitializedCapacity: columns) { weights, count in
        nonisolated(unsafe) let weights = weights
        parallelFor(columns, grain: 64) { range in
          for j in range { weights[j] = j == from ? 0 : weight(min(from, j), max(from, j)) }
        }
        count = columns
      }
      var next = -1
      for j in 0..<columns where !isIn[j] {
        if weights[j] > best[j].weight { best[j] = (weights[j], from) }
        if next < 0 || best[j].weight > best[next].weight { next = j }
      }
      parents[next] = best[next].parent
      isIn[next] = true
      current = next
    }
    return parents
  }

  public var featureCount: Int { categories.count }

  /// ln P of each row, in nats; −∞ where a column has a number that the training table did not have.
  public func logDensity(checked x: Matrix) -> [Double] {
    let columns = featureCount
    return [Double](unsafeUninitializedCapacity: x.rows) { found, count in
      nonisolated(unsafe) let found = found
      parallelFor(x.rows, grain: max(1, 4096 / columns)) { range in
        var numbers = [Int](repeating: 0, count: columns)
        for row in range {
          var (sum, isKnown) = (0.0, true)
          for j in order {
            guard let number = Self.number(of: x[row, j], in: categories[j]) else {
              isKnown = false
              break
            }
            numbers[j] = number
            sum += logTables[j][(parents[j].map { numbers[$0] } ?? 0) * categories[j].count + number]
          }
          found[row] = isKnown ? sum : -.infinity
        }
      }
      count = x.rows
    }
  }

  private static func number(of value: Double, in categories: [Double]) -> Int? {
    var (low, high) = (0, categories.count)
    while low < high {
      let middle = (low + high) / 2
      if categories[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low < categories.count && categories[low] == value ? low : nil
  }

  /// −ln P(x) of each row, in nats; +∞ for a number that the training table did not have.
  public func score(checked x: Matrix) -> [Double] { logDensity(checked: x).map { -$0 } }

  public func sample(count: Int, using random: inout RandomGenerator) -> Matrix {
    let columns = featureCount
    var numbers = [Int](repeating: 0, count: columns)
    return Matrix(rows: count, columns: columns) { destination in
      for row in 0..<count {
        for j in order {
          let size = categories[j].count
          let start = (parents[j].map { numbers[$0] } ?? 0) * size
          numbers[j] = random.place(weights: Array(tables[j][start..<start + size]))
          destination[row * columns + j] = categories[j][numbers[j]]
        }
      }
    }
  }
}

extension ChowLiuTree: TableFitted {
  public struct FitSettings: Codable, Hashable, Sendable {
    public var smoothing = 1.0

    public init() {}
  }

  public static var defaultFitSettings: FitSettings { FitSettings() }
  public static var summary: String { "the best tree of dependences, for binary and categorical tables" }

  public static func fitted(to x: Matrix, settings: FitSettings, seed: UInt64) throws -> ChowLiuTree {
    try ChowLiuTree(fitting: x, smoothing: settings.smoothing)
  }
}

extension ChowLiuTree: Model {
  public var configuration: EmptyConfiguration { EmptyConfiguration() }

  public func encode(to archive: inout ModelArchive) {
    archive["parents"] = .int32(Indexes(parents.map { $0 ?? -1 }))
    archive["category-counts"] = .int32(Indexes(categories.map(\.count)))
    let values = categories.flatMap { $0 }
    archive["categories"] = .float64(values, shape: [values.count])
    let entries = tables.flatMap { $0 }
    archive["tables"] = .float64(entries, shape: [entries.count])
  }

  public init(from archive: ModelArchive) throws {
    let counts = try archive.counts("category-counts")
    let columns = counts.count
    let numbers = try archive.integers("parents", shape: [columns])
    let values = try archive.finiteDoubles("categories", shape: [counts.reduce(0, +)])
    let categories = values.split(counts: counts)
    guard categories.allSatisfy({ zip($0, $0.dropFirst()).allSatisfy(<) }) else {
      throw ModelFileError.malformed(reason: "the categories of a column do not rise")
    }
    let parents = numbers.map { $0 == -1 ? nil : Optional($0) }
    guard parents[0] == nil,
      parents.dropFirst().allSatisfy({ $0.map { (0..<columns).contains($0) } ?? false })
    else {
      throw ModelFileError.malformed(reason: "the parents are not those of a tree whose root is column 0")
    }
    let sizes = parents.enumerated().map { ($1.map { counts[$0] } ?? 1) * counts[$0] }
    guard sizes.reduce(0.0, { $0 + Double($1) }) <= Double(Int32.max) else {
      throw ModelFileError.malformed(reason: "the tables are too large")
    }
    let entries = try archive.finiteDoubles("tables", shape: [sizes.reduce(0, +)])
    guard entries.allSatisfy({ $0 >= 0 && $0 <= 1 + 1e-9 }) else {
      throw ModelFileError.malformed(reason: "the tables hold numbers that are no probabilities")
    }
    self.init(
      categories: categories, parents: parents, tables: entries.split(counts: sizes))
    guard order.count == columns else {
      throw ModelFileError.malformed(reason: "the parents go round in a circle")
    }
  }
}
