import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Objectness, or the inception score: exp(E_x KL(p(y|x) ‖ p(y))), with p(y) the mean of p(y|x) over the
/// samples (T. Salimans, I. Goodfellow, W. Zaremba, V. Cheung, A. Radford and X. Chen, 2016, section 4).
///
/// ```swift
/// let probabilities = Matrix(try classifier.probabilities(generated))     // any classifier's, one row a sample
/// let objectness = try Objectness(probabilities, splits: 10)
/// objectness.mean                 // between 1 and the number of classes
/// ```
///
/// It is large when the classifier is sure of each sample and all classes occur alike: e to the mutual
/// information of sample and class. A classifier that is sure of spurious samples is blind to them. Cost:
/// samples · classes logarithms.
public struct Objectness: Sendable, Hashable {
  /// The score of all samples together. It does not depend on their order.
  public let score: Double
  /// The score of each split: the samples cut, in their order, into parts whose sizes differ by one at most.
  public let splitScores: [Double]
  /// The mean of the splits' scores: what most tables state. Small splits make it smaller, as few samples
  /// cover few classes.
  public var mean: Double { splitScores.reduce(0, +) / Double(splitScores.count) }

  /// The standard deviation of the splits' scores (divided by the number of splits, as in the authors'
  /// program).
  public var standardDeviation: Double {
    let mean = mean
    let squares = splitScores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(splitScores.count)).squareRoot()
  }

  /// p(y): the mean of all rows.
  public let classShares: [Double]

  /// The score for the class probabilities p(y|x), one sample a row, one class a column. Rows may miss a sum
  /// of 1 by the rounding of 32-bit numbers, 10⁻⁴, and are divided by it.
  /// - Throws: `MeasureError` when there are fewer samples than splits or no split, and for a row that is not
  ///   a distribution.
  public init(_ probabilities: Matrix, splits: Int = 10) throws(MeasureError) {
    guard splits >= 1 else {
      throw .outOfRange(name: "number of splits", value: "\(splits)", expected: "at least 1")
    }
    let rows = probabilities.rows
    guard rows >= splits else {
      throw .tooFewExamples(set: "samples", found: rows, needed: splits, reason: "for \(splits) splits")
    }
    let p = try Self.distributions(probabilities)
    let all = Self.meanDivergence(p, 0..<rows)
    score = exp(all.divergence)
    classShares = all.shares
    splitScores = (0..<splits).map { split in
      exp(Self.meanDivergence(p, split * rows / splits..<(split + 1) * rows / splits).divergence)
    }
  }

  private static func distributions(_ probabilities: Matrix) throws(MeasureError) -> Matrix {
    guard probabilities.columns >= 1 else { throw .notProbabilities(row: 0, found: "it has no classes") }
    var elements = probabilities.elements
    let width = probabilities.columns
    for row in 0..<probabilities.rows {
      var sum = 0.0
      for place in row * width..<(row + 1) * width {
        guard elements[place] >= 0 && elements[place] <= 1 + 1e-4 else {
          throw .notProbabilities(row: row, found: "class \(place - row * width) has \(elements[place])")
        }
        sum += elements[place]
      }
      guard abs(sum - 1) <= 1e-4 else { throw .notProbabilities(row: row, found: "its sum is \(sum)") }
      for place in row * width..<(row + 1) * width { elements[place] /= sum }
    }
    return Matrix(rows: probabilities.rows, columns: width, elements: elements)
  }

  /// (1/n) Σᵢ Σ_y p(y|xᵢ) ln (p(y|xᵢ) / p(y)) over these rows, in nats, and p(y).
  private static func meanDivergence(_ p: Matrix, _ rows: Range<Int>) -> (
    divergence: Double, shares: [Double]
  ) {
    let width = p.columns
    return p.withUnsafeElements { p in
      var shares = [Double](repeating: 0, count: width)
      for i in rows { for j in 0..<width { shares[j] += p[i * width + j] } }
      for j in 0..<width { shares[j] /= Double(rows.count) }
      var sum = 0.0
      for i in rows {
        for j in 0..<width where p[i * width + j] > 0 {
          sum += p[i * width + j] * log(p[i * width + j] / shares[j])
        }
      }
      return (sum / Double(rows.count), shares)
    }
  }
}
