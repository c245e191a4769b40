import CKernels

/// Softmax, batch-norm and coupling: whole layers in one pass, against a plain copy.
func networkBenchmarks() {
  for (size, n) in sizes {
    let (a, b, c) = (Operand(n, seed: 1), Operand(n, seed: 2), Operand(n, seed: 3))
    let (y, z) = (Operand(n, seed: 4), Operand(n, seed: 5))
    let column = Operand(max(n / 64, 128), seed: 6)
    let labels = IndexOperand(n / 64, below: 64)
    let rows = n / 64
    benchmark("softmax of 64 \(size)", .bytes(8 * Double(n), floats: n)) {
      $0.softmax.softmax(a.base, y.base, rows, 64)
    }
    benchmark("cross-entropy of 64 \(size)", .bytes(4 * Double(n), floats: n)) {
      $0.softmax.cross_entropy(a.base, labels.base, column.base, rows, 64)
    }
    benchmark("cross-entropy's gradient \(size)", .bytes(8 * Double(n), floats: n)) {
      $0.softmax.cross_entropy_gradient(a.base, labels.base, column.base, y.base, rows, 64)
    }
    benchmark("batch-norm, 64 channels \(size)", .bytes(8 * Double(n), floats: n)) {
      $0.normalization.apply(a.base, b.base, b.base, b.base, y.base, rows, 64)
    }
    benchmark("affine coupling \(size)", .bytes(16 * Double(n), floats: n)) {
      $0.coupling.forward(a.base, 64, b.base, 64, c.base, 64, 2, y.base, 64, column.base, rows, 64)
    }
    benchmark("affine coupling's inverse \(size)", .bytes(16 * Double(n), floats: n)) {
      $0.coupling.inverse(a.base, 64, b.base, 64, c.base, 64, 2, y.base, 64, column.base, rows, 64)
    }
    benchmark("affine coupling's gradient \(size)", .bytes(20 * Double(n), floats: n)) {
      $0.coupling.backward(
        a.base, 64, column.base, b.base, 64, c.base, 64, 2, y.base, 64, z.base, 64, rows, 64)
    }
  }
}
