import GenModels

/// Random numbers for a sample: three uniform and two normal numbers for each point, whatever the number of points.
struct PointDraws {
  private let uniforms: [Float]
  private let normals: [Float]

  init(count: Int, using random: inout RandomGenerator) {
    precondition(count >= 0, "There are no \(count) points to draw.")
    let root = random.split(random.next())
    var (uniform, normal) = (root.split("uniform"), root.split("normal"))
    uniforms = uniform.uniform([count, 3]).elements
    normals = normal.normal([count, 2]).elements
  }

  /// Number `index` (0, 1 or 2) of a point's uniform numbers on [0, 1).
  func uniform(_ point: Int, _ index: Int) -> Double { Double(uniforms[3 * point + index]) }

  /// An integer uniform on 0..<bound, made from the point's uniform number 0.
  func integer(_ point: Int, below bound: Int) -> Int {
    min(bound - 1, Int(uniform(point, 0) * Double(bound)))
  }

  /// A point's two standard normal numbers.
  func normal(_ point: Int) -> SIMD2<Double> {
    SIMD2(Double(normals[2 * point]), Double(normals[2 * point + 1]))
  }
}

extension ToySample {
  /// The points and labels that `make` returns for 0..<count.
  init(count: Int, _ make: (Int) -> (SIMD2<Double>, label: Int)) {
    var labels = [Int](repeating: 0, count: count)
    points = Tensor(shape: [count, 2]) { points in
      for index in 0..<count {
        let (point, label) = make(index)
        points[2 * index] = Float(point.x)
        points[2 * index + 1] = Float(point.y)
        labels[index] = label
      }
    }
    self.labels = Indexes(labels)
  }
}

/// `density` at each row of a tensor `[count, 2]`.
func densities(
  at points: Tensor, grain: Int, _ density: @Sendable (SIMD2<Double>) -> Double
) -> [Double] {
  let values = points.elements
  return [Double](unsafeUninitializedCapacity: values.count / 2) { results, count in
    count = values.count / 2
    guard let base = results.baseAddress else { return }
    nonisolated(unsafe) let destination = base
    parallelFor(count, grain: grain) { range in
      for row in range {
        (destination + row).initialize(
          to: density(SIMD2(Double(values[2 * row]), Double(values[2 * row + 1]))))
      }
    }
  }
}
