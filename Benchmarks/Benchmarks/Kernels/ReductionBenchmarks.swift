import CKernels
import GenModels

/// Reductions, against a plain copy: they read and hardly write, so they can exceed it.
func reductionBenchmarks() {
  for (size, n) in sizes {
    let (a, b, y) = (Operand(n, seed: 1), Operand(n, seed: 2), Operand(n, seed: 3))
    let places = IndexOperand(n / 64, below: 1)
    let read = Work.bytes(4 * Double(n), floats: n)
    benchmark("sum \(size)", read) { $0.reduce.sum(a.base, y.base, 1, n, 1) }
    benchmark("sum of rows of 64 \(size)", read) { $0.reduce.sum(a.base, y.base, n / 64, 64, 1) }
    benchmark("sum of columns, 128 wide \(size)", read) { $0.reduce.sum(a.base, y.base, 1, n / 128, 128) }
    benchmark("largest element \(size)", read) { $0.reduce.maximum(a.base, y.base, 1, n, 1) }
    benchmark("argmax of rows of 64 \(size)", read) {
      $0.reduce.argmax(a.base, places.base, nil, n / 64, 64, 1)
    }
    benchmark("dot \(size)", .bytes(8 * Double(n), floats: n)) { _ = $0.reduce.dot(a.base, b.base, n) }
    benchmark("sum |a - b| \(size)", .bytes(8 * Double(n), floats: n)) {
      _ = $0.reduce.sum_absolute_difference(a.base, b.base, n)
    }
  }
}

/// Moves and reductions of tensors that the caches don't hold, as a program calls them, against a copy by as many threads.
func memoryBenchmarks() {
  let n = 1 << 24
  let x = Lazy { () -> Tensor in
    var random = RandomGenerator(seed: 1)
    return random.normal([n / 64, 64])
  }
  let rows = Lazy { () -> Indexes in
    var random = RandomGenerator(seed: 2)
    return random.permutation(n / 64)
  }
  let copied = Work.bytes(8 * Double(n), floats: n)
  for threads in [1, 2] {
    func measure(_ name: String, _ work: Work, _ call: @escaping @Sendable () -> Void) {
      benchmark("\(name) of 64 MB, \(threads) threads", work, threads: threads) {
        Parallelism.withThreads(threads, call)
      }
    }
    measure("softmax", copied) { _ = x.value.softmax() }
    measure("logarithm of softmax", copied) { _ = x.value.logSoftmax() }
    measure("argmax", .bytes(4 * Double(n), floats: n)) { _ = x.value.positionOfMaximum(axis: 1) }
    measure("transposition", copied) { _ = x.value.reshaped([4096, 4096]).transposed() }
    measure("gathered rows", copied) { _ = x.value.rows(rows.value) }
    measure("tanh", copied) { _ = x.value.tanh() }
  }
}
