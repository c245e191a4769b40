import CKernels
import GenModels
import Testing

private let variants = (0..<ood_kernel_variant_count()).map {
  String(cString: ood_kernel_variant($0).pointee.name)
}

@Suite struct NeighbourKernelTests {
  /// Points inside, on the border and outside of boxes of 1 to 17 coordinates, against the definition; what is padded adds
  /// nothing.
  @Test(
    "The distance to a box is that to its nearest point", arguments: variants,
    [DistanceMetric.euclidean, .manhattan, .chebyshev])
  func boxes(variant: String, metric: DistanceMetric) {
    let kernels = ood_kernels_named(variant)!.pointee.neighbours
    var numbers = SampleNumbers(seed: 3)
    for d in 1...17 {
      let width = (d + 7) / 8 * 8
      let x = numbers.floats(d, scale: 2).map(Double.init)
      let boxes = (0..<2).map { _ in
        let (a, b) = (numbers.floats(d).map(Double.init), numbers.floats(d).map(Double.init))
        return (low: zip(a, b).map { min($0, $1) }, high: zip(a, b).map { max($0, $1) })
      }
      func padded(_ values: [Double], _ value: Double) -> [Double] {
        values + [Double](repeating: value, count: width - d)
      }
      let stored = boxes.map { padded($0.low, -.infinity) + padded($0.high, .infinity) }
      var found: [Double] = [-1, -1, -7]
      kernels.box_distances(metric.kernel, padded(x, 0), stored[0], stored[1], width, &found)
      for (box, distance) in zip(boxes, found) {
        let outside = (0..<d).map { max(box.low[$0] - x[$0], x[$0] - box.high[$0], 0) }
        let exact =
          switch metric {
          case .euclidean: outside.reduce(0) { $0 + $1 * $1 }
          case .manhattan: outside.reduce(0, +)
          case .chebyshev: outside.max()!
          }
        #expect(abs(distance - exact) <= 1e-14 * exact, "\(d) coordinates")
      }
      #expect(found[2] == -7, "wrote behind its end")
      kernels.box_distances(metric.kernel, padded(boxes[0].low, 0), stored[0], stored[0], width, &found)
      #expect(found[0] == 0 && found[1] == 0)
    }
  }
}
