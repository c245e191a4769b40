import CBaselineBLAS
import GenModels

/// Matrix products beside the same call to OpenBLAS, on one thread and on two.
func matmulBenchmarks() {
  let products = [
    Product(512, 512, 512, "square"), Product(1024, 1024, 1024, "square"),
    Product(2048, 2048, 2048, "square"),
    Product(64, 784, 784, "batch of 64"), Product(64, 6400, 400, "classifier's layer"),
    Product(256, 784, 512, "coupling's network"), Product(256, 400, 10, "classifier's last layer"),
    Product(784, 256, 512, "weight gradient", transposesLeft: true),
    Product(256, 512, 784, "input gradient", transposesRight: true),
    Product(25_600, 128, 128, "1x1 convolution"),
  ]
  for product in products {
    let (m, k, n) = (product.m, product.k, product.n)
    let (left, right) = (product.transposesLeft, product.transposesRight)
    let a = Lazy { RandomTensors.normal(left ? [k, m] : [m, k]) }
    let b = Lazy { RandomTensors.normal(right ? [n, k] : [k, n]) }
    let c = Operand(m * n, seed: 1)
    let operations = Work.operations(2 * Double(m) * Double(k) * Double(n))
    for threads in [1, 2] {
      let name = "product \(m)x\(k)x\(n), \(product.what), \(threads) thread\(threads == 1 ? "" : "s")"
      benchmark(name, operations, threads: threads) {
        Parallelism.withThreads(threads) {
          _ = a.value.matrixProduct(b.value, transposingSelf: left, transposingOther: right)
        }
      }
      benchmark("\(name) [OpenBLAS]", operations, threads: threads) {
        openblas_set_num_threads(Int32(threads))
        a.value.withUnsafeElements { a in
          b.value.withUnsafeElements { b in
            cblas_sgemm(
              CblasRowMajor, left ? CblasTrans : CblasNoTrans, right ? CblasTrans : CblasNoTrans, Int32(m),
              Int32(n), Int32(k), 1, a.baseAddress!, Int32(left ? m : k), b.baseAddress!,
              Int32(right ? k : n), 0, c.base, Int32(n))
          }
        }
        openblas_set_num_threads(1)
      }
    }
  }
}

/// `[m, k]` times `[k, n]`, where the operands may lie transposed.
private struct Product {
  let m, k, n: Int
  let what: String
  let transposesLeft, transposesRight: Bool

  init(
    _ m: Int, _ k: Int, _ n: Int, _ what: String, transposesLeft: Bool = false, transposesRight: Bool = false
  ) {
    (self.m, self.k, self.n) = (m, k, n)
    self.what = what
    self.transposesLeft = transposesLeft
    self.transposesRight = transposesRight
  }
}

enum RandomTensors {
  static func normal(_ shape: Shape) -> Tensor {
    var random = RandomGenerator(seed: 1)
    return random.normal(shape)
  }
}
