import CKernels
import GenModels
import Testing

private let variants = (0..<ood_kernel_variant_count()).map {
  String(cString: ood_kernel_variant($0).pointee.name)
}

private func distance(_ variant: String) -> ood_distance { ood_kernels_named(variant)!.pointee.distance }

private typealias Distances =
  @Sendable (ood_distance, [Float], Int, [Float], Int, Int, inout [Float], Int) -> Void

private let squared: Distances = { $0.squared_euclidean($1, $2, $3, $4, $5, &$6, $7) }
private let manhattan: Distances = { $0.manhattan($1, $2, $3, $4, $5, &$6, $7) }

@Suite struct DistanceKernelTests {
  /// Against sums in double precision, over ragged shapes and both orders of summation.
  @Test(arguments: variants)
  func agreesWithItsDefinition(variant: String) {
    var random = RandomGenerator(seed: 6)
    for (m, n, d) in [
      (1, 1, 1), (3, 5, 2), (4, 4, 4), (7, 33, 3), (5, 70, 32), (1, 17, 33), (9, 6, 40), (4, 8, 64),
      (6, 11, 100),
      (13, 9, 785), (5, 3, 0), (0, 3, 2), (3, 0, 50),
    ] {
      let x = random.normal([m, d]).elements
      let y = random.normal([n, d]).elements
      let stride = n + 2
      for (compute, power) in [(squared, 2), (manhattan, 1)] {
        var out = [Float](repeating: -1, count: m * stride + 1)
        compute(distance(variant), x, m, y, n, d, &out, stride)
        for i in 0..<m {
          for j in 0..<n {
            let exact = (0..<d).reduce(0.0) { sum, k in
              let difference = abs(Double(x[i * d + k]) - Double(y[j * d + k]))
              return sum + (power == 2 ? difference * difference : difference)
            }
            #expect(abs(Double(out[i * stride + j]) - exact) <= 2e-6 * exact, "\(m) x \(n), \(d) coordinates")
          }
          #expect(out[i * stride + n] == -1 && out[i * stride + n + 1] == -1, "wrote beside its rows")
        }
      }
      var norms = [Float](repeating: 0, count: m)
      distance(variant).squared_norms(x, m, d, &norms)
      for i in 0..<m {
        let exact = x[i * d..<(i + 1) * d].reduce(0.0) { $0 + Double($1) * Double($1) }
        #expect(abs(Double(norms[i]) - exact) <= 2e-6 * exact)
      }
    }
  }

  /// Equal rows have the distance 0 however large they are; distances are symmetric to the bit, and do not
  /// depend on which other rows are computed with them.
  @Test(arguments: variants)
  func keepsTheLawsOfADistance(variant: String) {
    var random = RandomGenerator(seed: 7)
    for d in [1, 5, 32, 33, 130] {
      let n = 23
      let x = random.normal([n, d], mean: 1000).elements
      for compute in [squared, manhattan] {
        var all = [Float](repeating: -1, count: n * n)
        compute(distance(variant), x, n, x, n, d, &all, n)
        for i in 0..<n {
          #expect(all[i * n + i] == 0)
          for j in 0..<i { #expect(all[i * n + j] == all[j * n + i]) }
          let row = Array(x[i * d..<(i + 1) * d])
          var one = [Float](repeating: -1, count: n)
          compute(distance(variant), row, 1, x, n, d, &one, n)
          #expect(one == Array(all[i * n..<(i + 1) * n]))
          var single: [Float] = [-1]
          compute(distance(variant), row, 1, Array(x[0..<d]), 1, d, &single, 1)
          #expect(single[0] == all[i * n])
        }
      }
    }
  }

  @Test(arguments: variants)
  func letsNaNAndInfinityThrough(variant: String) {
    for d in [3, 50] {
      var x = [Float](repeating: 1, count: 2 * d)
      x[1] = .nan
      x[d + 2] = .infinity
      let y = [Float](repeating: 0, count: d)
      for compute in [squared, manhattan] {
        var out: [Float] = [0, 0]
        compute(distance(variant), x, 2, y, 1, d, &out, 1)
        #expect(out[0].isNaN && out[1] == .infinity)
      }
    }
  }
}
