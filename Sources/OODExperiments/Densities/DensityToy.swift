import GenModels
import OODDatasets

/// A distribution in the plane whose density is known.
public struct DensityToy: Sendable {
  public let name: String
  let sample: @Sendable (Int, inout RandomGenerator) -> Tensor
  let logDensity: @Sendable (Tensor) throws -> [Double]

  public init<Toy: ToyDistribution & DensityModel>(_ toy: Toy) where Toy.Examples == Tensor {
    name = toy.name
    sample = { toy.sample(count: $0, using: &$1) }
    logDensity = { try toy.logDensity($0) }
  }

  /// Those of the library whose density is known.
  public static let all = [
    DensityToy(TwoMoons()), DensityToy(GaussianBlobs.eightGaussians()), DensityToy(TwoSpirals()),
    DensityToy(Checkerboard()), DensityToy(Rings()),
  ]
}
