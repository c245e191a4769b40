import CKernels
import Testing

private let variants = (0..<ood_kernel_variant_count()).map {
  String(cString: ood_kernel_variant($0).pointee.name)
}

private func normalization(_ variant: String) -> ood_normalization {
  ood_kernels_named(variant)!.pointee.normalization
}

private let shapes = [
  (0, 3), (1, 1), (9, 1), (500, 1), (300, 3), (57, 10), (40, 16), (33, 17), (20, 63), (19, 64), (8, 65),
  (7, 128),
  (41, 100), (10, 513), (3, 1100),
]

@Suite struct NormalizationKernelTests {
  /// A batch-norm as the header describes it: a mean of 10,000 and a deviation of 1/100 lose no digits.
  @Test(arguments: variants) func normalizesInSpiteOfALargeMean(variant: String) {
    let kernels = normalization(variant)
    let (rows, channels) = (1000, 3)
    var numbers = SampleNumbers(seed: 1)
    let x = numbers.floats(rows * channels).map { 10_000 + $0 / 64 }
    var (sum, squares) = ([Double](repeating: 0, count: channels), [Double](repeating: 0, count: channels))
    kernels.moments(x, nil, &sum, nil, rows, channels)
    let mean = sum.map { Float($0 / Double(rows)) }
    kernels.moments(x, mean, &sum, &squares, rows, channels)
    let n = Double(rows)
    for c in 0..<channels {
      let column = (0..<rows).map { Double(x[$0 * channels + c]) }
      let exactMean = column.reduce(0, +) / n
      let exact = column.reduce(0) { $0 + ($1 - exactMean) * ($1 - exactMean) } / n
      let variance = (squares[c] - sum[c] * sum[c] / n) / n
      #expect(abs(variance - exact) <= 1e-6 * exact)
      #expect(abs(Double(mean[c]) + sum[c] / n - exactMean) <= 1e-9)
    }
  }

  @Test(arguments: variants) func agreesWithItsDefinition(variant: String) {
    let kernels = normalization(variant)
    var numbers = SampleNumbers(seed: 2)
    for (rows, channels) in shapes {
      let count = rows * channels
      let (x, u) = (numbers.floats(count), numbers.floats(count))
      let (mean, a, b, k) = (
        numbers.floats(channels), numbers.floats(channels), numbers.floats(channels), numbers.floats(channels)
      )
      let start = [Double](repeating: -7, count: channels + 1)
      var (sum, squares, upstreamSum, product) = (start, start, start, start)
      kernels.moments(x, mean, &sum, &squares, rows, channels)
      kernels.gradient_sums(u, x, mean, &upstreamSum, &product, rows, channels)
      let sums = [sum, squares, upstreamSum, product]
      var exact = (0..<4).map { _ in [Double](repeating: 0, count: channels) }
      for i in 0..<count {
        let c = i % channels
        let d = Double(x[i]) - Double(mean[c])
        exact[0][c] += d
        exact[1][c] += d * d
        exact[2][c] += Double(u[i])
        exact[3][c] += Double(u[i]) * d
      }
      for s in 0..<4 {
        for c in 0..<channels { #expect(abs(sums[s][c] - exact[s][c]) <= 5e-7 * 4 * Double(max(1, rows))) }
        #expect(sums[s][channels] == -7, "wrote behind its end")
      }
      var unshifted = [Double](repeating: -7, count: channels + 1)
      var unshiftedSquares = unshifted
      kernels.moments(x, nil, &unshifted, &unshiftedSquares, rows, channels)
      for c in 0..<channels {
        let column = (0..<rows).map { Double(x[$0 * channels + c]) }
        #expect(abs(unshifted[c] - column.reduce(0, +)) <= 3e-7 * Double(max(1, rows)))
        #expect(abs(unshiftedSquares[c] - column.reduce(0) { $0 + $1 * $1 }) <= 5e-7 * Double(max(1, rows)))
      }

      var (y, dx) = ([Float](repeating: -7, count: count + 1), [Float](repeating: -7, count: count + 1))
      kernels.apply(x, mean, a, b, &y, rows, channels)
      kernels.gradient_apply(u, x, mean, a, b, k, &dx, rows, channels)
      for i in 0..<count {
        let c = i % channels
        let d = Double(x[i]) - Double(mean[c])
        #expect(abs(Double(y[i]) - (d * Double(a[c]) + Double(b[c]))) <= 5e-7)
        #expect(abs(Double(dx[i]) - (Double(a[c]) * Double(u[i]) + Double(b[c]) * d + Double(k[c]))) <= 8e-7)
      }
      #expect(y[count] == -7 && dx[count] == -7, "wrote behind its end")
      var inPlace = x + [-7]
      inPlace.withUnsafeMutableBufferPointer {
        kernels.apply($0.baseAddress!, mean, a, b, $0.baseAddress!, rows, channels)
      }
      #expect(inPlace == y)
      for argument in 0..<2 {
        inPlace = (argument == 0 ? u : x) + [-7]
        inPlace.withUnsafeMutableBufferPointer {
          let p = UnsafePointer($0.baseAddress!)
          u.withUnsafeBufferPointer { u in
            x.withUnsafeBufferPointer { x in
              kernels.gradient_apply(
                argument == 0 ? p : u.baseAddress ?? p, argument == 1 ? p : x.baseAddress ?? p, mean, a, b, k,
                UnsafeMutablePointer(mutating: p), rows, channels)
            }
          }
        }
        #expect(inPlace == dx)
      }
    }
  }

  /// The two gradient kernels, put together as the header says, against finite differences of the normalization in `Double`.
  @Test(arguments: variants) func gradientOfTheWholeNormalization(variant: String) {
    let kernels = normalization(variant)
    let (rows, channels, epsilon) = (6, 2, 1e-3)
    let n = Double(rows)
    var numbers = SampleNumbers(seed: 3)
    let (x, u, gamma) = (
      numbers.floats(rows * channels), numbers.floats(rows * channels), numbers.floats(channels)
    )

    func loss(_ x: [Double]) -> Double {
      var total = 0.0
      for c in 0..<channels {
        let column = (0..<rows).map { x[$0 * channels + c] }
        let mean = column.reduce(0, +) / n
        let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
        for r in 0..<rows {
          let normalized = (column[r] - mean) / (variance + epsilon).squareRoot()
          total += Double(u[r * channels + c]) * Double(gamma[c]) * normalized
        }
      }
      return total
    }

    var (s, q) = ([0.0, 0.0], [0.0, 0.0])
    kernels.moments(x, nil, &s, nil, rows, channels)
    let mean = s.map { Float($0 / n) }
    kernels.moments(x, mean, &s, &q, rows, channels)
    let deviation = zip(s, q).map { (($1 - $0 * $0 / n) / n + epsilon).squareRoot() }
    var (sum, product) = ([0.0, 0.0], [0.0, 0.0])
    kernels.gradient_sums(u, x, mean, &sum, &product, rows, channels)
    let a = zip(gamma, deviation).map { Double($0) / $1 }
    let b = (0..<channels).map { Float(-a[$0] * product[$0] / (n * deviation[$0] * deviation[$0])) }
    let k = (0..<channels).map { Float(-a[$0] * sum[$0] / n) }
    var dx = [Float](repeating: 0, count: rows * channels)
    kernels.gradient_apply(u, x, mean, a.map(Float.init), b, k, &dx, rows, channels)
    for i in dx.indices {
      var (up, down) = (x.map(Double.init), x.map(Double.init))
      up[i] += 1e-5
      down[i] -= 1e-5
      #expect(abs(Double(dx[i]) - (loss(up) - loss(down)) / 2e-5) <= 2e-6)
    }
  }
}
