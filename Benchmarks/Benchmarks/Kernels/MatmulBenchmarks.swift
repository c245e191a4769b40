import CBaselineBLAS
import GenModels

/// Matrix products beside the same call to OpenBLAS, on one thread and on two.
func matmulBenchmarks() {
  let shapes: [(m: Int, k: Int, n: Int, what: String)] = [
    (512, 512, 512, "square"), (1024, 1024, 1024, "square"), (2048, 2048, 2048, "square"),
    (64, 784, 784, "batch of 64"), (64, 6400, 400, "classifier's layer"),
    (256, 784, 512, "coupling's network"), (256, 400, 10, "classifier's last layer"),
    (25_600, 128, 128, "1x1 convolution"),
  ]
  for (m, k, n, what) in shapes {
    let (a, b) = (Lazy { RandomTensors.normal([m, k]) }, Lazy { RandomTensors.normal([k, n]) })
    let c = Operand(m * n, seed: 1)
    let operations = Work.operations(2 * Double(m) * Double(k) * Double(n))
    for threads in [1, 2] {
      let name = "product \(m)x\(k)x\(n), \(what), \(threads) thread\(threads == 1 ? "" : "s")"
      benchmark(name, operations, threads: threads) {
        Parallelism.withThreads(threads) { _ = a.value.matrixProduct(b.value) }
      }
      benchmark("\(name) [OpenBLAS]", operations, threads: threads) {
        openblas_set_num_threads(Int32(threads))
        a.value.withUnsafeElements { a in
          b.value.withUnsafeElements { b in
            cblas_sgemm(
              CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(m), Int32(n), Int32(k), 1, a.baseAddress!,
              Int32(k), b.baseAddress!, Int32(n), 0, c.base, Int32(n))
          }
        }
        openblas_set_num_threads(1)
      }
    }
  }
}

enum RandomTensors {
  static func normal(_ shape: Shape) -> Tensor {
    var random = RandomGenerator(seed: 1)
    return random.normal(shape)
  }
}
