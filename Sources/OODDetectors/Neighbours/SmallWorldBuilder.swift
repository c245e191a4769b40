import CKernels
import Foundation
import GenModels

/// Adds points to a graph, block by block: a block's points look for their links in the graph as it stands before, and then those that they
/// link to link back. Blocks and layers follow from the seed and the number of points alone.
struct SmallWorldBuilder {
  private let coordinates: SmallWorldCoordinates
  private let settings: SmallWorldGraph.Settings
  /// The highest layer of each point.
  private let heights: [Int]
  private let layers: [SmallWorldLayer]

  init(
    _ coordinates: SmallWorldCoordinates, settings: SmallWorldGraph.Settings,
    using random: inout RandomGenerator
  ) {
    self.coordinates = coordinates
    self.settings = settings
    let count = coordinates.points.count / coordinates.stride
    let factor = 1 / log(Double(settings.links))
    // Of (0, 1], so that the logarithm is finite.
    let heights = (0..<count).map { _ in
      Int(-log(1 - Double.random(in: 0..<1, using: &random)) * factor)
    }
    var layers: [SmallWorldLayer] = []
    var below = Array(0..<count)
    for number in 0...(heights.max() ?? 0) {
      let members = below.filter { heights[$0] >= number }
      let width = settings.links * (number == 0 ? 2 : 1)
      layers.append(
        SmallWorldLayer(
          members: number == 0 ? [] : members.map(Int32.init),
          down: number == 0 ? [] : SmallWorldLayer.places(of: members, in: below), width: width,
          links: .init(repeating: -1, count: members.count * width)))
      below = members
    }
    (self.heights, self.layers) = (heights, layers)
  }

  /// The layers with their links.
  func build() -> [SmallWorldLayer] {
    // Nodes of each layer that stand.
    var standing = layers.map { _ in 0 }
    var (start, end, top) = (0, min(1, heights.count), 0)
    while start < heights.count {
      var nodes = standing
      for point in start..<end {
        for number in 0...heights[point] { nodes[number] += 1 }
      }
      for number in 0...top where standing[number] > 0 {
        link(standing[number]..<nodes[number], in: number, below: top)
        linkBack(standing[number]..<nodes[number], in: number)
      }
      standing = nodes
      // A node that is first in its layer is where walks begin.
      top = heights[start..<end].reduce(top, max)
      (start, end) = (end, min(heights.count, end + max(1, min(end / 16, 16_384))))
    }
    return layers
  }

  /// Finds the links of new nodes of a layer among those that stand.
  private func link(_ nodes: Range<Int>, in number: Int, below top: Int) {
    let (layer, limit, stride) = (layers[number], settings.links, coordinates.stride)
    let breadth = min(settings.constructionBreadth, nodes.lowerBound)
    let standing = Array(layers[...top])
    parallelFor(nodes.count, grain: 8) { range in
      var walk = SmallWorldWalk(standing, breadth: breadth)
      let kernels = ood_active_kernels().pointee.small_world
      for node in range.lowerBound + nodes.lowerBound..<range.upperBound + nodes.lowerBound {
        let point = layer.members.isEmpty ? node : Int(layer.members[node])
        let found = walk.nearest(
          to: coordinates.points.base + point * stride, in: standing, coordinates, downTo: number,
          breadth: breadth)
        layer.withView(coordinates) { view in
          _ = kernels.choose(
            view, walk.nodes, walk.distances, found, limit, layer.links.base + node * layer.width)
        }
      }
    }
  }

  /// Every node that new ones link to links to them too; where it has no room for all, those are chosen that lie in different
  /// directions.
  private func linkBack(_ nodes: Range<Int>, in number: Int) {
    let (layer, width, links) = (layers[number], layers[number].width, layers[number].links)
    var pairs: [(target: Int32, node: Int32)] = []
    for node in nodes {
      for place in 0..<width {
        let target = links.base[node * width + place]
        if target < 0 { break }
        pairs.append((target, Int32(node)))
      }
    }
    pairs.sort { ($0.target, $0.node) < ($1.target, $1.node) }
    let starts = pairs.indices.filter { $0 == 0 || pairs[$0].target != pairs[$0 - 1].target }
    let (sorted, bounds) = (pairs, starts + [pairs.count])
    parallelFor(starts.count, grain: 32) { range in
      for group in range {
        let own = links.base + Int(sorted[bounds[group]].target) * width
        var all = (0..<width).map { own[$0] }.filter { $0 >= 0 }
        for pair in sorted[bounds[group]..<bounds[group + 1]] { all.append(pair.node) }
        if all.count <= width {
          for (place, node) in all.enumerated() { own[place] = node }
        } else {
          choose(width, of: all, for: sorted[bounds[group]].target, in: layer, to: own)
        }
      }
    }
  }

  /// Writes the links of a node, chosen among some, and -1 behind them.
  private func choose(
    _ most: Int, of nodes: [Int32], for node: Int32, in layer: SmallWorldLayer,
    to links: UnsafeMutablePointer<Int32>
  ) {
    let kernels = ood_active_kernels().pointee.small_world
    let point = layer.members.isEmpty ? Int(node) : Int(layer.members[Int(node)])
    layer.withView(coordinates) { view in
      let distances = [Float](unsafeUninitializedCapacity: nodes.count) { buffer, count in
        let query = view.pointee.points + point * coordinates.stride
        kernels.distances(view, query, nodes, nodes.count, buffer.baseAddress!)
        count = nodes.count
      }
      let ranks = nodes.indices.sorted { (distances[$0], nodes[$0]) < (distances[$1], nodes[$1]) }
      let kept = kernels.choose(
        view, ranks.map { nodes[$0] }, ranks.map { distances[$0] }, nodes.count, most, links)
      for place in kept..<most { links[place] = -1 }
    }
  }
}
