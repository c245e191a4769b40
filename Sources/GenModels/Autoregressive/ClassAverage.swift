#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension ClassConditionalDensity where Examples == Tensor {
  /// ln (1/K) Σ p(x | class) of each example.
  func averagedOverClasses(
    _ classes: Int, _ x: Tensor, _ logDensity: (Indexes) throws -> [Double]
  ) throws -> [Double] {
    let byClass = try (0..<classes).map { label in
      try logDensity(Indexes([Int](repeating: label, count: x.shape[0])))
    }
    return (0..<x.shape[0]).map { row in
      let largest = byClass.map { $0[row] }.max()!
      guard largest.isFinite else { return largest }
      return largest + log(byClass.reduce(0) { $0 + exp($1[row] - largest) } / Double(classes))
    }
  }
}
