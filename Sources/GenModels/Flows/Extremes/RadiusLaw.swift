/// How far from the middle of a Gaussian base extreme draws lie. In d dimensions the radius of usual draws follows the χ distribution,
/// of mean E and deviation s: in 784 dimensions 27.99 ± 0.71.
///
/// T. Bungert, An exploration of normalizing flows for outlier generation, 2021, draws images "at p σ", and leaves open which of the
/// first three is meant.
public enum RadiusLaw: Sendable, Hashable, Codable {
  /// p times a usual draw: radius p χ.
  case temperature(Double)
  /// The radius E + p s.
  case deviations(Double)
  /// p times the largest radius of `count` usual draws, by its limit law (`ChiDistribution.extremes`).
  case gumbel(Double, count: Int)
  /// Uniform between the radii E + p s of two p.
  case shell(from: Double, to: Double)

  /// Radii drawn by the law in d dimensions.
  /// - Throws: `OutlierGenerationError.invalidRadius` for numbers that are not finite, or give a radius that is not positive.
  public func radii(count: Int, dimensions: Int, using random: inout RandomGenerator)
    throws(OutlierGenerationError)
    -> [Double]
  {
    let lengths = ChiDistribution(dimensions: dimensions)
    switch self {
    case .temperature(let p):
      guard p > 0, p.isFinite else { throw .invalidRadius(law: "a temperature", value: p, least: 0) }
      return (0..<count).map { _ in
        let normal = random.normalDoubles(dimensions)
        return p * normal.reduce(0) { $0 + $1 * $1 }.squareRoot()
      }
    case .deviations(let p):
      return Array(repeating: try Self.radius(p, lengths), count: count)
    case .gumbel(let p, let largestOf):
      guard p > 0, p.isFinite else {
        throw .invalidRadius(law: "a factor on the largest radius", value: p, least: 0)
      }
      guard largestOf >= 2 else {
        throw .invalidRadius(
          law: "a number of draws of which the largest is taken", value: Double(largestOf), least: 1)
      }
      return lengths.extremes(of: largestOf).sample(count: count, using: &random).map { max(0, p * $0) }
    case .shell(let low, let high):
      let (inner, outer) = (try Self.radius(low, lengths), try Self.radius(high, lengths))
      guard inner <= outer else {
        throw .invalidRadius(law: "the outer end of a shell", value: high, least: low)
      }
      return (0..<count).map { _ in inner + (outer - inner) * random.uniformDouble() }
    }
  }

  private static func radius(_ p: Double, _ lengths: ChiDistribution) throws(OutlierGenerationError) -> Double
  {
    let radius = lengths.mean + p * lengths.standardDeviation
    guard radius > 0, radius.isFinite else {
      throw .invalidRadius(
        law: "a number of standard deviations from the mean radius", value: p,
        least: -lengths.mean / lengths.standardDeviation)
    }
    return radius
  }
}
