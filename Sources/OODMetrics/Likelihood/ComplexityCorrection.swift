import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The input-complexity score of J. Serrà, D. Álvarez, V. Gómez, O. Slizovskaia, J. F. Núñez and J. Luque (2020, section 3):
///
///     S(x) = −ℓ(x) − L(x),   ℓ(x) = log₂ P(x),   in bits,
///
/// where L(x) is the length of x under a lossless compressor. It is the log-likelihood ratio of a universal code, 2^−L(x),
/// against the model: a positive score says that the compressor, which knows nothing of the training data, describes x in fewer
/// bits than the model does. Simple images, to which models give high densities whatever they show, are short for the
/// compressor too.
///
/// ```swift
/// let scorer = ComplexityCorrection(
///   flow, complexity: ComplexityEstimate(ImageComplexity([.png])),
///   logVolume: Dequantization().logVolume(features: 784))
/// ```
///
/// The paper divides both terms by the number of dimensions, which changes no ranking; see `perDimension`.
/// Where the density is 0, the score is +∞. Cost: one log-density and one compression.
public struct ComplexityCorrection<Density: DensityModel>: OODScorer {
  public let model: Density
  public let complexity: ComplexityEstimate<Density.Examples>
  /// ln of the volume of examples that one quantised example stands for, in the units of the model's density: P(x) = p(x) ·
  /// volume. It sets the score's zero and changes no ranking.
  public let logVolume: Double
  /// What scores are divided by: 1 for bits, the number of features for bits per dimension.
  public let dimensions: Int

  /// - Parameters:
  ///   - model: The density that is corrected.
  ///   - complexity: The length of an example's description.
  ///   - logVolume: 0 when the model's density is a probability of quantised examples already; −D ln 256 for a density of
  ///     dequantised 8-bit images scaled to the unit cube.
  ///   - dimensions: See `dimensions`. Traps when it is below 1.
  public init(
    _ model: Density, complexity: ComplexityEstimate<Density.Examples>, logVolume: Double = 0,
    dimensions: Int = 1
  ) {
    precondition(dimensions >= 1, "A score is divided by at least 1 dimension, and \(dimensions) were given.")
    precondition(logVolume.isFinite, "The logarithm of a volume is finite, and \(logVolume) was given.")
    self.model = model
    self.complexity = complexity
    self.logVolume = logVolume
    self.dimensions = dimensions
  }

  public var exampleShape: Shape { model.exampleShape }

  public func check(_ x: Density.Examples) throws(ExampleError) { try model.check(x) }

  /// S(x) of each example.
  /// - Throws: What the model and the compressor throw; `LikelihoodError` where a log-density is NaN or a length is not
  ///   finite.
  public func score(checked x: Density.Examples) throws -> [Double] {
    let logDensities = try model.logDensity(x).checkedNumbers("log-density")
    let lengths = try complexity.bits(x).checkedFinite("\(complexity.name) complexity")
    precondition(
      lengths.count == logDensities.count,
      "The complexity \(complexity.name) has \(lengths.count) numbers for \(logDensities.count) examples.")
    return zip(logDensities, lengths).map { logDensity, length in
      (-(logDensity + logVolume) / M_LN2 - length) / Double(dimensions)
    }
  }
}

extension ComplexityCorrection: Model where Density: Model {
  public static var kind: String { "complexity-correction" }

  public var configuration: ComplexityCorrectionConfiguration {
    ComplexityCorrectionConfiguration(
      complexity: complexity.measure, logVolume: logVolume, dimensions: dimensions)
  }

  /// - Throws: `ModelFileError.notSavable` when the complexity is a function, not a `ComplexityMeasure`.
  public func encode(to archive: inout ModelArchive) throws {
    guard complexity.measure != nil else {
      throw ModelFileError.notSavable(type: "complexity estimate \"\(complexity.name)\" that is a function")
    }
    try archive.setPart("model", model)
  }

  public init(from archive: ModelArchive) throws {
    let settings = try archive.configuration(as: ComplexityCorrectionConfiguration.self)
    guard let measure = settings.complexity as? any ComplexityMeasure<Density.Examples> else {
      throw ModelFileError.malformed(reason: "the complexity is none of \(Density.Examples.self)")
    }
    guard settings.dimensions >= 1 else {
      throw ModelFileError.malformed(reason: "scores are divided by \(settings.dimensions) dimensions")
    }
    self.init(
      try archive.part("model", as: Density.self), complexity: ComplexityEstimate(measure),
      logVolume: settings.logVolume, dimensions: settings.dimensions)
  }
}
