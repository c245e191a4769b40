import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A table of numbers that scikit-learn was given too, for the expected values in tests.
enum ReferenceTable {
  /// 50 rows to fit to.
  static let training = rows(0..<50)
  /// 3 rows to score.
  static let fresh = rows(50..<53)

  private static func rows(_ range: Range<Int>) -> Matrix {
    var state = 12345
    var elements: [Double] = []
    for _ in 0..<60 * 4 {
      state = (1_103_515_245 * state + 12345) % 2_147_483_648
      elements.append(Double(state >> 8) / 8_388_608)
    }
    return Matrix(
      range.map { i in
        let u = Array(elements[4 * i..<4 * i + 4])
        return [u[0], u[1] * u[1] + u[0], u[2], 3 * u[3]]
      })
  }

  /// Independent standard normal numbers.
  static func normal(_ rows: Int, _ columns: Int, seed: UInt64 = 1) -> Matrix {
    var random = RandomGenerator(seed: seed)
    return Matrix(random.normal([rows, columns]))
  }
}

/// Whether numbers agree to a relative difference.
func agree(_ a: [Double], _ b: [Double], _ tolerance: Double = 1e-9) -> Bool {
  a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * max(abs($0), abs($1), 1e-300) }
}

/// eˣ.
func exponential(_ x: Double) -> Double { exp(x) }
