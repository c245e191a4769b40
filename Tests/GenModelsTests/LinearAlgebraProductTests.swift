import GenModels
import Testing

/// Products of matrices in single and double precision.
@Suite struct LinearAlgebraProductTests {
  @Test func multipliesMatrices() {
    let a = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    let b = Tensor([1, 0, 0, 1, 1, 1], shape: [3, 2])
    #expect(a.matrixProduct(b) == Tensor([4, 5, 10, 11], shape: [2, 2]))
    #expect(a.matrixProduct(a, transposingOther: true) == Tensor([14, 32, 32, 77], shape: [2, 2]))
    #expect(
      a.matrixProduct(a, transposingSelf: true)
        == Tensor([17, 22, 27, 22, 29, 36, 27, 36, 45], shape: [3, 3]))
    #expect(Matrix(a) * Matrix(b) == Matrix([[4, 5], [10, 11]]))
    #expect(Matrix(a) * [1, 1, 1] == [6, 15])
  }

  static func random(_ shape: Shape, seed: Int) -> Tensor {
    var state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 | 1
    return Tensor(
      (0..<shape.elementCount).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float(state >> 40) / Float(1 << 23) - 1
      }, shape: shape)
  }

  /// Small, ragged, with vectors, wide, tall, with more rows than are read unpacked, empty, with few columns, with a result
  /// that goes around the caches, and with rows 4 KiB apart.
  static let shapes: [(Int, Int, Int)] = [
    (1, 1, 1), (3, 5, 7), (1, 37, 300), (300, 1, 37), (1, 1, 1000), (64, 784, 100), (700, 40, 130),
    (130, 129, 257),
    (1, 5000, 600), (3000, 1, 800), (5, 3, 0), (0, 4, 3), (4, 0, 3), (60, 3000, 40), (1000, 70, 90),
    (700, 10, 400), (40, 300, 200), (6600, 320, 9), (1024, 64, 70),
  ]

  @Test("Against the product in double precision, with every variant of the kernels", arguments: shapes)
  func agreesWithDoublePrecision(m: Int, n: Int, k: Int) {
    for (transposeA, transposeB) in [(false, false), (false, true), (true, false), (true, true)] {
      let a = Self.random(transposeA ? [k, m] : [m, k], seed: 1)
      let b = Self.random(transposeB ? [n, k] : [k, n], seed: 2)
      let reference = Matrix(a).matrixProduct(
        Matrix(b), transposingSelf: transposeA, transposingOther: transposeB)
      for variant in KernelVariant.available {
        let product = KernelVariant.using(variant) {
          a.matrixProduct(b, transposingSelf: transposeA, transposingOther: transposeB)
        }
        #expect(product.shape == [m, n])
        let error = zip(product.elements, reference.elements).map { (Double($0) - $1).magnitude }.max() ?? 0
        #expect(error <= 2e-7 * Double(k + 4), "\(variant.name)")
      }
    }
  }

  @Test("One, two and three threads give the same bits", arguments: shapes)
  func threadsDoNotChangeBits(m: Int, n: Int, k: Int) {
    for transposeB in [false, true] {
      let a = Self.random([m, k], seed: 3)
      let b = Self.random(transposeB ? [n, k] : [k, n], seed: 4)
      let results = (1...3).map { threads in
        Parallelism.withThreads(threads) {
          (
            a.matrixProduct(b, transposingOther: transposeB).elements.map(\.bitPattern),
            Matrix(a).matrixProduct(Matrix(b), transposingOther: transposeB).elements.map(\.bitPattern)
          )
        }
      }
      #expect(results[0] == results[1])
      #expect(results[0] == results[2])
    }
  }

  @Test func addsBiasAndRectifies() {
    for (m, n, k) in [(9, 21, 30), (1, 40, 20), (500, 300, 20)] {
      let a = Self.random([m, k], seed: 5)
      let b = Self.random([k, n], seed: 6)
      let bias = Self.random([n], seed: 7)
      let plain = a.matrixProduct(b)
      var result = Tensor(repeating: 0.5, shape: [m, n])
      a.withUnsafeElements { a in
        b.withUnsafeElements { b in
          bias.withUnsafeElements { bias in
            result.withUnsafeMutableElements { c in
              matrixMultiply(
                rows: m, columns: n, depth: k, a.baseAddress!, transposeA: false, b.baseAddress!,
                transposeB: false, into: c.baseAddress!, accumulate: true, bias: bias.baseAddress!, relu: true
              )
            }
          }
        }
      }
      for i in 0..<m {
        for j in 0..<n {
          let expected = max(0, plain[i, j] + 0.5 + bias[j])
          #expect((result[i, j] - expected).magnitude < 1e-4)
        }
      }
    }
  }

  @Test func refusesShapesThatDoNotMeet() async {
    await #expect(processExitsWith: .failure) {
      _ = Tensor.zeros([2, 3]).matrixProduct(Tensor.zeros([4, 2]))
    }
    await #expect(processExitsWith: .failure) {
      _ = Tensor.zeros([2, 3]).matrixProduct(Tensor.zeros([3]))
    }
    await #expect(processExitsWith: .failure) {
      _ = Matrix.identity(2) * Matrix.identity(3)
    }
    await #expect(processExitsWith: .failure) {
      _ = Matrix.identity(2) + Matrix.identity(3)
    }
  }
}
