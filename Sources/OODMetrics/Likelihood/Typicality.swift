import GenModels

/// How untypical single examples are, after E. Nalisnick, A. Matsukawa, Y. W. Teh and B. Lakshminarayanan (2019, "Detecting
/// out-of-distribution inputs to deep generative models using a test for typicality"):
///
///     score(x) = |−ln p(x) − Ĥ|,   Ĥ = −(1/N) Σₙ ln p(xₙ) over the training examples,   in nats.
///
/// In high dimensions a model's samples have log-densities near the negative entropy; what is much *more* probable is no sample
/// either. For a batch of several examples the deviation of their mean is far more telling: `TypicalityTest`.
///
/// ```swift
/// let scorer = try Typicality(flow, training: images)
/// ```
///
/// Where the density is 0, the score is +∞. Cost: one log-density.
public struct Typicality<Density: DensityModel>: OODScorer {
  public let model: Density
  /// Ĥ, the estimate of the entropy H[p], in nats.
  public let entropy: Double

  /// A scorer with an entropy that is known, from training or from the model's formula. Traps when it is not finite.
  public init(_ model: Density, entropy: Double) {
    precondition(entropy.isFinite, "An entropy is a finite number, and \(entropy) was given.")
    self.model = model
    self.entropy = entropy
  }

  /// A scorer whose Ĥ is the mean of −ln p over the training examples (or a part of them).
  /// - Throws: What the model throws; `LikelihoodError` when there is no example or a log-density is not finite.
  public init(_ model: Density, training: Density.Examples) throws {
    self.init(model, entropy: try LogDensities.entropy(model.logDensity(training)))
  }

  public var exampleShape: Shape { model.exampleShape }

  public func check(_ x: Density.Examples) throws(ExampleError) { try model.check(x) }

  /// |−ln p(x) − Ĥ| of each example.
  /// - Throws: What the model throws; `LikelihoodError.notANumber` where its log-density is NaN.
  public func score(checked x: Density.Examples) throws -> [Double] {
    try model.logDensity(x).checkedNumbers("log-density").map { abs(-$0 - entropy) }
  }
}

extension Typicality: Model where Density: Model {
  public static var kind: String { "typicality" }

  public var configuration: EmptyConfiguration { EmptyConfiguration() }

  public func encode(to archive: inout ModelArchive) throws {
    archive["entropy"] = .float64([entropy], shape: [1])
    try archive.setPart("model", model)
  }

  public init(from archive: ModelArchive) throws {
    self.init(
      try archive.part("model", as: Density.self),
      entropy: try archive.finiteDoubles("entropy", shape: [1])[0])
  }
}

/// Sums over log-densities that are there already.
public enum LogDensities {
  /// Ĥ = −(1/N) Σ ln p(xₙ): the resubstitution estimate of the entropy from the log-densities of N examples, in nats.
  /// - Throws: `LikelihoodError` when there is none or one is not finite.
  public static func entropy(_ logDensities: [Double]) throws(LikelihoodError) -> Double {
    guard !logDensities.isEmpty else { throw .tooFew(what: "log-densities to average", found: 0, needed: 1) }
    let finite = try logDensities.checkedFinite("log-density")
    return -finite.reduce(0, +) / Double(finite.count)
  }
}
