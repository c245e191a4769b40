import CKernels
import GenModels
import Testing

private let variants = (0..<ood_kernel_variant_count()).map {
  String(cString: ood_kernel_variant($0).pointee.name)
}

private func optimizer(_ variant: String) -> ood_optimizer { ood_kernels_named(variant)!.pointee.optimizer }

/// Parameters that take `steps` steps with made-up gradients, in `Float` by a kernel and in `Double` by its
/// formula.
private struct Descent {
  var parameters: [Float]
  var exact: [Double]
  var random = RandomGenerator(seed: 17)

  init(count: Int) {
    parameters = random.normal([count]).elements
    exact = parameters.map(Double.init)
  }

  mutating func gradient() -> [Float] { random.normal([parameters.count], standardDeviation: 3).elements }

  var largestError: Double {
    zip(parameters, exact).map { abs(Double($0) - $1) / max(1, abs($1)) }.max() ?? 0
  }
}

/// Counts around the widths of all vectors.
private let counts = [1, 3, 4, 5, 8, 15, 16, 17, 33, 100]

@Suite struct OptimizerKernelTests {
  @Test(arguments: variants)
  func plainDescent(variant: String) {
    for count in counts {
      var descent = Descent(count: count)
      let settings = ood_sgd(
        learning_rate: 0.1, momentum: 0, weight_decay: 0.01, gradient_scale: 0.5, nesterov: 0)
      for _ in 0..<5 {
        let g = descent.gradient()
        optimizer(variant).sgd(settings, &descent.parameters, g, nil, count)
        for i in 0..<count { descent.exact[i] -= 0.1 * (0.5 * Double(g[i]) + 0.01 * descent.exact[i]) }
      }
      #expect(descent.largestError < 1e-6)
    }
  }

  @Test(arguments: variants, [false, true])
  func momentum(variant: String, nesterov: Bool) {
    for count in counts {
      var descent = Descent(count: count)
      var velocity = [Float](repeating: 0, count: count)
      var v = [Double](repeating: 0, count: count)
      let settings = ood_sgd(
        learning_rate: 0.05, momentum: 0.9, weight_decay: 0.02, gradient_scale: 1, nesterov: nesterov ? 1 : 0)
      for _ in 0..<6 {
        let g = descent.gradient()
        optimizer(variant).sgd(settings, &descent.parameters, g, &velocity, count)
        for i in 0..<count {
          let slope = Double(g[i]) + 0.02 * descent.exact[i]
          v[i] = 0.9 * v[i] + slope
          descent.exact[i] -= 0.05 * (nesterov ? slope + 0.9 * v[i] : v[i])
        }
      }
      #expect(descent.largestError < 3e-6)
      #expect(zip(velocity, v).allSatisfy { abs(Double($0) - $1) < 1e-5 })
    }
  }

  @Test(arguments: variants, [false, true])
  func adam(variant: String, decoupled: Bool) {
    for count in counts {
      var descent = Descent(count: count)
      var (first, second) = ([Float](repeating: 0, count: count), [Float](repeating: 0, count: count))
      var (m, v) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
      var (power1, power2) = (1.0, 1.0)
      for _ in 0..<8 {
        let g = descent.gradient()
        power1 *= 0.9
        power2 *= 0.999
        let settings = ood_adam(
          learning_rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.1, gradient_scale: 2,
          correction1: 1 - power1, correction2: 1 - power2, decoupled: decoupled ? 1 : 0)
        optimizer(variant).adam(settings, &descent.parameters, g, &first, &second, count)
        for i in 0..<count {
          let slope = 2 * Double(g[i]) + (decoupled ? 0 : 0.1 * descent.exact[i])
          if decoupled { descent.exact[i] *= 1 - 0.01 * 0.1 }
          m[i] = 0.9 * m[i] + 0.1 * slope
          v[i] = 0.999 * v[i] + 0.001 * slope * slope
          descent.exact[i] -= 0.01 * (m[i] / (1 - power1)) / ((v[i] / (1 - power2)).squareRoot() + 1e-8)
        }
      }
      #expect(descent.largestError < 1e-6)
    }
  }

  @Test(arguments: variants)
  func adadelta(variant: String) {
    for count in counts {
      var descent = Descent(count: count)
      var (squares, updates) = ([Float](repeating: 0, count: count), [Float](repeating: 0, count: count))
      var (s, u) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
      let settings = ood_adadelta(
        learning_rate: 1, rho: 0.95, epsilon: 1e-6, weight_decay: 0.01, gradient_scale: 1)
      for _ in 0..<8 {
        let g = descent.gradient()
        optimizer(variant).adadelta(settings, &descent.parameters, g, &squares, &updates, count)
        for i in 0..<count {
          let slope = Double(g[i]) + 0.01 * descent.exact[i]
          s[i] = 0.95 * s[i] + 0.05 * slope * slope
          let step = (u[i] + 1e-6).squareRoot() / (s[i] + 1e-6).squareRoot() * slope
          u[i] = 0.95 * u[i] + 0.05 * step * step
          descent.exact[i] -= step
        }
      }
      #expect(descent.largestError < 1e-6)
    }
  }

  @Test(arguments: variants)
  func rmsprop(variant: String) {
    for count in counts {
      var descent = Descent(count: count)
      var squares = [Float](repeating: 0, count: count)
      var s = [Double](repeating: 0, count: count)
      let settings = ood_rmsprop(
        learning_rate: 0.01, alpha: 0.99, epsilon: 1e-8, weight_decay: 0, gradient_scale: 1)
      for _ in 0..<8 {
        let g = descent.gradient()
        optimizer(variant).rmsprop(settings, &descent.parameters, g, &squares, count)
        for i in 0..<count {
          s[i] = 0.99 * s[i] + 0.01 * Double(g[i]) * Double(g[i])
          descent.exact[i] -= 0.01 * Double(g[i]) / (s[i].squareRoot() + 1e-8)
        }
      }
      #expect(descent.largestError < 1e-6)
    }
  }

  /// Where a range is cut does not change a bit, and nothing outside the range is touched.
  @Test(arguments: variants)
  func rangesMayBeCutAnywhere(variant: String) {
    let count = 101
    var random = RandomGenerator(seed: 3)
    let (p, g) = (random.normal([count]).elements, random.normal([count]).elements)
    let m = random.normal([count]).elements
    let v = random.uniform([count]).elements
    let settings = ood_adam(
      learning_rate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weight_decay: 0.1, gradient_scale: 1,
      correction1: 0.4, correction2: 0.1, decoupled: 1)
    func run(_ cuts: [Int]) -> [[UInt32]] {
      var (p, m, v) = (p, m, v)
      for (from, to) in zip(cuts, cuts.dropFirst()) {
        p.withUnsafeMutableBufferPointer { p in
          m.withUnsafeMutableBufferPointer { m in
            v.withUnsafeMutableBufferPointer { v in
              g.withUnsafeBufferPointer { g in
                optimizer(variant).adam(
                  settings, p.baseAddress! + from, g.baseAddress! + from, m.baseAddress! + from,
                  v.baseAddress! + from, to - from)
              }
            }
          }
        }
      }
      return [p, m, v].map { $0.map(\.bitPattern) }
    }
    #expect(run([0, 101]) == run([0, 1, 8, 21, 21, 60, 101]))
    let untouched = run([7, 9])
    #expect(untouched[0][..<7] == p.map(\.bitPattern)[..<7])
    #expect(untouched[0][9...] == p.map(\.bitPattern)[9...])
  }

  /// Gradients that are zero or huge leave finite parameters where the formula does.
  @Test(arguments: variants)
  func extremeGradients(variant: String) {
    var p: [Float] = [1, 2, 3, 4]
    var (m, v) = ([Float](repeating: 0, count: 4), [Float](repeating: 0, count: 4))
    let settings = ood_adam(
      learning_rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0, gradient_scale: 1,
      correction1: 0.1, correction2: 0.001, decoupled: 0)
    optimizer(variant).adam(settings, &p, [0, 1e18, -1e18, 1e-30], &m, &v, 4)
    #expect(p[0] == 1)
    #expect(abs(p[1] - 1.9) < 1e-5 && abs(p[2] - 3.1) < 1e-5)
    #expect(p[3] == 4)
  }
}
