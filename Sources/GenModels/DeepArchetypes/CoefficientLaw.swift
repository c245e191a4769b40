#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How coefficients in archetypes are drawn.
public struct CoefficientLaw: Sendable, Hashable, Codable {
  /// Of the symmetric Dirichlet distribution: 1 is uniform on the simplex, small numbers lie near its corners.
  public var concentration: Double
  /// p: how far coefficients go from the middle, 1/k + p (A − 1/k). Up to 1 they are mixtures; beyond some leave the simplex, and
  /// what they stand for is outside of the archetypes' hull.
  public var extrapolation: Double

  /// - Parameters:
  ///   - concentration: Above 0; 0.7 in S. M. Keller et al., 2019.
  ///   - extrapolation: At least 0.
  public init(concentration: Double = 0.7, extrapolation: Double = 1) {
    self.concentration = concentration
    self.extrapolation = extrapolation
  }

  /// Coefficients `[count, archetypes]`; rows sum to 1.
  /// - Throws: `OutlierGenerationError.invalidSetting` for a concentration that is not positive or an extrapolation below 0.
  public func coefficients(count: Int, archetypes k: Int, using random: inout RandomGenerator)
    throws(OutlierGenerationError)
    -> Tensor
  {
    guard concentration > 0, concentration.isFinite else {
      throw .invalidSetting(name: "concentration", value: "\(concentration)", expected: "above 0")
    }
    guard extrapolation >= 0, extrapolation.isFinite else {
      throw .invalidSetting(name: "extrapolation", value: "\(extrapolation)", expected: "at least 0")
    }
    var numbers: [Float] = []
    numbers.reserveCapacity(count * k)
    for _ in 0..<count {
      // In logs: for small concentrations all k gamma variates may underflow.
      let logs = (0..<k).map { _ in logGamma(&random) }
      let largest = logs.max()!
      let weights = logs.map { exp($0 - largest) }
      let total = weights.reduce(0, +)
      for weight in weights {
        numbers.append(Float(1 / Double(k) + extrapolation * (weight / total - 1 / Double(k))))
      }
    }
    return Tensor(numbers, shape: [count, k])
  }

  /// ln of a gamma variate of shape `concentration`, by G. Marsaglia and W. W. Tsang, 2000; below shape 1 that of shape a + 1 times
  /// U^(1/a).
  private func logGamma(_ random: inout RandomGenerator) -> Double {
    let isSmall = concentration < 1
    let d = (isSmall ? concentration + 1 : concentration) - 1 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = random.normalDoubles(1)[0]
      let root = 1 + c * x
      guard root > 0 else { continue }
      let v = root * root * root
      let u = 1 - random.uniformDouble()
      guard log(u) < x * x / 2 + d - d * v + d * log(v) else { continue }
      return log(d * v) + (isSmall ? log(1 - random.uniformDouble()) / concentration : 0)
    }
  }
}
