import CKernels
import Foundation
import Testing

private let variants = (0..<ood_kernel_variant_count()).map {
  String(cString: ood_kernel_variant($0).pointee.name)
}

/// The definition, in double precision.
private struct Spline {
  private let bins: Int
  private let bound: Double
  private var x: [Double] = []
  private var y: [Double] = []
  private var slopes: [Double] = []

  init(_ parameters: [Float], bins: Int, bound: Float) {
    self.bins = bins
    self.bound = Double(bound)
    func knots(_ raw: ArraySlice<Float>) -> [Double] {
      let largest = Double(raw.max()!)
      let weights = raw.map { exp(Double($0) - largest) }
      let total = weights.reduce(0, +)
      var knots = [-self.bound]
      for weight in weights {
        let part = 1e-3 + (1 - 1e-3 * Double(bins)) * weight / total
        knots.append(knots.last! + 2 * self.bound * part)
      }
      return knots
    }
    x = knots(parameters[0..<bins])
    y = knots(parameters[bins..<2 * bins])
    let shift = log(exp(1 - 1e-3) - 1)
    slopes = [1] + parameters[(2 * bins)...].map { 1e-3 + log1p(exp(Double($0) + shift)) } + [1]
  }

  /// f(v) and ln f′(v).
  func callAsFunction(_ v: Double) -> (Double, Double) {
    guard abs(v) <= bound else { return (v, 0) }
    let k = (0..<bins).last { v >= x[$0] } ?? 0
    let (width, height) = (x[k + 1] - x[k], y[k + 1] - y[k])
    let (s, t) = (height / width, min(1, (v - x[k]) / width))
    let q = t * (1 - t)
    let beta = s + (slopes[k + 1] + slopes[k] - 2 * s) * q
    let value = y[k] + height * (s * t * t + slopes[k] * q) / beta
    let rise = slopes[k + 1] * t * t + 2 * s * q + slopes[k] * (1 - t) * (1 - t)
    return (value, log(s * s * rise / (beta * beta)))
  }
}

/// Rows, columns and bins: packed, ragged, wide.
private let shapes = [
  (0, 2, 4), (1, 1, 2), (300, 1, 8), (77, 3, 5), (20, 8, 8), (9, 17, 8), (4, 50, 12), (2, 33, 64),
]

@Suite struct SplineKernelTests {
  @Test(arguments: variants) func agreesWithItsDefinition(variant: String) {
    var numbers = SampleNumbers(seed: 1)
    let kernels = ood_kernels_named(variant)!.pointee.spline
    for (rows, columns, bins) in shapes {
      let settings = ood_spline_settings(bins: bins, bound: 3)
      let count = 3 * bins - 1
      // Some numbers lie outside, where the map is the identity.
      let x = numbers.floats(rows * columns, scale: 4)
      let parameters = numbers.floats(rows * count * columns, scale: 2)
      var y = [Float](repeating: 0, count: x.count)
      var back = y
      var logDeterminant = [Float](repeating: -7, count: rows)
      var inverseLogDeterminant = logDeterminant
      kernels.forward(
        settings, x, columns, parameters, count * columns, &y, columns, &logDeterminant, rows, columns)
      kernels.inverse(
        settings, y, columns, parameters, count * columns, &back, columns, &inverseLogDeterminant, rows,
        columns)
      for r in 0..<rows {
        var sum = 0.0
        for c in 0..<columns {
          let own = (0..<count).map { parameters[r * count * columns + $0 * columns + c] }
          let (value, logSlope) = Spline(own, bins: bins, bound: 3)(Double(x[r * columns + c]))
          sum += logSlope
          // Rounding of knots is multiplied by the slope.
          #expect(abs(Double(y[r * columns + c]) - value) < 3e-6 * (1 + exp(logSlope)))
          #expect(abs(back[r * columns + c] - x[r * columns + c]) < 2e-5 * Float(exp(max(0, -logSlope))))
        }
        #expect(abs(Double(logDeterminant[r]) - sum) < 1e-4 * (1 + Double(columns)))
        #expect(abs(logDeterminant[r] + inverseLogDeterminant[r]) < 1e-3 * (1 + Float(columns)))
      }
    }
  }

  @Test(arguments: variants) func gradientsAreDifferences(variant: String) {
    var numbers = SampleNumbers(seed: 2)
    let kernels = ood_kernels_named(variant)!.pointee.spline
    for (rows, columns, bins) in shapes where rows * columns * bins < 3000 {
      let settings = ood_spline_settings(bins: bins, bound: 3)
      let count = 3 * bins - 1
      let x = numbers.floats(rows * columns, scale: 4)
      let parameters = numbers.floats(rows * count * columns, scale: 1)
      let (u, v) = (numbers.floats(x.count), numbers.floats(rows))
      var (dx, d) = (x, parameters)
      kernels.backward(
        settings, u, columns, v, x, columns, parameters, count * columns, &dx, columns, &d, count * columns,
        rows, columns)
      for r in 0..<rows {
        for c in 0..<columns {
          let at = r * columns + c
          let own = (0..<count).map { parameters[r * count * columns + $0 * columns + c] }
          func loss(_ parameters: [Float], _ x: Double) -> Double {
            let (y, logSlope) = Spline(parameters, bins: bins, bound: 3)(x)
            return Double(u[at]) * y + Double(v[r]) * logSlope
          }
          // The second derivative jumps at knots: a difference across one is skipped, by both sides' disagreement.
          func check(_ gradient: Float, _ value: (Double) -> Double) {
            let step = 1e-4
            let (above, middle, below) = (value(step), value(0), value(-step))
            let (right, left) = ((above - middle) / step, (middle - below) / step)
            guard abs(right - left) < 0.01 * (1 + abs(left)) else { return }
            let expected = (above - below) / (2 * step)
            #expect(abs(Double(gradient) - expected) < 5e-3 * (1 + abs(expected)))
          }
          check(dx[at]) { loss(own, Double(x[at]) + $0) }
          for j in stride(from: 0, to: count, by: max(1, count / 7)) {
            check(d[r * count * columns + j * columns + c]) { step in
              var moved = own
              moved[j] += Float(step)
              // The step as it was rounded.
              let real = Double(moved[j] - own[j])
              let value = loss(moved, Double(x[at]))
              let base = loss(own, Double(x[at]))
              return step == 0 ? base : base + (value - base) * step / real
            }
          }
        }
      }
    }
  }

  @Test(arguments: variants) func zeroParametersAreTheIdentity(variant: String) {
    let kernels = ood_kernels_named(variant)!.pointee.spline
    let settings = ood_spline_settings(bins: 8, bound: 3)
    let x: [Float] = [-1e30, -4, -3, -2.2, -0.1, 0, 0.7, 2.999, 3, 3.001, 1e30]
    let parameters = [Float](repeating: 0, count: 23 * x.count)
    var (y, logDeterminant) = (x, [Float](repeating: 0, count: x.count))
    kernels.forward(settings, x, 1, parameters, 23, &y, 1, &logDeterminant, x.count, 1)
    for (a, b) in zip(x, y) { #expect(abs(a - b) <= 1e-6 * (1 + abs(a))) }
    #expect(logDeterminant.allSatisfy { abs($0) < 1e-5 })
  }
}
