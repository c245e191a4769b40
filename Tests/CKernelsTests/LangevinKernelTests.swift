import CKernels
import GenModels
import Testing

private let variants = (0..<ood_kernel_variant_count()).map {
  String(cString: ood_kernel_variant($0).pointee.name)
}

@Suite struct LangevinKernelTests {
  @Test(
    "A step of Langevin dynamics is its formula, for counts around the widths of vectors", arguments: variants
  )
  func step(variant: String) {
    var random = RandomGenerator(seed: 3)
    for (bound, low, high) in [(Float(0.5), Float(-1), Float(1)), (.infinity, -.infinity, .infinity)] {
      var settings = ood_langevin(scale: 0.5, bound: bound, step: 0.7, noise: 0.3, low: low, high: high)
      for count in [1, 3, 4, 7, 8, 15, 16, 17, 33, 100] {
        let (x, slope) = (
          random.normal([count]).elements, random.normal([count], standardDeviation: 2).elements
        )
        var y = random.normal([count]).elements
        let expected = (0..<count).map { i in
          let drift = min(Double(bound), max(-Double(bound), 0.5 * Double(slope[i])))
          let moved = Double(x[i]) + Double(Float(0.7)) * drift + Double(Float(0.3)) * Double(y[i])
          return min(Double(high), max(Double(low), moved))
        }
        // In the place of the noise, as chains do it.
        y.withUnsafeMutableBufferPointer { y in
          ood_kernels_named(variant)!.pointee.map.langevin(
            &settings, x, slope, y.baseAddress!, y.baseAddress!, count)
        }
        for (found, expected) in zip(y, expected) { #expect(abs(Double(found) - expected) < 1e-6) }
      }
    }
  }
}
