/// An energy-based model, p(x) = exp(−E(x)) / Z: any network from examples to one number as E, with no more to ask of it (Y. LeCun, S.
/// Chopra, R. Hadsell, M. Ranzato and F. J. Huang, 2006).
///
/// ```swift
/// let energy = EnergyModel(.dense(features: 2, hidden: [64, 64]), seed: 1)
/// let trained = try energy.train(on: x, by: ContrastiveDivergence(), trainer: Trainer(epochs: 20)).model
/// let nats = try trained.energy(x)            // low is probable; compare within one model only
/// ```
///
/// Z is not known: energies are no densities, and say so in their type. `AnnealedImportanceSampling` estimates ln Z. What is drawn is
/// drawn by chains, `sample(count:by:using:)`.
public struct EnergyModel: EnergyNetwork {
  public static let kind = "energy-model"

  /// What an energy model is made of.
  public struct Architecture: Codable, Hashable, Sendable {
    public var network: Sequential.Architecture
    /// Whether features are standardized first, by training examples: for tables, whose columns have units.
    public var standardizes: Bool
    /// How chains are run, in training and for samples; in standardized units where `standardizes`.
    public var dynamics: LangevinDynamics
    /// Where fresh chains start.
    public var start: ChainStart

    public init(
      network: Sequential.Architecture, standardizes: Bool = false, dynamics: LangevinDynamics,
      start: ChainStart
    ) {
      self.network = network
      self.standardizes = standardizes
      self.dynamics = dynamics
      self.start = start
    }

    /// Fully connected layers on vectors; chains of 40 steps of 0.05 with the noise that belongs to them.
    public static func dense(
      features: Int, hidden: [Int] = [128, 128], activation: Activation = .softplus,
      isSpectral: Bool = false, standardizes: Bool = true
    ) -> Architecture {
      let layers = (hidden.map { (units: $0, activation: activation) } + [(1, .identity)]).map { unit in
        LayerSpecification.dense(units: unit.units, activation: unit.activation).spectral(if: isSpectral)
      }
      return Architecture(
        network: .init(layers: layers, exampleShape: [features]), standardizes: standardizes,
        dynamics: .unadjusted(stepSize: 0.05, steps: 40), start: .normal(deviation: 2))
    }

    /// Four convolutions of stride 2 on images with values in 0...1, each with twice as many maps up to four times the first's, and a
    /// hidden layer; chains as `LangevinDynamics.images`, from uniform noise.
    public static func convolutional(
      exampleShape: [Int], maps: Int = 16, hidden: Int = 64,
      activation: Activation = .leakyReLU(slope: 0.2), isSpectral: Bool = false
    ) -> Architecture {
      let convolutions: [LayerSpecification] = [(maps, 5), (2 * maps, 3), (4 * maps, 3), (4 * maps, 3)].map {
        .convolution(channels: $0.0, kernel: $0.1, activation: activation, padding: .same, stride: 2)
          .spectral(if: isSpectral)
      }
      let head: [LayerSpecification] = [
        .flatten, .dense(units: hidden, activation: activation).spectral(if: isSpectral),
        .dense(units: 1).spectral(if: isSpectral),
      ]
      return Architecture(
        network: .init(layers: convolutions + head, exampleShape: exampleShape), dynamics: .images,
        start: .uniform(lower: 0, upper: 1))
    }
  }

  private var network: Sequential
  private var standardization: Standardization?
  /// A number that is added to every energy, `[1]`: no example notices, but energies may be normalised by it.
  private var offset = RunningState(.zeros([1]))
  public let configuration: Architecture

  /// A model with fresh parameters, drawn from `seed`. Traps when the layers don't fit, or give no single number.
  public init(_ architecture: Architecture, seed: UInt64) {
    do { self = try .validating(architecture, seed: seed) } catch { preconditionFailure("\(error)") }
  }

  /// A network as an energy.
  /// - Throws: `EnergyError.notScalar` for one that gives something else than one number an example; `invalidSetting` for chains that
  ///   make no sense.
  public init(
    _ network: Sequential, dynamics: LangevinDynamics, start: ChainStart
  ) throws(EnergyError) {
    guard network.outputShape.elementCount == 1 else { throw .notScalar(found: network.outputShape) }
    try dynamics.validate()
    try start.validate()
    self.network = network
    configuration = Architecture(network: network.configuration, dynamics: dynamics, start: start)
  }

  public init(configuration: Architecture, tensors: TensorSource) throws(ModelFileError) {
    try configuration.dynamics.requireSense(from: configuration.start)
    self.configuration = configuration
    network = try Sequential(configuration: configuration.network, tensors: tensors)
    guard network.outputShape.elementCount == 1 else {
      throw .malformed(reason: "\(EnergyError.notScalar(found: network.outputShape))")
    }
    offset = RunningState(try tensors.constant("offset", [1], 0))
    if configuration.standardizes {
      standardization = try Standardization(
        exampleShape: network.exampleShape, tensors.under("standardization"))
    }
  }

  public var exampleShape: Shape { network.exampleShape }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    network.visitParameters(with: visitor)
    visitor.visit("offset", &offset)
    if var own = standardization {
      visitor.visit("standardization", &own)
      standardization = own
    }
  }

  public var dynamics: LangevinDynamics { configuration.dynamics }
  public var start: ChainStart { configuration.start }

  public func standardized<Value: TensorAlgebra>(_ x: Value) -> Value { standardization?(x) ?? x }

  public func unstandardized(_ z: Tensor) -> Tensor { standardization?.inverse(z) ?? z }

  public func standardizing(_ x: Tensor) -> EnergyModel {
    var fitted = self
    fitted.standardization = standardization?.fitted(to: x)
    return fitted
  }

  public func shifted(by nats: Double) -> EnergyModel {
    var shifted = self
    shifted.offset.tensor = offset.tensor + Float(nats)
    return shifted
  }

  public func standardizedEnergy<Value: TensorAlgebra>(_ z: Value, _ context: Context) -> Value {
    network(z, context).reshaped([z.shape[0]]) + z.constant(offset.tensor)
  }
}

extension LayerSpecification {
  fileprivate func spectral(if condition: Bool) -> LayerSpecification {
    condition ? .spectralNormalization(self) : self
  }
}
