import CKernels
import GenModels

/// Elementwise kernels, against a plain copy.
func mapBenchmarks() {
  let unary: [(String, ood_unary)] = [
    ("ReLU", ood_relu), ("leaky ReLU", ood_leaky_relu), ("sigmoid", ood_sigmoid), ("tanh", ood_tanh),
    ("softplus", ood_softplus), ("exp", ood_exp), ("log", ood_log), ("square", ood_square), ("abs", ood_abs),
    ("sqrt", ood_sqrt), ("scale", ood_scaled), ("atan", ood_atan),
  ]
  let binary: [(String, ood_binary)] = [
    ("add", ood_add), ("multiply", ood_multiply), ("divide", ood_divide), ("maximum", ood_maximum),
    ("gate", ood_gate),
  ]
  threadedMapBenchmarks(unary)
  smallMapBenchmarks(unary, binary)
  for (size, n) in sizes {
    let (a, b, y) = (Operand(n, seed: 1), Operand(n, seed: 2), Operand(n, seed: 3))
    for (name, function) in unary {
      benchmark("\(name) \(size)", .bytes(8 * Double(n), floats: n)) { kernels in
        kernels.map.unary(function, 0.5, a.base, y.base, n)
      }
    }
    for (name, function) in [("sigmoid", ood_sigmoid), ("ReLU", ood_relu)] {
      benchmark("\(name)'s gradient \(size)", .bytes(12 * Double(n), floats: n)) { kernels in
        kernels.map.unary_gradient(function, 0, a.base, b.base, b.base, y.base, n)
      }
    }
    for (name, function) in binary {
      benchmark("\(name) \(size)", .bytes(12 * Double(n), floats: n)) { kernels in
        kernels.map.binary(function, a.base, b.base, y.base, n)
      }
    }
    benchmark("add a row of 128 \(size)", .bytes(8 * Double(n), floats: n)) { kernels in
      kernels.map.binary_2d(ood_add, a.base, 128, 1, b.base, 0, 1, y.base, n / 128, 128)
    }
    benchmark("y += 2 x \(size)", .bytes(12 * Double(n), floats: n)) { kernels in
      kernels.map.scale_add(1e-20, a.base, y.base, n)
    }
    benchmark("first non-finite \(size)", .bytes(4 * Double(n), floats: n)) { kernels in
      _ = kernels.map.first_non_finite(a.base, n)
    }
  }
}

/// The maps that wait for their operands, on some that all fit the first-level cache.
private func smallMapBenchmarks(_ unary: [(String, ood_unary)], _ binary: [(String, ood_binary)]) {
  let n = 2048
  let (a, b, y) = (Operand(n, seed: 1), Operand(n, seed: 2), Operand(n, seed: 3))
  for (name, function) in unary where ["ReLU", "square"].contains(name) {
    benchmark("\(name) 8 KB", .bytes(8 * Double(n), floats: n)) { kernels in
      kernels.map.unary(function, 0.5, a.base, y.base, n)
    }
  }
  for (name, function) in binary where ["add", "multiply"].contains(name) {
    benchmark("\(name) 8 KB", .bytes(12 * Double(n), floats: n)) { kernels in
      kernels.map.binary(function, a.base, b.base, y.base, n)
    }
  }
}

/// The same on all threads, each of which streams its half of 128 MB to memory.
private func threadedMapBenchmarks(_ functions: [(String, ood_unary)]) {
  let n = 1 << 25
  let threads = Parallelism.threads
  let (x, y) = (Operand(n, seed: 1), Operand(n, seed: 2))
  for (name, function) in functions where ["ReLU", "exp", "softplus", "atan"].contains(name) {
    benchmark("\(name) 128 MB, \(threads) threads", .bytes(8 * Double(n), floats: n), threads: threads) {
      nonisolated(unsafe) let (from, to) = (x.base, y.base)
      parallelFor(n, grain: max(Int(ood_streaming_count), n / threads)) { range in
        ood_active_kernels().pointee.map.unary(
          function, 0.5, from + range.lowerBound, to + range.lowerBound, range.count)
      }
    }
  }
}
