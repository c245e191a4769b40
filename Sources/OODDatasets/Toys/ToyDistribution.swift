import GenModels

/// A distribution of labelled points in the plane, small enough to look at.
///
/// ```swift
/// var random = RandomGenerator(seed: 1)
/// let rings = Rings()
/// let points = rings.sample(count: 1000, using: &random)      // [1000, 2]
/// let density = try rings.logDensity(points)                  // 1000 numbers, in nats
/// ```
///
/// Distributions whose density has a closed form, or an integral that can be computed to full precision, conform to
/// `DensityModel`. A sample depends on the generator only, and a larger sample from a generator in the same state begins with
/// the smaller one. Angles go through the platform's sine and cosine, so bits may differ between platforms.
public protocol ToyDistribution: Sampler where Examples == Tensor {
  /// What the distribution is called in data specifications, such as "two-moons".
  var name: String { get }
  /// Labels are 0..<classCount.
  var classCount: Int { get }

  /// Independent points and the part of the distribution that each comes from.
  func labeledSample(count: Int, using random: inout RandomGenerator) -> ToySample
}

/// Points `[count, 2]` and the class of each.
public struct ToySample: Sendable, Equatable {
  public let points: Tensor
  public let labels: Indexes
}

extension ToyDistribution {
  /// A point in the plane.
  public var exampleShape: Shape { [2] }

  /// Independent points, `[count, 2]`.
  public func sample(count: Int, using random: inout RandomGenerator) -> Tensor {
    labeledSample(count: count, using: &random).points
  }

  /// A labelled data set of `count` points, which depends on the seed only.
  public func dataset(count: Int, seed: UInt64 = 0) -> Dataset {
    var random = RandomGenerator(seed: seed).split(name)
    let sample = labeledSample(count: count, using: &random)
    return Dataset(
      name: name, summary: "\(count) points of \(name)", examples: sample.points, labels: sample.labels,
      classNames: (0..<classCount).map(String.init))
  }
}
