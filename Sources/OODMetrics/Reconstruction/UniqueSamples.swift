import GenModels
import OODDetectors

/// How many of a model's samples are different from each other.
///
/// ```swift
/// let unique = try UniqueSamples(generated)
/// unique.distinctShare                  // without exact repetitions
/// try unique.share(farther: 1.5)            // no other sample within 1.5
/// ```
///
/// A model that has collapsed to a few modes has a small share. It does not depend on the samples' order.
/// Cost: one search for the nearest other sample of each (`NeighbourIndex`).
public struct UniqueSamples: Sendable {
  /// Number of samples.
  public let count: Int
  /// Number of samples of which no two are equal number by number (−0 equals 0).
  public let distinctCount: Int
  /// How distances are measured.
  public let metric: DistanceMetric
  /// The distance of each sample to the nearest other one, ascending, in the units of the features; 0 for a
  /// sample that occurs again.
  public let nearestDistances: [Double]

  /// distinctCount / count.
  public var distinctShare: Double { Double(distinctCount) / Double(count) }

  /// - Parameters:
  ///   - x: One sample a row.
  ///   - metric: The distance between samples.
  /// - Throws: `MeasureError` for fewer than two samples; `TableError` for features that are not finite or
  ///   above 10¹⁵⁰.
  public init(_ x: Matrix, metric: DistanceMetric = .euclidean) throws {
    try x.requireExamples(2, set: "samples", "to compare one with another")
    count = x.rows
    self.metric = metric
    nearestDistances = try NeighbourIndex(x, metric: metric).nearestToEachOther(1).distances.sorted()
    // As numbers, −0 and 0 are equal and have one hash.
    var seen: Set<[Double]> = []
    for i in 0..<x.rows { seen.insert(x.row(i)) }
    distinctCount = seen.count
  }

  /// The share of samples that have no other sample within this distance: whose nearest other sample is
  /// **farther** than it. At 0, the share of samples that occur once. It never grows with the distance.
  /// - Throws: `MeasureError.outOfRange` for a distance that is negative or NaN.
  public func share(farther distance: Double) throws(MeasureError) -> Double {
    guard distance >= 0 else {
      throw .outOfRange(name: "distance", value: "\(distance)", expected: "0 or above")
    }
    let within = nearestDistances.ascendingCount(below: distance.nextUp)
    return Double(count - within) / Double(count)
  }
}
