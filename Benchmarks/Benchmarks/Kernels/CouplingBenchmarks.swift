import CKernels

/// Couplings as flows use them: halves of rows changed in place, parameters side by side.
func couplingBenchmarks() {
  for (size, n) in sizes {
    // Rows of 784 numbers, the second half of which is changed.
    let (columns, half) = (784, 392)
    let rows = n / columns
    let (x, parameters) = (Operand(n, seed: 1), Operand(n, seed: 2))
    let (y, d, dx) = (Operand(n, seed: 3), Operand(n, seed: 4), Operand(n, seed: 6))
    let column = Operand(max(rows, 1), seed: 5)
    let (touched, copy) = (Double(rows * half), Copy(rows: rows, columns: half, stride: columns))
    benchmark("affine coupling of halves of 784 \(size)", .bytes(16 * touched, copy)) {
      $0.coupling.forward(
        x.base + half, columns, parameters.base, columns, parameters.base + half, columns, 2, y.base + half,
        columns, column.base, rows, half)
    }
    benchmark("gradient of an affine coupling of halves of 784 \(size)", .bytes(20 * touched, copy)) {
      $0.coupling.backward(
        x.base + half, columns, column.base, y.base + half, columns, parameters.base, columns, 2,
        dx.base + half, columns, d.base, columns, rows, half)
    }
  }
  // 8 bins: 23 parameters for each number that is changed; in the nearest caches.
  let settings = ood_spline_settings(bins: 8, bound: 5)
  for (rows, columns) in [(256, 1), (64, 32)] {
    let count = rows * columns
    let (x, y, parameters) = (Operand(count, seed: 1), Operand(count, seed: 2), Operand(23 * count, seed: 3))
    let (d, column) = (Operand(23 * count, seed: 4), Operand(rows, seed: 5))
    let bytes = 4 * Double(count)
    let shape = "\(rows) x \(columns)"
    benchmark("spline coupling \(shape)", .bytes(25 * bytes, floats: 8_192)) {
      $0.spline.forward(
        settings, x.base, columns, parameters.base, 23 * columns, y.base, columns, column.base, rows, columns)
    }
    benchmark("spline coupling's inverse \(shape)", .bytes(25 * bytes, floats: 8_192)) {
      $0.spline.inverse(
        settings, x.base, columns, parameters.base, 23 * columns, y.base, columns, column.base, rows, columns)
    }
    benchmark("spline coupling's gradient \(shape)", .bytes(49 * bytes, floats: 8_192)) {
      $0.spline.backward(
        settings, x.base, columns, column.base, y.base, columns, parameters.base, 23 * columns, y.base,
        columns, d.base, 23 * columns, rows, columns)
    }
  }
}
