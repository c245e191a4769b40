import GenModels

/// A family of models that learn a distribution in the plane, as a line of the experiment. `DensityFamily.all` lists those of the library; a
/// further one is a further line there.
public struct DensityFamily: Sendable {
  /// What is known of ln p.
  public enum Likelihood: String, Codable, Sendable {
    case exact
    /// A lower bound is computed.
    case bound
    /// Known up to a constant, which the experiment finds on a grid.
    case unnormalized
    /// Not at all: the model can be drawn from, and nothing else.
    case none
  }

  public let name: String
  /// The paper that the family comes from: "Dinh et al. 2017".
  public let source: String
  public let likelihood: Likelihood
  /// How a draw is made, in a few words: "one pass", "D passes".
  public let sampling: String
  /// Learns from points `[count, 2]`.
  public let fit:
    @Sendable (Tensor, DensitySettings, (TrainingProgress) throws -> Void) throws -> FittedDensity

  public init(
    _ name: String, source: String, likelihood: Likelihood = .exact, sampling: String,
    fit:
      @escaping @Sendable (Tensor, DensitySettings, (TrainingProgress) throws -> Void) throws -> FittedDensity
  ) {
    self.name = name
    self.source = source
    self.likelihood = likelihood
    self.sampling = sampling
    self.fit = fit
  }
}

/// What a family has learned.
public struct FittedDensity: Sendable {
  /// Trained numbers.
  public let parameters: Int
  /// ln p(x), a bound on it, or −E(x) where there is no normalizer; nil for a model that can only be drawn from.
  let logDensity: (@Sendable (Tensor) throws -> [Double])?
  let sample: (@Sendable (Int, inout RandomGenerator) throws -> Tensor)?

  public init(
    parameters: Int, logDensity: (@Sendable (Tensor) throws -> [Double])?,
    sample: (@Sendable (Int, inout RandomGenerator) throws -> Tensor)?
  ) {
    self.parameters = parameters
    self.logDensity = logDensity
    self.sample = sample
  }

  /// A density of vectors.
  public init(_ model: some DensityModel<Tensor>, parameters: Int) {
    self.init(
      parameters: parameters, logDensity: { try model.logDensity($0) },
      sample: { model.sample(count: $0, using: &$1) })
  }

  /// A density of tables.
  public init(table model: some DensityModel<Matrix>, parameters: Int) {
    self.init(
      parameters: parameters, logDensity: { try model.logDensity(Matrix($0)) },
      sample: { count, random in
        let rows = model.sample(count: count, using: &random)
        return Tensor(
          rows.withUnsafeElements { $0.map { Float($0) } }, shape: [rows.rows, rows.columns])
      })
  }

  /// An energy model, whose normalizer the experiment finds on a grid; `sample` where it can be drawn from.
  public init(
    energy model: some UnnormalizedEnergy<Tensor>, parameters: Int,
    sample: (@Sendable (Int, inout RandomGenerator) throws -> Tensor)? = nil
  ) {
    self.init(parameters: parameters, logDensity: { try model.energy($0).map { -$0 } }, sample: sample)
  }

  /// A model that can only be drawn from.
  public init(sampler model: some Sampler<Tensor>, parameters: Int) {
    self.init(parameters: parameters, logDensity: nil, sample: { model.sample(count: $0, using: &$1) })
  }
}
