/// A probability density over examples.
///
/// The density is normalised: it integrates to 1. Bounds on it (a variational autoencoder's) and unnormalised energies have
/// types of their own, or say in their name what they are.
public protocol DensityModel: Sendable {
  /// A batch of examples: `Tensor` for networks, `Matrix` (in `Double`) for statistics on tables.
  associatedtype Examples: Sendable

  /// ln p(x) of each example, in nats. Where the density is 0, −∞.
  /// - Throws: When an example is NaN or infinite, or does not have the model's shape.
  func logDensity(_ x: Examples) throws -> [Double]

  /// Independent draws from the density.
  func sample(count: Int, using random: inout RandomGenerator) -> Examples
}
