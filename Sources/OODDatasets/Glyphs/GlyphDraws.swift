import GenModels

/// The random numbers of one character, drawn one after the other. Only exact or correctly rounded operations are used.
struct GlyphDraws {
  private var random: RandomGenerator
  /// Words drawn ahead.
  private var words: UInt64 = 0
  private var wordsLeft = 0

  init(_ random: RandomGenerator) { self.random = random }

  /// 16 random bits.
  private mutating func bits() -> UInt32 {
    if wordsLeft == 0 {
      words = random.next()
      wordsLeft = 4
    }
    defer {
      words >>= 16
      wordsLeft -= 1
    }
    return UInt32(truncatingIfNeeded: words & 0xffff)
  }

  /// Uniform on [0, 1), in steps of 2⁻¹⁶.
  mutating func uniform() -> Float { Float(bits()) * 0x1p-16 }

  mutating func uniform(_ low: Float, _ high: Float) -> Float { low + (high - low) * uniform() }

  mutating func chance(_ probability: Float) -> Bool { uniform() < probability }

  /// A bell-shaped number with mean 0, variance 1 and no value beyond ±√6: the sum of two uniform numbers, scaled.
  mutating func bell() -> Float {
    (Float(bits()) * 0x1p-16 + Float(bits()) * 0x1p-16 - (1 - 0x1p-16)) * 2.4494898
  }

  mutating func bellPair() -> SIMD2<Float> {
    let x = bell()
    return SIMD2(x, bell())
  }
}
