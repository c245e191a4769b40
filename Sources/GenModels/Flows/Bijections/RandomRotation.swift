#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A random orthogonal matrix as P L U: where an `InvertibleLinear` starts.
struct RandomRotation {
  /// Row i of P A is row `permutation[i]` of A.
  private(set) var permutation: [Int]
  private(set) var signs, logDiagonal: [Float]
  /// Size × size; below and above the diagonal, 0 elsewhere.
  private(set) var lower, upper: [Float]

  /// A rotation drawn uniformly, or with `rotates` false only a permutation.
  init(size: Int, rotates: Bool, using random: inout RandomGenerator) {
    permutation = random.permutation(size).elements
    signs = [Float](repeating: 1, count: size)
    logDiagonal = [Float](repeating: 0, count: size)
    lower = [Float](repeating: 0, count: size * size)
    upper = lower
    guard rotates else { return }
    var a = Self.orthogonal(size, using: &random)
    // Gaussian elimination with row exchanges, in place: row i of L U is row order[i] of A.
    var order = Array(0..<size)
    for k in 0..<size {
      let pivot = (k..<size).max { abs(a[$0][k]) < abs(a[$1][k]) }!
      a.swapAt(k, pivot)
      order.swapAt(k, pivot)
      for i in k + 1..<max(k + 1, size) {
        a[i][k] /= a[k][k]
        for j in k + 1..<max(k + 1, size) { a[i][j] -= a[i][k] * a[k][j] }
      }
    }
    for i in 0..<size {
      permutation[order[i]] = i
      signs[i] = a[i][i] < 0 ? -1 : 1
      logDiagonal[i] = Float(log(abs(a[i][i])))
      for j in 0..<size {
        if j < i { lower[i * size + j] = Float(a[i][j]) }
        if j > i { upper[i * size + j] = Float(a[i][j]) }
      }
    }
  }

  /// Normal vectors made orthonormal one after the other (Gram and Schmidt, twice for precision).
  private static func orthogonal(_ size: Int, using random: inout RandomGenerator) -> [[Double]] {
    let draws = random.normal([size, size]).elements
    var found: [[Double]] = []
    for row in 0..<size {
      var v = draws[row * size..<(row + 1) * size].map { Double($0) }
      for _ in 0..<2 {
        for other in found {
          let overlap = zip(v, other).reduce(0.0) { $0 + $1.0 * $1.1 }
          for i in 0..<size { v[i] -= overlap * other[i] }
        }
      }
      let norm = v.reduce(0.0) { $0 + $1 * $1 }.squareRoot()
      found.append(v.map { $0 / norm })
    }
    return found
  }
}
