import CKernels
import GenModels

/// Walks through a graph, with the memory that they need.
struct SmallWorldWalk: ~Copyable {
  private let visited: Scratch<UInt64>
  private let fresh, touched: Scratch<Int32>
  private let mostTouched: Int
  private let nodeScratch: Scratch<Int32>
  private let distanceScratch: Scratch<Float>
  private let kernels = ood_active_kernels().pointee.small_world

  /// What the last walk found, nearest first.
  var nodes: UnsafeMutablePointer<Int32> { nodeScratch.base }
  var distances: UnsafeMutablePointer<Float> { distanceScratch.base }

  init(_ layers: [SmallWorldLayer], breadth: Int) {
    let count = layers.first?.count ?? 0
    let words = (count + 63) / 64
    visited = Scratch<UInt64>(words)
    visited.base.update(repeating: 0, count: words)
    fresh = Scratch<Int32>(layers.map(\.width).max() ?? 0)
    mostTouched = min(count, 128 * breadth + 1024)
    touched = Scratch<Int32>(mostTouched)
    nodeScratch = Scratch<Int32>(breadth + 1)
    distanceScratch = Scratch<Float>(breadth + 1)
  }

  /// Goes down to a layer by its nearest nodes and keeps `breadth` there; returns how many it found.
  mutating func nearest(
    to query: UnsafePointer<Float>, in layers: [SmallWorldLayer], _ coordinates: SmallWorldCoordinates,
    downTo last: Int, breadth: Int
  ) -> Int {
    var entry: Int32 = 0
    for number in stride(from: layers.count - 1, to: last, by: -1) {
      _ = search(query, layers[number], coordinates, entry: entry, breadth: 1)
      entry = layers[number].down[Int(nodes[0])]
    }
    return search(query, layers[last], coordinates, entry: entry, breadth: breadth)
  }

  /// Walks in one layer; returns how many nodes it found.
  mutating func search(
    _ query: UnsafePointer<Float>, _ layer: SmallWorldLayer, _ coordinates: SmallWorldCoordinates,
    entry: Int32, breadth: Int
  ) -> Int {
    layer.withView(coordinates) { view in
      kernels.search(
        view, query, entry, breadth, visited.base, fresh.base, touched.base, mostTouched, nodes, distances)
    }
  }
}
