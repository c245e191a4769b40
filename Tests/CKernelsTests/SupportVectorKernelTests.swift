import CKernels
import GenModels
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

private let variants = (0..<ood_kernel_variant_count()).map {
  String(cString: ood_kernel_variant($0).pointee.name)
}

@Suite struct SupportVectorKernelTests {
  private func numbers(_ count: Int, seed: UInt64) -> [Double] {
    var random = RandomGenerator(seed: seed)
    return random.normal([max(1, count)]).elements.prefix(count).map(Double.init)
  }

  /// Against their definition over ragged shapes, any range of panels, and with sentinels between rows.
  @Test(arguments: variants)
  func rowsAreTheirDefinition(variant: String) {
    let kernels = ood_kernels_named(variant)!.pointee
    let width = kernels.kernel_density.panel_points
    for (m, n, d) in [(1, 1, 1), (3, 7, 2), (5, 33, 5), (4, 64, 9), (17, 100, 64), (2, width + 1, 3)] {
      let (x, y) = (numbers(m * d, seed: 1), numbers(n * d, seed: 2))
      let groups = (n + width - 1) / width
      var panels = [Double](repeating: 0, count: groups * width * d)
      kernels.kernel_density.pack(y, n, d, &panels)
      for linear in [0, 1] {
        let stride = n + 3
        var out = [Double](repeating: -7, count: m * stride)
        kernels.support_vectors.rows(Int32(linear), 0.3, x, m, panels, 0, groups, n, d, &out, stride)
        for i in 0..<m {
          for j in 0..<n {
            var (square, product, size) = (0.0, 0.0, 0.0)
            for k in 0..<d {
              let (a, b) = (x[i * d + k], y[j * d + k])
              square += (a - b) * (a - b)
              product += a * b
              size += abs(a * b)
            }
            let exact = linear == 1 ? product : exp(-0.3 * square)
            #expect(abs(out[i * stride + j] - exact) <= 1e-14 * (linear == 1 ? size : max(exact, 1e-3)))
          }
          #expect(out[i * stride + n..<(i + 1) * stride].allSatisfy { $0 == -7 }, "wrote beside its row")
        }
        // A row's bits don't depend on what else is asked for.
        var alone = [Double](repeating: -7, count: stride)
        kernels.support_vectors.rows(
          Int32(linear), 0.3, Array(x[(m - 1) * d..<m * d]), 1, panels, 0, groups, n, d, &alone, stride)
        #expect(alone == Array(out[(m - 1) * stride..<m * stride]))
        var part = [Double](repeating: -7, count: m * stride)
        kernels.support_vectors.rows(
          Int32(linear), 0.3, x, m, panels, groups - 1, groups, n, d, &part, stride)
        #expect(part[(groups - 1) * width] == out[(groups - 1) * width])
        #expect(groups == 1 || part[0] == -7, "wrote another panel")
      }
    }
  }

  @Test(arguments: variants)
  func passesChooseAsDefined(variant: String) {
    let kernels = ood_kernels_named(variant)!.pointee.support_vectors
    for n in [1, 2, 7, 8, 9, 16, 31, 100] {
      let gradient = numbers(n, seed: UInt64(n))
      let diagonal = numbers(n, seed: UInt64(n) + 50).map { 1 + $0 * $0 }
      let (rowA, rowB) = (numbers(n, seed: UInt64(n) + 100), numbers(n, seed: UInt64(n) + 150))
      let above = (0..<n).map { $0 % 3 == 1 ? -Double.infinity : 0 }
      let below = (0..<n).map { $0 % 4 == 2 ? -Double.infinity : 0 }
      func best(_ values: [Double]) -> Int {
        values.indices.reduce(0) { values[$1] > values[$0] ? $1 : $0 }
      }
      let first = kernels.first(gradient, above, n)
      let values = (0..<n).map { above[$0] - gradient[$0] }
      #expect(Int(first.position) == best(values) && first.value == values[best(values)])

      var moved = gradient
      let next = kernels.step(0.5, rowA, -0.25, rowB, &moved, above, n)
      for j in 0..<n { #expect(abs(moved[j] - (gradient[j] + 0.5 * rowA[j] - 0.25 * rowB[j])) < 1e-14) }
      #expect(Int(next.position) == best((0..<n).map { above[$0] - moved[$0] }))

      var worst = 0.0
      let second = kernels.second(first.value, 1.5, 1e-12, rowA, diagonal, gradient, below, n, &worst)
      let gains = (0..<n).map { j -> Double in
        let difference = first.value + gradient[j] + below[j]
        guard difference > 0 else { return -.infinity }
        return difference * difference / max(1.5 + diagonal[j] - 2 * rowA[j], 1e-12)
      }
      #expect(worst == (0..<n).map { gradient[$0] + below[$0] }.max())
      if gains.contains(where: { $0 > 0 }) {
        #expect(abs(second.value - gains.max()!) <= 1e-12 * gains.max()!)
        #expect(gains[Int(second.position)] >= gains.max()! * (1 - 1e-12))
      } else {
        #expect(second.position == -1)
      }

      var sums = gradient
      kernels.add_rows([2, -3], rowA + rowB, 2, n, n, &sums)
      for j in 0..<n { #expect(abs(sums[j] - (gradient[j] + 2 * rowA[j] - 3 * rowB[j])) < 1e-13) }
    }
    let never = kernels.first([1, 2], [-.infinity, -.infinity], 2)
    #expect(never.position == -1, "none may grow")
    #expect(kernels.first([3, 1, 1, 5], [0, 0, 0, 0], 4).position == 1, "of equal ones the first")
  }
}
