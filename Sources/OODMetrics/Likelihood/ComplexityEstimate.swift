import GenModels

/// How many bits it takes to write an example down without knowing what it is: L(x) of J. Serrà, D. Álvarez, V. Gómez,
/// O. Slizovskaia, J. F. Núñez and J. Luque (2020), the length of the example under a general lossless compressor.
///
/// A function with a name, or a `ComplexityMeasure`, which is saved with the scorer it serves:
///
/// ```swift
/// let complexity = ComplexityEstimate(ImageComplexity([.png]))         // of OODDatasets
/// let ones = ComplexityEstimate<Matrix>("ones") { x in (0..<x.rows).map { x.row($0).reduce(0, +) } }
/// ```
public struct ComplexityEstimate<Examples: ExampleBatch>: Sendable {
  /// For people and reports: "png".
  public let name: String
  /// The measure that the estimate is, where it is one that a file can name.
  public let measure: (any ComplexityMeasure<Examples>)?
  private let function: @Sendable (Examples) throws -> [Double]

  /// - Parameters:
  ///   - name: What reports call it.
  ///   - bits: The length of each example, in bits; each must depend on that example only.
  public init(_ name: String, bits: @escaping @Sendable (Examples) throws -> [Double]) {
    self.name = name
    measure = nil
    function = bits
  }

  /// The estimate by a measure, which is saved with the scorer.
  public init(_ measure: some ComplexityMeasure<Examples>) {
    name = measure.label
    self.measure = measure
    function = { try measure.bits($0) }
  }

  /// The length of each example, in bits.
  public func bits(_ x: Examples) throws -> [Double] { try function(x) }

  /// The smallest of several estimates for each example: no compressor suits all images, and a bound that several give is
  /// at least as near to the true complexity as each of them (section 3 of the paper). Traps when there is none.
  public static func smallest(of estimates: [ComplexityEstimate], name: String = "smallest") -> Self {
    precondition(
      !estimates.isEmpty, "The smallest of no complexity estimates was asked for; give at least one.")
    return ComplexityEstimate(name) { x in
      let first = try estimates[0].bits(x)
      return try estimates.dropFirst().reduce(first) { smallest, estimate in
        let bits = try estimate.bits(x)
        precondition(
          bits.count == smallest.count,
          "The complexity \(estimate.name) has \(bits.count) numbers for \(smallest.count) examples.")
        return zip(smallest, bits).map { min($0, $1) }
      }
    }
  }
}
