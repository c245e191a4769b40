import CKernels

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
