import CKernels
import GenModels
import Testing

private let variants = (0..<ood_kernel_variant_count()).map {
  String(cString: ood_kernel_variant($0).pointee.name)
}

@Suite struct SmallWorldKernelTests {
  /// Whole coordinates, so that single precision is exact: points on a line and zeros behind, in a ring of links to the next `reach` on
  /// both sides.
  private struct Ring {
    let points: [Float], links: [Int32]
    let stride: Int, width: Int

    init(_ count: Int, reach: Int, stride: Int) {
      self.stride = stride
      width = 2 * reach + 1
      points = (0..<count).flatMap { i in [Float(i)] + [Float](repeating: 0, count: stride - 1) }
      var links: [Int32] = []
      for i in 0..<count {
        for step in 1...reach {
          links.append(Int32((i + step) % count))
          links.append(Int32((i + count - step) % count))
        }
        links.append(-1)
      }
      self.links = links
    }

    func withLayer<Result>(_ body: (UnsafePointer<ood_small_world_layer>) -> Result) -> Result {
      points.withUnsafeBufferPointer { points in
        links.withUnsafeBufferPointer { links in
          var layer = ood_small_world_layer(
            points: points.baseAddress!, stride: stride, members: nil, links: links.baseAddress!, width: width
          )
          return body(&layer)
        }
      }
    }
  }

  @Test("A walk finds the nearest nodes in order and leaves no mark", arguments: variants)
  func walk(variant: String) {
    let kernels = ood_kernels_named(variant)!.pointee.small_world
    for stride in [16, 32, 48] {
      let ring = Ring(200, reach: 2, stride: stride)
      var query = [Float](repeating: 0, count: stride)
      query[0] = 77.25
      var visited = [UInt64](repeating: 0, count: 4)
      var fresh = [Int32](repeating: 0, count: ring.width)
      var touched = [Int32](repeating: 0, count: 200)
      var nodes = [Int32](repeating: -9, count: 6)
      var distances = [Float](repeating: -9, count: 6)
      let found = ring.withLayer {
        kernels.search($0, query, 3, 5, &visited, &fresh, &touched, 200, &nodes, &distances)
      }
      #expect(found == 5)
      #expect(nodes == [77, 78, 76, 79, 75, -9], "\(stride) floats a point")
      #expect(distances[..<5] == [0.0625, 0.5625, 1.5625, 3.0625, 5.0625])
      #expect(visited == [0, 0, 0, 0])
      // With room for four nodes the walk ends near where it began.
      let short = ring.withLayer {
        kernels.search($0, query, 3, 5, &visited, &fresh, &touched, 4, &nodes, &distances)
      }
      #expect(short == 4 && nodes[..<4].allSatisfy { (1...5).contains($0) })
      #expect(visited == [0, 0, 0, 0])
    }
  }

  @Test("Links are chosen in different directions, and copies fill half of them at most", arguments: variants)
  func choose(variant: String) {
    let kernels = ood_kernels_named(variant)!.pointee.small_world
    let ring = Ring(40, reach: 1, stride: 16)
    // Seen from 20: behind 21 lie 22 and 23, behind 19 lies 18.
    let nodes: [Int32] = [19, 21, 18, 22, 23]
    var chosen = [Int32](repeating: -9, count: 6)
    var kept = ring.withLayer { kernels.choose($0, nodes, [1, 1, 4, 4, 9], 5, 4, &chosen) }
    #expect(kept == 2 && chosen == [19, 21, -9, -9, -9, -9])
    // Five copies, four places: two copies, then what is elsewhere.
    let points = [Float](repeating: 0, count: 5 * 16) + [1] + [Float](repeating: 0, count: 15)
    kept = points.withUnsafeBufferPointer { points in
      ring.links.withUnsafeBufferPointer { links in
        var layer = ood_small_world_layer(
          points: points.baseAddress!, stride: 16, members: nil, links: links.baseAddress!, width: 3)
        return kernels.choose(&layer, [0, 1, 2, 3, 4, 5], [0, 0, 0, 0, 0, 1], 6, 4, &chosen)
      }
    }
    #expect(kept == 3 && chosen[..<3] == [0, 1, 5])
  }
}
