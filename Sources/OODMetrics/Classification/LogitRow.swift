#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What scores need of one example's logits, in double precision: no logit, however large, overflows.
struct LogitRow {
  /// ln of each class's probability.
  let logProbabilities: [Double]
  /// T ln Σₖ exp(zₖ / T).
  let logSum: Double

  /// - Parameters:
  ///   - logits: At least one, finite.
  ///   - temperature: T, which they are divided by.
  init(_ logits: some Collection<Float>, temperature: Double = 1) {
    self.init(logits.map { Double($0) }, temperature: temperature)
  }

  init(_ logits: [Double], temperature: Double = 1) {
    let largest = logits.max()!
    var sum = 0.0
    for z in logits { sum += exp((z - largest) / temperature) }
    let logSum = log(sum)
    logProbabilities = logits.map { ($0 - largest) / temperature - logSum }
    self.logSum = largest + temperature * logSum
  }

  var probabilities: [Double] { logProbabilities.map { exp($0) } }

  /// −Σ p ln p, in nats.
  static func entropy(_ probabilities: [Double]) -> Double {
    probabilities.reduce(0) { $0 - ($1 > 0 ? $1 * log($1) : 0) }
  }
}
