/// How the divergence of a vector field, the trace of its Jacobian, is found.
public enum DivergenceMethod: Sendable, Hashable, Codable {
  /// All D diagonal elements, exact: 1 + D rows through the network for each example.
  case exact
  /// Hutchinson's estimate Σ εᵀ J ε with this many vectors of random signs (M. F. Hutchinson, 1990; W. Grathwohl et al., FFJORD, 2019), which
  /// stay the same within a solution. In use all examples have the signs that the seed decides, so that a density depends on nothing beside
  /// the example and can be differentiated by it; in training each example of each step has its own.
  case hutchinson(samples: Int = 1, seed: UInt64 = 0)

  /// Tangents of a row.
  func tangents(features: Int) -> Int {
    switch self {
    case .exact: features
    case .hutchinson(let samples, _): samples
    }
  }

  /// The seed's signs for each of some examples; nil for the exact divergence.
  func probes(rows: Int, features: Int) -> Tensor? {
    guard case .hutchinson(let samples, let seed) = self else { return nil }
    var random = RandomGenerator(seed: seed).split("divergence")
    let one = Tensor(shape: [1, samples, features]) { signs in
      fill(signs, from: 0, count: signs.count, using: &random)
    }
    return Tensor.zeros([rows, 1, 1]) + one
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
