/// How the divergence of a vector field, the trace of its Jacobian, is found.
public enum DivergenceMethod: Sendable, Hashable, Codable {
  /// All D diagonal elements, exact: 1 + D rows through the network for each example.
  case exact
  /// Hutchinson's estimate Σ εᵀ J ε with this many vectors of random signs (M. F. Hutchinson, 1990; W. Grathwohl et al., FFJORD, 2019), which
  /// stay the same within a solution. In use an example's signs follow from its own numbers and the seed, so that its density depends
  /// on nothing beside it; in training each step draws its own.
  case hutchinson(samples: Int = 1, seed: UInt64 = 0)

  /// Tangents of a row.
  func tangents(features: Int) -> Int {
    switch self {
    case .exact: features
    case .hutchinson(let samples, _): samples
    }
  }

  /// Random signs for each example, from its numbers; nil for the exact divergence.
  func probes(for x: Tensor) -> Tensor? {
    guard case .hutchinson(let samples, let seed) = self else { return nil }
    let (rows, features) = (x.shape[0], x.shape[1])
    let random = RandomGenerator(seed: seed).split("divergence")
    return Tensor(shape: [rows, samples, features]) { signs in
      x.withUnsafeElements { x in
        for row in 0..<rows {
          var digest: UInt64 = 0xcbf2_9ce4_8422_2325
          for column in 0..<features {
            digest = (digest ^ UInt64(x[row * features + column].bitPattern)) &* 0x100_0000_01b3
          }
          var own = random.split(digest)
          fill(signs, from: row * samples * features, count: samples * features, using: &own)
        }
      }
    }
  }

  /// Random signs for each example of a training step; nil for the exact divergence.
  func probes(rows: Int, features: Int, using random: inout RandomGenerator) -> Tensor? {
    guard case .hutchinson(let samples, _) = self else { return nil }
    return Tensor(shape: [rows, samples, features]) { signs in
      fill(signs, from: 0, count: signs.count, using: &random)
    }
  }

  private func fill(
    _ signs: UnsafeMutableBufferPointer<Float>, from start: Int, count: Int,
    using random: inout RandomGenerator
  ) {
    var bits: UInt64 = 0
    for index in 0..<count {
      if index % 64 == 0 { bits = random.next() }
      signs[start + index] = bits & 1 == 0 ? -1 : 1
      bits >>= 1
    }
  }
}
