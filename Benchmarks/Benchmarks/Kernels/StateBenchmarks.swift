import CKernels

/// Random numbers, optimizers, moving and distances.
func stateBenchmarks() {
  for (size, n) in sizes {
    let (a, b, c, d) = (Operand(n, seed: 1), Operand(n, seed: 2), Operand(n, seed: 3), Operand(n, seed: 4))
    let write = Work.bytes(4 * Double(n), floats: n)
    benchmark("uniform \(size)", write) { $0.random.uniform(1, 2, 0, 0, 1, a.base, n) }
    benchmark("normal \(size)", write) { $0.random.normal(1, 2, 0, 0, 1, a.base, n) }
    benchmark("Bernoulli \(size)", write) { $0.random.bernoulli(1, 2, 0, 0.3, 1, a.base, n) }

    // The gradient is nearly zero, so that the parameters stay where they are.
    let gradient = Operand(n, seed: 5, scale: 1e-20)
    let adam = ood_adam(
      learning_rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0, gradient_scale: 1,
      correction1: 0.1, correction2: 0.001, decoupled: 0)
    let squares = (Operand(n, seed: 6, scale: 0), Operand(n, seed: 7, scale: 0))
    benchmark("SGD with momentum \(size)", .bytes(20 * Double(n), floats: n)) {
      $0.optimizer.sgd(
        ood_sgd(learning_rate: 1e-3, momentum: 0.9, weight_decay: 0, gradient_scale: 1, nesterov: 0), a.base,
        gradient.base, squares.0.base, n)
    }
    benchmark("Adam \(size)", .bytes(28 * Double(n), floats: n)) {
      $0.optimizer.adam(adam, a.base, gradient.base, squares.0.base, squares.1.base, n)
    }
    benchmark("Adadelta \(size)", .bytes(28 * Double(n), floats: n)) {
      $0.optimizer.adadelta(
        ood_adadelta(learning_rate: 1, rho: 0.95, epsilon: 1e-6, weight_decay: 0, gradient_scale: 1), b.base,
        gradient.base, squares.0.base, squares.1.base, n)
    }
    let rows = IndexOperand(n / 64, below: Int32(n / 64))
    benchmark("gather rows of 64 \(size)", .bytes(8 * Double(n), floats: n)) {
      $0.index.gather_rows(c.base, rows.base, n / 64, 64, d.base)
    }
  }
}
