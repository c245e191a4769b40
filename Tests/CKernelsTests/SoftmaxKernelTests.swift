import CKernels
import Foundation
import Testing

private let variants = (0..<ood_kernel_variant_count()).map {
  String(cString: ood_kernel_variant($0).pointee.name)
}

private func softmax(_ variant: String) -> ood_softmax { ood_kernels_named(variant)!.pointee.softmax }

private let shapes = [
  (0, 3), (1, 1), (3, 2), (5, 3), (7, 10), (2, 15), (3, 16), (2, 17), (2, 31), (2, 33), (1, 63), (1, 64),
  (2, 65), (3, 100), (2, 1000), (19, 3), (17, 10), (9, 40), (11, 64),
]

/// log Σ exp of each row, in `Double`.
private func logSumExp(_ row: ArraySlice<Float>) -> Double {
  let largest = Double(row.max()!)
  return largest + log(row.reduce(0.0) { $0 + exp(Double($1) - largest) })
}

@Suite struct SoftmaxKernelTests {
  @Test func usage() {
    let kernels = ood_active_kernels().pointee.softmax
    var y = [Float](repeating: 0, count: 3)
    kernels.softmax([1, 1, 1], &y, 1, 3)
    #expect(y.allSatisfy { abs($0 - 1 / 3) < 1e-7 })
    var loss: Float = 0
    kernels.cross_entropy([0, 0], [1], &loss, 1, 2)
    #expect(abs(loss - 0.6931472) < 1e-7)
  }

  @Test(
    "A row's bits don't depend on the rows beside it, on writing in place, or on going around the caches",
    arguments: variants)
  func rowsAreTheirOwn(variant: String) {
    var numbers = SampleNumbers(seed: 2)
    for columns in [1, 10, 33, 64, 100] {
      let rows = columns == 33 ? Int(ood_streaming_count) / columns + 3 : 21
      let x = numbers.floats(rows * columns, scale: 5)
      let labels = numbers.integers(rows, below: columns).map(Int32.init)
      let upstream = numbers.floats(rows, scale: 3)
      for kernel in [softmax(variant).softmax, softmax(variant).log_softmax] {
        var (together, inPlace, alone) = (x, x, x)
        kernel(x, &together, rows, columns)
        kernel(inPlace, &inPlace, rows, columns)
        x.withUnsafeBufferPointer { x in
          alone.withUnsafeMutableBufferPointer { alone in
            for r in 0..<rows {
              kernel(x.baseAddress! + r * columns, alone.baseAddress! + r * columns, 1, columns)
            }
          }
        }
        #expect(together == alone && inPlace == alone, "\(rows) rows of \(columns)")
      }
      var (together, alone) = (x, x)
      softmax(variant).cross_entropy_gradient(x, labels, upstream, &together, rows, columns)
      for r in 0..<min(rows, 40) {
        let own = Array(x[r * columns..<(r + 1) * columns])
        var gradient = own
        softmax(variant).cross_entropy_gradient(own, [labels[r]], [upstream[r]], &gradient, 1, columns)
        alone.replaceSubrange(r * columns..<(r + 1) * columns, with: gradient)
      }
      #expect(Array(together.prefix(40 * columns)) == Array(alone.prefix(40 * columns)))
    }
  }

  @Test(arguments: variants, [Float(1), 30, 1e4, 1e30])
  func agreesWithItsDefinition(variant: String, scale: Float) {
    var numbers = SampleNumbers(seed: 1)
    for (rows, columns) in shapes {
      let n = rows * columns
      let x = numbers.floats(n, scale: scale)
      let labels = numbers.integers(rows, below: columns).map(Int32.init)
      let upstream = numbers.floats(rows, scale: 3)
      var (p, logP, gradient) = (
        [Float](repeating: -7, count: n + 1), [Float](repeating: -7, count: n + 1),
        [Float](repeating: -7, count: n + 1)
      )
      var losses = [Float](repeating: -7, count: rows + 1)
      softmax(variant).softmax(x, &p, rows, columns)
      softmax(variant).log_softmax(x, &logP, rows, columns)
      softmax(variant).cross_entropy(x, labels, &losses, rows, columns)
      softmax(variant).cross_entropy_gradient(x, labels, upstream, &gradient, rows, columns)
      for r in 0..<rows {
        let row = x[r * columns..<(r + 1) * columns]
        let sum = logSumExp(row)
        for c in 0..<columns {
          let i = r * columns + c
          let exact = exp(Double(x[i]) - sum)
          // The difference of logits is rounded to float: an error of its last place, which is relative in p.
          let rounding = 1e-6 + 6e-8 * (Double(row.max()!) - Double(x[i]))
          #expect(abs(Double(p[i]) - exact) <= rounding * exact + 1e-44)
          let exactLog = Double(x[i]) - sum
          #expect(abs(Double(logP[i]) - exactLog) <= 3e-7 * max(1, abs(exactLog)))
          let label = Int(labels[r]) == c
          let exactGradient = Double(upstream[r]) * (exact - (label ? 1 : 0))
          #expect(abs(Double(gradient[i]) - exactGradient) <= 4e-6)
          if label { #expect(abs(Double(losses[r]) + exactLog) <= 3e-7 * max(1, abs(exactLog))) }
        }
      }
      #expect(p[n] == -7 && logP[n] == -7 && gradient[n] == -7 && losses[rows] == -7)

      func inPlace(_ body: (UnsafeMutablePointer<Float>) -> Void) -> [Float] {
        var copy = x + [-7]
        copy.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
        return copy
      }
      #expect(inPlace { softmax(variant).softmax($0, $0, rows, columns) } == p)
      #expect(inPlace { softmax(variant).log_softmax($0, $0, rows, columns) } == logP)
      #expect(
        inPlace { softmax(variant).cross_entropy_gradient($0, labels, upstream, $0, rows, columns) }
          == gradient)
    }
  }

  @Test(arguments: variants) func gradientsAgreeWithTheirDefinitions(variant: String) {
    var numbers = SampleNumbers(seed: 2)
    for (rows, columns) in shapes {
      let n = rows * columns
      let (x, upstream) = (numbers.floats(n, scale: 4), numbers.floats(n))
      var (p, logP) = ([Float](repeating: 0, count: n), [Float](repeating: 0, count: n))
      softmax(variant).softmax(x, &p, rows, columns)
      softmax(variant).log_softmax(x, &logP, rows, columns)
      var (dx, dxLog) = ([Float](repeating: -7, count: n + 1), [Float](repeating: -7, count: n + 1))
      softmax(variant).softmax_gradient(upstream, p, &dx, rows, columns)
      softmax(variant).log_softmax_gradient(upstream, logP, &dxLog, rows, columns)
      for r in 0..<rows {
        let row = r * columns..<(r + 1) * columns
        let product = row.reduce(0.0) { $0 + Double(p[$1]) * Double(upstream[$1]) }
        let sum = row.reduce(0.0) { $0 + Double(upstream[$1]) }
        for i in row {
          #expect(abs(Double(dx[i]) - Double(p[i]) * (Double(upstream[i]) - product)) <= 3e-7)
          let exact = Double(upstream[i]) - exp(Double(logP[i])) * sum
          #expect(abs(Double(dxLog[i]) - exact) <= 3e-7 * (1 + abs(sum)))
        }
      }
      #expect(dx[n] == -7 && dxLog[n] == -7)
      var inPlace = upstream + [-7]
      inPlace.withUnsafeMutableBufferPointer {
        softmax(variant).softmax_gradient($0.baseAddress!, p, $0.baseAddress!, rows, columns)
      }
      #expect(inPlace == dx)
      inPlace = logP + [-7]
      inPlace.withUnsafeMutableBufferPointer {
        softmax(variant).log_softmax_gradient(upstream, $0.baseAddress!, $0.baseAddress!, rows, columns)
      }
      #expect(inPlace == dxLog)
    }
  }

  /// -inf is an impossible class; a row of them, or with +inf or NaN, has no softmax. Short and long rows.
  @Test(arguments: variants, [3, 20, 200]) func infinitiesAndNaN(variant: String, columns: Int) {
    let kernels = softmax(variant)
    func row(_ rest: Float, _ second: Float) -> [Float] {
      [rest, second] + [Float](repeating: rest, count: columns - 2)
    }
    var y = [Float](repeating: 0, count: columns)
    var loss: Float = 0

    kernels.softmax(row(-.infinity, 5), &y, 1, columns)
    #expect(y == row(0, 1))
    kernels.log_softmax(row(-.infinity, 5), &y, 1, columns)
    #expect(y == row(-.infinity, 0))
    kernels.cross_entropy(row(-.infinity, 5), [1], &loss, 1, columns)
    #expect(loss == 0)
    kernels.cross_entropy(row(-.infinity, 5), [0], &loss, 1, columns)
    #expect(loss == .infinity)
    kernels.cross_entropy_gradient(row(-.infinity, 5), [0], [1], &y, 1, columns)
    #expect(y[0] == -1 && y[1] == 1 && y[2] == 0)

    for x in [row(-.infinity, -.infinity), row(1, .infinity), row(1, .nan)] {
      kernels.softmax(x, &y, 1, columns)
      #expect(y.allSatisfy { $0.isNaN })
      kernels.log_softmax(x, &y, 1, columns)
      #expect(y.allSatisfy { $0.isNaN })
      kernels.cross_entropy(x, [0], &loss, 1, columns)
      #expect(loss.isNaN)
      kernels.cross_entropy_gradient(x, [0], [1], &y, 1, columns)
      #expect(y.allSatisfy { $0.isNaN })
    }
  }
}
