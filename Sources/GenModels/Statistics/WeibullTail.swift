#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A Weibull distribution fitted to the largest of some numbers: how improbably large another number is among them (W. J. Scheirer,
/// A. Rocha, R. J. Micheals and T. E. Boult, 2011).
///
///     F(x) = 1 − e^−((x − least + t) / λ)^k   above least − t, else 0,
///
/// with `least` the smallest number of the tail and t the translation that makes all of them positive. k and λ are the
/// maximum-likelihood estimates.
package struct WeibullTail: Codable, Hashable, Sendable {
  /// k.
  package let shape: Double
  /// ln(λ / t).
  package let logScale: Double
  /// The smallest number of the tail.
  package let least: Double
  /// t.
  package let translation: Double

  /// Fits to the `count` largest of `numbers`, or to all where there are fewer. Nil when these are all equal or none: no shape
  /// is then the most likely.
  package init?(largest count: Int, of numbers: [Double], translation: Double = 1) {
    let tail = numbers.sorted().suffix(count)
    guard let least = tail.first, tail.last! > least else { return nil }
    // ln of the shifted numbers, less ln t: exact also where t is far above their differences.
    let logs = tail.map { log1p(($0 - least) / translation) }
    let largest = logs.last!
    let mean = logs.reduce(0, +) / Double(logs.count)
    guard largest - mean > 0, largest.isFinite else { return nil }
    /// The slope of the log-likelihood by k, over −k: it rises with k through 0.
    func excess(_ k: Double) -> Double {
      var (sum, weighted) = (0.0, 0.0)
      for value in logs {
        let power = exp(k * (value - largest))
        sum += power
        weighted += power * value
      }
      return weighted / sum - 1 / k - mean
    }
    // A weighted mean is at most the largest, so the root lies above.
    var low = 1 / (largest - mean)
    var high = 2 * low
    while excess(high) < 0 {
      low = high
      high *= 2
      guard high.isFinite else { return nil }
    }
    while high - low > 1e-15 * high {
      let middle = low + (high - low) / 2
      guard middle > low, middle < high else { break }
      if excess(middle) < 0 { low = middle } else { high = middle }
    }
    let k = low + (high - low) / 2
    shape = k
    let power = logs.reduce(0.0) { $0 + exp(k * ($1 - largest)) } / Double(logs.count)
    logScale = largest + log(power) / k
    self.least = least
    self.translation = translation
  }

  /// A tail of known parameters, for files.
  package init(shape: Double, logScale: Double, least: Double, translation: Double) {
    self.shape = shape
    self.logScale = logScale
    self.least = least
    self.translation = translation
  }

  /// F(x).
  package func cumulative(_ x: Double) -> Double {
    let place = (x - least) / translation
    guard place > -1 else { return 0 }
    return -expm1(-exp(shape * (log1p(place) - logScale)))
  }

  /// The parameters in a row, for files.
  package var parameters: [Double] { [shape, logScale, least, translation] }

  /// The tail with these parameters.
  /// - Throws: `ModelFileError.malformed` where they are none of a tail.
  package init(parameters: ArraySlice<Double>) throws(ModelFileError) {
    let numbers = Array(parameters)
    guard numbers.count == 4, numbers.allSatisfy(\.isFinite), numbers[0] > 0, numbers[3] > 0 else {
      throw .malformed(reason: "\(numbers) are not the parameters of a Weibull tail")
    }
    self.init(shape: numbers[0], logScale: numbers[1], least: numbers[2], translation: numbers[3])
  }
}
