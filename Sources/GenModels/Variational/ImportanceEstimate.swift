#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// An estimate of ln p(x) from k importance weights p(x, z)/q(z|x), and how far it may be trusted.
public struct ImportanceEstimate: Sendable, Hashable {
  /// ln (1/k) Σ w, in nats: a lower bound on ln p(x) in expectation.
  public let logDensity: Double
  /// The standard error of `logDensity` by the delta method, σ(w) / (√k · mean w); 0 for one weight, which says nothing of it. Where a few
  /// weights hold everything it is too small: look at the effective sample size.
  public let standardError: Double
  /// (Σ w)² / Σ w², from 1 to k.
  public let effectiveSampleSize: Double

  /// From the logarithms of the weights. Traps where there is none.
  public init(logWeights: [Double]) {
    precondition(!logWeights.isEmpty, "An estimate needs at least one importance weight.")
    let (largest, count) = (logWeights.max()!, Double(logWeights.count))
    guard largest.isFinite else {
      (logDensity, standardError, effectiveSampleSize) = (largest, 0, 1)
      return
    }
    let (sum, squares) = logWeights.reduce((0.0, 0.0)) { sums, weight in
      let w = exp(weight - largest)
      return (sums.0 + w, sums.1 + w * w)
    }
    logDensity = largest + log(sum / count)
    effectiveSampleSize = sum * sum / squares
    let relativeVariance = max(0, squares / count / (sum / count * (sum / count)) - 1)
    standardError = (relativeVariance / count).squareRoot()
  }
}
