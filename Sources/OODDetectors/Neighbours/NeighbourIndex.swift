import CKernels
import GenModels
import Synchronization

/// A table prepared for finding the nearest rows to points: the same bits for any number of threads and however the points are batched.
///
/// ```swift
/// let index = try NeighbourIndex(table)
/// let lists = try index.nearest(5, to: newRows)
/// let graph = try index.nearestToEachOther(5)      // no row is its own neighbour
/// ```
///
/// **Exact** searches are in double precision. Up to 12 columns a k-d tree is searched; for more, all points: in the Euclidean metric by matrix products
/// in single precision that rule out all but a few points (2·m·n·d operations at the speed of a matrix
/// product), in the others directly (3·m·n·d). No m·n matrix is ever stored: memory beyond the table is about
/// as large as the table, at most. From 128 columns and 4,096 rows on, an eighth as many numbers a row are compared first where these
/// tell most rows apart, as for pictures.
///
/// **Approximate** searches, where they are asked for, walk through a `SmallWorldGraph`: some neighbours are missed, and rows a little farther
/// away stand in their place. Their distances are those of double precision.
public struct NeighbourIndex: Sendable {
  /// The table that is searched.
  public let points: Matrix
  /// The metric.
  public let metric: DistanceMetric
  /// How the nearest rows are found.
  public let method: NeighbourSearch
  private let search: Search

  private enum Search: Sendable {
    case tree(KDTree)
    case products(ProductSearch)
    case direct
    case graph(SmallWorldGraph)
  }

  /// Columns up to which a tree is searched.
  static let treeColumns = 12

  /// Prepares a table.
  /// - Throws: `TableError` when the table is empty, an entry is not finite or is above 10¹⁵⁰ in magnitude, or its
  ///   columns vary, but all by less than 10⁻¹⁵⁰; for an approximate search in another than the Euclidean metric, or with settings out of
  ///   range.
  public init(
    _ points: Matrix, metric: DistanceMetric = .euclidean, search method: NeighbourSearch = .exact
  ) throws {
    try self.init(points, metric: metric, search: method) {
      try SmallWorldGraph(points, settings: $0)
    }
  }

  /// With a graph that is at hand already.
  init(
    _ points: Matrix, metric: DistanceMetric, search method: NeighbourSearch,
    graph: (SmallWorldGraph.Settings) throws -> SmallWorldGraph
  ) throws {
    try points.checkTraining(rows: 1, "to be a neighbour")
    try points.checkDistances()
    precondition(
      points.rows < Int(Int32.max), "A table of \(points.rows) rows is too long: rows count in 31 bits.")
    self.points = points
    self.metric = metric
    self.method = method
    if case .approximate(let settings) = method {
      guard metric == .euclidean else {
        throw TableError.invalidSetting(
          name: "metric", value: metric.rawValue, expected: "euclidean, for an approximate search")
      }
      search = .graph(try graph(settings))
    } else if points.columns <= Self.treeColumns {
      search = .tree(KDTree(points, metric: metric))
    } else if metric == .euclidean {
      search = .products(ProductSearch(points))
    } else {
      search = .direct
    }
  }

  /// The k nearest rows of the table to each row of `queries`. A query that is in the table finds itself.
  /// Queries may be of any magnitude; a distance beyond the finite numbers is the greatest of them.
  /// - Throws: `TableError` when `queries` has other columns or an entry that is not finite, or the table has fewer
  ///   than k rows.
  public func nearest(_ k: Int, to queries: Matrix) throws -> NeighbourLists {
    try checkNeighbours(k, others: 0)
    try queries.checkFeatures(points.columns)
    let far = queries.farRows()
    guard !far.isEmpty else { return find(k, queries, amongThemselves: false, nil) }
    var lists = find(k, queries.zeroing(far), amongThemselves: false, nil)
    for i in far {
      let distances = farDistances(queries.row(i), to: points, metric)
      let order = distances.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }.prefix(k)
      lists.replace(i, rows: order.map(Int32.init), distances: order.map { distances[$0].unshrunk })
    }
    return lists
  }

  /// The graph of an approximate search.
  var graph: SmallWorldGraph? {
    if case .graph(let graph) = search { graph } else { nil }
  }

  /// The share of the true k nearest rows that `nearest` finds for queries, by distance: found is a row that is no farther than the true
  /// k-th. 1 for exact searches. Costs an exact search.
  /// - Throws: As `nearest`.
  public func recall(_ k: Int, of queries: Matrix) throws -> Double {
    guard graph != nil else { return 1 }
    let (found, all) = (
      try nearest(k, to: queries), try NeighbourIndex(points, metric: metric).nearest(k, to: queries)
    )
    let hits = (0..<found.count).map { i in
      found.distances(of: i).count { $0 <= all.distances(of: i).last! }
    }
    return Double(hits.reduce(0, +)) / Double(max(1, found.count * k))
  }

  /// `nearest(_:to:)`, with the number of points that its products did not rule out, whose distances decided.
  package func nearestCountingDistances(_ k: Int, to queries: Matrix) throws -> (NeighbourLists, Int) {
    try checkNeighbours(k, others: 0)
    try queries.checkFeatures(points.columns)
    try queries.checkMagnitudes()
    let count = DistanceCount()
    let lists = find(k, queries, amongThemselves: false, count)
    return (lists, count.value.load(ordering: .relaxed))
  }

  /// The k nearest other rows of the table to each of its rows: the k-nearest-neighbour graph. Of rows that
  /// are equal, each is a neighbour of the others, at distance 0.
  /// - Throws: `TableError` when the table has fewer than k + 1 rows.
  public func nearestToEachOther(_ k: Int) throws -> NeighbourLists {
    try checkNeighbours(k, others: 1)
    return find(k, points, amongThemselves: true, nil)
  }

  /// Whether products of a few numbers a row are compared first.
  package var comparesLeadingDirections: Bool {
    if case .products(let search) = search { search.leading != nil } else { false }
  }

  private func checkNeighbours(_ k: Int, others: Int) throws(TableError) {
    guard k >= 1 else { throw .invalidSetting(name: "neighbours", value: "\(k)", expected: "at least 1") }
    guard points.rows >= k + others else {
      throw .tooFewRows(found: points.rows, needed: k + others, reason: "to find \(k) neighbours")
    }
  }

  private func find(
    _ k: Int, _ queries: Matrix, amongThemselves: Bool, _ distanceCount: DistanceCount?
  ) -> NeighbourLists {
    NeighbourLists(count: queries.rows, k: k) { rows, distances in
      nonisolated(unsafe) let (rows, distances) = (rows, distances)
      switch search {
      case .tree(let tree):
        // Close queries, one after the other, touch the same leaves.
        let order = amongThemselves ? tree.spatialOrder : nil
        queries.withUnsafeElements { elements in
          nonisolated(unsafe) let x = elements.baseAddress!
          parallelFor(queries.rows, grain: 256) { range in
            var heap = NearestHeap(capacity: k)
            for place in range {
              let i = order.map { Int($0[place]) } ?? place
              tree.search(x + i * points.columns, excluding: amongThemselves ? Int32(i) : -1, &heap)
              heap.drain(metric, rows: rows + i * k, distances: distances + i * k)
            }
            distanceCount?.value.add(heap.measured, ordering: .relaxed)
          }
        }
      case .products(let stored):
        let products = stored.fittingKernelsInUse
        let visit = { @Sendable (i: Int, candidates: UnsafeBufferPointer<Int32>) in
          var heap = NearestHeap(capacity: k)
          forEachMeasure(queries, i, candidates) { measure, row in
            if !(amongThemselves && row == Int32(i)) { heap.offer(measure, row) }
          }
          distanceCount?.value.add(candidates.count, ordering: .relaxed)
          heap.drain(metric, rows: rows + i * k, distances: distances + i * k)
        }
        if amongThemselves, products.holdsAllLists(needed: k + 1) {
          products.visitNearestToEachOther(needed: k + 1, visit)
        } else {
          products.visitNearest(to: queries, needed: amongThemselves ? k + 1 : k, visit)
        }
      case .graph(let graph):
        graph.visitNearest(amongThemselves ? k + 1 : k, to: queries) { i, candidates in
          var heap = NearestHeap(capacity: k)
          forEachMeasure(queries, i, candidates) { measure, row in
            if !(amongThemselves && row == Int32(i)) { heap.offer(measure, row) }
          }
          // Walks that find too few, and queries beyond single precision, look at all rows.
          if heap.count < k { search(queries, i, excluding: amongThemselves ? i : nil, &heap) }
          distanceCount?.value.add(candidates.count, ordering: .relaxed)
          heap.drain(metric, rows: rows + i * k, distances: distances + i * k)
        }
      case .direct:
        parallelFor(queries.rows, grain: 16) { range in
          var heap = NearestHeap(capacity: k)
          for i in range {
            search(queries, i, excluding: amongThemselves ? i : nil, &heap)
            heap.drain(metric, rows: rows + i * k, distances: distances + i * k)
          }
          distanceCount?.value.add(range.count * points.rows, ordering: .relaxed)
        }
      }
    }
  }

  /// How many points have each query within their own radius, at a distance not above it; `radii` has one for
  /// each point.
  func coveringCounts(_ queries: Matrix, radii: [Double]) -> [Int] {
    let far = queries.farRows()
    guard !far.isEmpty else { return nearCoveringCounts(queries, radii: radii) }
    var counts = nearCoveringCounts(queries.zeroing(far), radii: radii)
    for i in far {
      let distances = farDistances(queries.row(i), to: points, metric)
      counts[i] = distances.indices.count { distances[$0].unshrunk <= radii[$0] }
    }
    return counts
  }

  private func nearCoveringCounts(_ queries: Matrix, radii: [Double]) -> [Int] {
    let measures = radii.map(metric.measure)
    return [Int](unsafeUninitializedCapacity: queries.rows) { counts, count in
      nonisolated(unsafe) let counts = counts
      switch search {
      case .tree(let tree):
        let largest = tree.largestRadii(measures)
        queries.withUnsafeElements { elements in
          nonisolated(unsafe) let x = elements.baseAddress
          parallelFor(queries.rows, grain: 64) { range in
            for i in range {
              var covering = 0
              tree.visitCovering(x! + i * points.columns, largestMeasures: largest) { measure, row in
                if metric.distance(measure) <= radii[Int(row)] { covering += 1 }
              }
              counts[i] = covering
            }
          }
        }
      case .products(let stored):
        let products = stored.fittingKernelsInUse
        products.visitCovering(queries, radii: radii) { i, candidates in
          var covering = 0
          forEachMeasure(queries, i, candidates) { measure, row in
            if metric.distance(measure) <= radii[Int(row)] { covering += 1 }
          }
          counts[i] = covering
        }
      case .direct, .graph:
        parallelFor(queries.rows, grain: 16) { range in
          let distances = Scratch<Double>(points.rows)
          for i in range {
            measureAll(queries, i, distances.base)
            counts[i] = (0..<points.rows).reduce(0) {
              metric.distance(distances.base[$1]) <= radii[$1] ? $0 + 1 : $0
            }
          }
        }
      }
      count = queries.rows
    }
  }

  /// Leaves the nearest of all points in the heap.
  private func search(_ queries: Matrix, _ i: Int, excluding excluded: Int?, _ heap: inout NearestHeap) {
    let measures = Scratch<Double>(points.rows)
    measureAll(queries, i, measures.base)
    heap.removeAll()
    for j in 0..<points.rows where j != excluded && measures.base[j] <= heap.worst {
      heap.offer(measures.base[j], Int32(j))
    }
  }

  private func measureAll(_ queries: Matrix, _ i: Int, _ out: UnsafeMutablePointer<Double>) {
    queries.withUnsafeElements { x in
      points.withUnsafeElements { y in
        ood_active_kernels().pointee.neighbours.distances(
          metric.kernel, x.baseAddress! + i * points.columns, y.baseAddress!, points.rows, points.columns, out
        )
      }
    }
  }

  private func forEachMeasure(
    _ queries: Matrix, _ i: Int, _ candidates: UnsafeBufferPointer<Int32>, _ body: (Double, Int32) -> Void
  ) {
    guard let rows = candidates.baseAddress else { return }
    let measures = Scratch<Double>(candidates.count)
    queries.withUnsafeElements { x in
      points.withUnsafeElements { y in
        ood_active_kernels().pointee.neighbours.distances_at(
          metric.kernel, x.baseAddress! + i * points.columns, y.baseAddress!, rows, candidates.count,
          points.columns,
          measures.base)
      }
    }
    for (place, row) in candidates.enumerated() { body(measures.base[place], row) }
  }
}

/// A number that several threads add to.
private final class DistanceCount: Sendable {
  let value = Atomic<Int>(0)
}
