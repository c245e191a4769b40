/// The toy distributions with their usual parameters, for looking one up by name.
public enum ToyDistributions {
  /// One of each.
  public static let all: [any ToyDistribution] = [
    Rings(), TwoMoons(), GaussianBlobs.scattered(), Checkerboard(), Pinwheel(),
    GaussianBlobs.eightGaussians(),
    TwoSpirals(),
  ]

  /// The distribution of that name, or nil.
  public static func named(_ name: String) -> (any ToyDistribution)? { all.first { $0.name == name } }
}
