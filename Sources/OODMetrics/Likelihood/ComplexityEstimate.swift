/// How many bits it takes to write an example down without knowing what it is: L(x) of J. Serrà, D. Álvarez, V. Gómez,
/// O. Slizovskaia, J. F. Núñez and J. Luque (2020), the length of the example under a general lossless compressor.
///
/// A function with a name. `OODDatasets` has compressors of images; `OODExperiments` makes estimates of them:
///
///     let complexity = ComplexityEstimate<Tensor>("png") { try PNGCompressor().bits(of: $0) }
public struct ComplexityEstimate<Examples: Sendable>: Sendable {
  /// For people and reports: "png".
  public let name: String
  private let function: @Sendable (Examples) throws -> [Double]

  /// - Parameters:
  ///   - name: What reports call it.
  ///   - bits: The length of each example, in bits; each must depend on that example only.
  public init(_ name: String, bits: @escaping @Sendable (Examples) throws -> [Double]) {
    self.name = name
    function = bits
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
