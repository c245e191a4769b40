import CKernels
import GenModels

/// A k-d tree (J. L. Bentley, 1975): boxes cut at the median of their widest side, down to leaves of at most
/// 32 points.
///
/// It finds exactly what a search of all points finds, to the bit: a box is left out only when it is farther
/// than the farthest neighbour found, with room for rounding. Building costs about n·d·log n operations. A
/// search touches few leaves in few dimensions, and nearly all of them from some fifteen on.
final class KDTree: Sendable {
  private let metric: DistanceMetric
  private let columns: Int
  private let nodes: [Node]
  /// Lowest, then highest coordinates of each node's points, `boxWidth` places each; −∞ and ∞ behind the last.
  private let boxes: [Double]
  /// The rows of the points, leaf by leaf.
  private let order: [Int32]
  /// Each leaf's points turned, `width` places a coordinate.
  private let panels: [Double]

  private static let leafSize = 32
  /// Places for as many coordinates as the kernel takes at once.
  private var boxWidth: Int { (columns + 7) / 8 * 8 }

  private struct Node {
    var points: Range<Int>
    /// The second child; the first one follows its parent. 0 in a leaf.
    var second = 0
    var panel = 0
    var width: Int { (points.count + 7) / 8 * 8 }
  }

  init(_ x: Matrix, metric: DistanceMetric) {
    self.metric = metric
    columns = x.columns
    var order = (0..<Int32(x.rows)).map { $0 }
    var nodes: [Node] = []
    var boxes: [Double] = []
    var panels: [Double] = []
    x.withUnsafeElements { elements in
      order.withUnsafeMutableBufferPointer { order in
        var builder = Builder(
          x: elements.baseAddress!, columns: x.columns, order: order.baseAddress!, nodes: [], boxes: [],
          panels: [])
        _ = builder.build(0..<x.rows)
        (nodes, boxes, panels) = (builder.nodes, builder.boxes, builder.panels)
      }
    }
    (self.order, self.nodes, self.boxes, self.panels) = (order, nodes, boxes, panels)
  }

  private struct Builder {
    let x: UnsafePointer<Double>
    let columns: Int
    let order: UnsafeMutablePointer<Int32>
    var nodes: [Node]
    var boxes: [Double]
    var panels: [Double]

    mutating func build(_ points: Range<Int>) -> Int {
      let number = nodes.count
      nodes.append(Node(points: points))
      var (widest, width) = (0, -1.0)
      let padding = repeatElement(Double.infinity, count: (columns + 7) / 8 * 8 - columns)
      var high: [Double] = []
      for k in 0..<columns {
        var (least, most) = (Double.infinity, -Double.infinity)
        for place in points {
          let value = x[Int(order[place]) * columns + k]
          least = min(least, value)
          most = max(most, value)
        }
        boxes.append(least)
        high.append(most)
        if most - least > width { (widest, width) = (k, most - least) }
      }
      boxes += padding.map { -$0 }
      boxes += high
      boxes += padding
      if points.count <= KDTree.leafSize {
        addLeaf(number)
      } else {
        let middle = (points.lowerBound + points.upperBound) / 2
        select(middle, points, column: widest)
        _ = build(points.lowerBound..<middle)
        nodes[number].second = build(middle..<points.upperBound)
      }
      return number
    }

    private mutating func addLeaf(_ number: Int) {
      let (points, width) = (nodes[number].points, nodes[number].width)
      nodes[number].panel = panels.count
      panels.append(contentsOf: repeatElement(0, count: width * columns))
      for k in 0..<columns {
        for (j, place) in points.enumerated() {
          panels[nodes[number].panel + k * width + j] = x[Int(order[place]) * columns + k]
        }
      }
    }

    /// Hoare's selection: the point that belongs at `middle` stands there, smaller ones before it, larger
    /// ones after.
    private func select(_ middle: Int, _ points: Range<Int>, column: Int) {
      func value(_ place: Int) -> Double { x[Int(order[place]) * columns + column] }
      var (low, high) = (points.lowerBound, points.upperBound - 1)
      while low < high {
        let (a, b, c) = (value(low), value((low + high) / 2), value(high))
        let pivot = max(min(a, b), min(max(a, b), c))
        var (i, j) = (low, high)
        while i <= j {
          while value(i) < pivot { i += 1 }
          while value(j) > pivot { j -= 1 }
          if i <= j {
            swap(&order[i], &order[j])
            i += 1
            j -= 1
          }
        }
        if middle <= j {
          high = j
        } else if middle >= i {
          low = i
        } else {
          return
        }
      }
    }
  }

  /// The rows of the points, in an order in which near ones stand close together.
  var spatialOrder: [Int32] { order }

  /// What a search takes from node to node.
  private struct Query {
    let x: UnsafePointer<Double>
    /// x, with zeros up to the width of a box.
    let padded: UnsafePointer<Double>
    let kernels: ood_neighbours
    let metric: ood_metric
    let nodes: UnsafePointer<Node>
    let boxes: UnsafePointer<Double>
    let order: UnsafePointer<Int32>
    let panels: UnsafePointer<Double>
    let columns: Int
    let boxWidth: Int
    /// Room for the distances of a leaf's points.
    let distances: UnsafeMutablePointer<Double>

    /// The measures from x to the nearest points of two nodes' boxes.
    func boxMeasures(_ first: Int, _ second: Int) -> (Double, Double) {
      withUnsafeTemporaryAllocation(of: Double.self, capacity: 2) { measures in
        kernels.box_distances(
          metric, padded, boxes + first * 2 * boxWidth, boxes + second * 2 * boxWidth, boxWidth,
          measures.baseAddress!)
        return (measures[0], measures[1])
      }
    }

    /// Writes the measures of a leaf's points to `distances`.
    func measureLeaf(_ node: Node) {
      kernels.panel_distances(metric, x, panels + node.panel, node.width, columns, distances)
    }
  }

  private func withQuery<Result>(_ x: UnsafePointer<Double>, _ body: (Query) -> Result) -> Result {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: Self.leafSize + boxWidth) { room in
      let padded = room.baseAddress! + Self.leafSize
      padded.initialize(repeating: 0, count: boxWidth)
      padded.update(from: x, count: columns)
      return nodes.withUnsafeBufferPointer { nodes in
        boxes.withUnsafeBufferPointer { boxes in
          order.withUnsafeBufferPointer { order in
            panels.withUnsafeBufferPointer { panels in
              body(
                Query(
                  x: x, padded: padded, kernels: ood_active_kernels().pointee.neighbours,
                  metric: metric.kernel, nodes: nodes.baseAddress!, boxes: boxes.baseAddress!,
                  order: order.baseAddress!, panels: panels.baseAddress!, columns: columns,
                  boxWidth: boxWidth, distances: room.baseAddress!))
            }
          }
        }
      }
    }
  }

  /// Offers the neighbours of `x` to `heap`, all but the row `excluded`.
  func search(_ x: UnsafePointer<Double>, excluding excluded: Int32, _ heap: inout NearestHeap) {
    withQuery(x) { query in
      search(0, at: query.boxMeasures(0, 0).0, query, excluded, &heap)
    }
  }

  private func search(
    _ number: Int, at measure: Double, _ query: borrowing Query, _ excluded: Int32, _ heap: inout NearestHeap
  ) {
    guard measure * roundingRoom <= heap.worst else { return }
    let node = query.nodes[number]
    guard node.second > 0 else {
      query.measureLeaf(node)
      heap.measured += node.points.count
      for (j, place) in node.points.enumerated() where query.distances[j] <= heap.worst {
        if query.order[place] != excluded { heap.offer(query.distances[j], query.order[place]) }
      }
      return
    }
    let (first, second) = query.boxMeasures(number + 1, node.second)
    if first <= second {
      search(number + 1, at: first, query, excluded, &heap)
      search(node.second, at: second, query, excluded, &heap)
    } else {
      search(node.second, at: second, query, excluded, &heap)
      search(number + 1, at: first, query, excluded, &heap)
    }
  }

  /// For each node, the largest of its points' `radii` (by row).
  func largestRadii(_ radii: [Double]) -> [Double] {
    var largest = [Double](repeating: 0, count: nodes.count)
    for number in nodes.indices.reversed() {
      let node = nodes[number]
      largest[number] =
        node.second > 0
        ? max(largest[number + 1], largest[node.second])
        : node.points.reduce(0) { max($0, radii[Int(order[$1])]) }
    }
    return largest
  }

  /// Calls `visit` with the measure and row of every point that `x` might be within the radius of; some
  /// points farther away are visited too.
  func visitCovering(
    _ x: UnsafePointer<Double>, largestMeasures: [Double], _ visit: (Double, Int32) -> Void
  ) {
    withQuery(x) { query in
      var waiting = [0]
      while let number = waiting.popLast() {
        guard query.boxMeasures(number, number).0 * roundingRoom <= largestMeasures[number] else { continue }
        let node = nodes[number]
        if node.second > 0 {
          waiting += [number + 1, node.second]
        } else {
          query.measureLeaf(node)
          for (j, place) in node.points.enumerated() { visit(query.distances[j], order[place]) }
        }
      }
    }
  }

  private let roundingRoom = 1 - 1e-12
}
