/// Reproducible numbers to feed the kernels with (SplitMix64; Steele, Lea and Flood, 2014).
struct SampleNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Evenly spread over -scale to scale.
  mutating func floats(_ count: Int, scale: Float = 1) -> [Float] {
    (0..<count).map { _ in scale * (Float(next() >> 40) / 8_388_608 - 1) }
  }

  /// Evenly spread over 0 ..< bound.
  mutating func integers(_ count: Int, below bound: Int) -> [Int] {
    (0..<count).map { _ in Int(next() % UInt64(bound)) }
  }
}

/// Values at which floating-point code breaks.
let specialFloats: [Float] = [
  0, -0.0, 1, -1, .infinity, -.infinity, .nan, -.nan, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
  .leastNormalMagnitude, -.leastNormalMagnitude, .leastNormalMagnitude.nextDown, .greatestFiniteMagnitude,
  -.greatestFiniteMagnitude, 1e30, -1e30, 1e-30, -1e-30, 88.72284, 88.8, -87.33655, -87.4, -100, -103.97208,
  -103.98,
  -104.1, 16_777_216, 0.5, Float(1).nextDown, Float(1).nextUp, -9.1, 9.1, 1e-8, Float(bitPattern: 2_140_000),
]

/// The distance between a float and the exact value, in units in the last place of that value; 0 where both are NaN or both are
/// the same infinity.
func ulps(_ result: Float, from exact: Double) -> Double {
  if exact.isNaN || result.isNaN { return exact.isNaN && result.isNaN ? 0 : .infinity }
  if Float(exact).isInfinite || result.isInfinite { return Float(exact) == result ? 0 : .infinity }
  if exact == 0 { return result == 0 ? 0 : .infinity }
  return abs(Double(result) - exact)
    / Double(sign: .plus, exponent: max(exact.exponent - 23, -149), significand: 1)
}
