import CKernels
import GenModels

/// A layer of a `SmallWorldGraph`: its nodes' points and links.
struct SmallWorldLayer: Sendable {
  /// The point of each node; empty in the lowest layer, where they are numbered alike.
  let members: [Int32]
  /// The node of the layer below that is the same point; empty in the lowest.
  let down: [Int32]
  /// Places for links a node.
  let width: Int
  /// `width` places a node, -1 behind its links.
  let links: SmallWorldMemory<Int32>
  var count: Int { links.count / width }

  /// The places of points, which rise, among others, which rise too; ends at one that is not there.
  static func places(of points: [Int], in others: [Int]) -> [Int32] {
    var (places, place) = ([Int32](), 0)
    for (index, point) in points.enumerated() {
      while place < others.count, others[place] < point { place += 1 }
      guard place < others.count, others[place] == point, index == 0 || points[index - 1] < point else {
        break
      }
      places.append(Int32(place))
    }
    return places
  }

  /// The layer as the kernels see it.
  func withView<Result>(
    _ coordinates: SmallWorldCoordinates, _ body: (UnsafePointer<ood_small_world_layer>) -> Result
  ) -> Result {
    members.withUnsafeBufferPointer { members in
      var view = ood_small_world_layer(
        points: coordinates.points.base, stride: coordinates.stride,
        members: members.isEmpty ? nil : members.baseAddress, links: links.base, width: width)
      return body(&view)
    }
  }
}
