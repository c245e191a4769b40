import GenModels

/// A hierarchical navigable small world graph (HNSW: Y. A. Malkov and D. A. Yashunin, "Efficient and robust approximate nearest neighbor search
/// using hierarchical navigable small world graphs", 2018): finds most of the nearest rows of a table to a point, in a time that grows with
/// the logarithm of the table.
///
/// Every row is a node of the lowest layer, and of the next ones with the probability M⁻¹ each. A walk goes from the top down to the nearest node
/// of each layer, and in the lowest keeps the `breadth` nearest that it meets. Rows are added in blocks of a sixteenth of those that
/// stand already, in an order drawn from the seed: the graph is the same for any number of threads.
///
/// `NeighbourIndex` searches by it where it is asked for `NeighbourSearch.approximate`. Building costs about `constructionBreadth` · M · d
/// operations a row; memory is 4·(d + 2 M) bytes a row.
public struct SmallWorldGraph: Sendable {
  /// What decides recall and cost.
  public struct Settings: Sendable, Hashable, Codable {
    /// M: links of a node in the upper layers, and half of those in the lowest.
    public var links = 16
    /// Nearest nodes among which a new row's links are chosen.
    public var constructionBreadth = 200
    /// Nearest nodes that a search keeps: the more, the higher the recall. A search for more neighbours keeps as many as these.
    public var breadth = 100
    /// Decides the layers of the rows and the order in which they are added.
    public var seed: UInt64 = 0

    public init() {}

    /// - Parameter breadth: Nearest nodes that a search keeps.
    public init(breadth: Int) { self.breadth = breadth }

    func requireSense() throws(TableError) {
      for (name, value, range) in [
        ("links", links, 2...256), ("construction breadth", constructionBreadth, 1...1 << 20),
        ("breadth", breadth, 1...1 << 20),
      ] where !range.contains(value) {
        throw .invalidSetting(
          name: name, value: "\(value)", expected: "between \(range.lowerBound) and \(range.upperBound)")
      }
    }
  }

  /// What decides recall and cost.
  public let settings: Settings
  /// The row of each point: the order in which they were added.
  let order: [Int32]
  /// From the lowest.
  let layers: [SmallWorldLayer]
  let coordinates: SmallWorldCoordinates

  /// Builds the graph of a table of finite numbers of at most 10¹⁵⁰.
  /// - Throws: `TableError` for settings out of range.
  init(_ points: Matrix, settings: Settings) throws(TableError) {
    try settings.requireSense()
    self.settings = settings
    var random = RandomGenerator(seed: settings.seed)
    order = random.permutation(points.rows).elements.map { Int32($0) }
    coordinates = SmallWorldCoordinates(points, order: order)
    layers = SmallWorldBuilder(coordinates, settings: settings, using: &random).build()
  }

  init(_ points: Matrix, settings: Settings, order: [Int32], layers: [SmallWorldLayer]) {
    self.settings = settings
    self.order = order
    self.layers = layers
    coordinates = SmallWorldCoordinates(points, order: order)
  }

  /// For each query whose coordinates single precision holds, those rows that a search finds which may be the nearest `count` of them, nearest
  /// first in single precision; `visit` is given none for others. Called from several threads at once, for each query once.
  func visitNearest(
    _ count: Int, to queries: Matrix, _ visit: @Sendable (Int, UnsafeBufferPointer<Int32>) -> Void
  ) {
    let breadth = min(order.count, max(count, settings.breadth))
    parallelFor(queries.rows, grain: 16) { range in
      var walk = SmallWorldWalk(layers, breadth: breadth)
      let query = Scratch<Float>(coordinates.stride)
      let rows = Scratch<Int32>(breadth)
      for i in range {
        guard let change = coordinates.write(queries, row: i, to: query.base) else {
          visit(i, UnsafeBufferPointer(start: nil, count: 0))
          continue
        }
        let found = walk.nearest(to: query.base, in: layers, coordinates, downTo: 0, breadth: breadth)
        let kept = coordinates.undecided(
          among: UnsafeBufferPointer(start: walk.distances, count: found), nearest: count, change: change)
        for place in 0..<kept { rows.base[place] = order[Int(walk.nodes[place])] }
        visit(i, UnsafeBufferPointer(start: rows.base, count: kept))
      }
    }
  }
}
