#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// An estimate of ln Z from weighted paths.
public struct NormalizerEstimate: Sendable, Hashable, Codable {
  /// ln of the paths' mean weight, in nats.
  public let logNormalizer: Double
  /// The standard error of `logNormalizer`: the weights' deviation over their mean and √paths. Not to be trusted where
  /// `effectiveSampleSize` is a few.
  public let standardError: Double
  /// (Σ w)² / Σ w², of as many paths as there are.
  public let effectiveSampleSize: Double
  public let paths: Int
  /// The share of Hamiltonian steps that were taken.
  public let acceptance: Double

  /// Of the logarithms of at least two weights, not all −∞.
  init(logWeights: [Double], acceptance: Double) {
    let largest = logWeights.max() ?? 0
    let weights = logWeights.map { exp($0 - largest) }
    let n = Double(weights.count)
    let mean = weights.reduce(0, +) / n
    let variance = weights.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) } / max(1, n - 1)
    logNormalizer = largest + log(mean)
    standardError = (variance / n).squareRoot() / mean
    effectiveSampleSize = (mean * n) * (mean * n) / weights.reduce(0.0) { $0 + $1 * $1 }
    paths = weights.count
    self.acceptance = acceptance
  }

  /// A number that ln Z is above with at least this probability, whatever the paths missed: a positive estimate whose mean is Z exceeds
  /// Z / (1 − confidence) with a probability of 1 − confidence at most (Markov's inequality). −E(x) minus it is a bound on ln p(x)
  /// from above. Traps unless 0 < confidence < 1.
  public func lowerBound(confidence: Double = 0.95) -> Double {
    precondition(
      confidence > 0 && confidence < 1, "A confidence lies between 0 and 1, and \(confidence) was given.")
    return logNormalizer + log(1 - confidence)
  }
}
