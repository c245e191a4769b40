/// Random orders that are the same on every platform and in every version.
enum SeededShuffle {
  /// The positions 0 to `count`−1 in a random order: R. Durstenfeld's shuffle (Communications of the ACM 7, 1964) with numbers of
  /// SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, Fast Splittable Pseudorandom Number Generators, 2014).
  static func permutation(of count: Int, seed: UInt64) -> [Int] {
    var state = seed
    func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      // The high half of a wide product; its bias, below 2⁻³² for any count that fits in memory, is far from visible.
      let chosen = Int(next().multipliedFullWidth(by: UInt64(last + 1)).high)
      order.swapAt(last, chosen)
    }
    return order
  }
}
