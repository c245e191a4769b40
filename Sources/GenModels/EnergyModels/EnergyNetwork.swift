/// A network with an energy that chains are run on and that is trained: in standardized units z where it standardizes its examples.
public protocol EnergyNetwork: Network, DifferentiableEnergy, ChainSampler {
  /// Where fresh chains start, in units of z.
  var start: ChainStart { get }

  /// z of examples. There is an implementation: the examples themselves.
  func standardized<Value: TensorAlgebra>(_ x: Value) -> Value

  /// Examples of z.
  func unstandardized(_ z: Tensor) -> Tensor

  /// This model with its standardization set from training examples.
  func standardizing(_ x: Tensor) -> Self

  /// This model with a number added to every energy, as by an estimate of ln Z, for energies that are −ln p as near as that is. There is an
  /// implementation: the model itself, for networks whose energies are the business of others too.
  func shifted(by nats: Double) -> Self

  /// The energy of z, `[examples]`, in training or in use.
  func standardizedEnergy<Value: TensorAlgebra>(_ z: Value, _ context: Context) -> Value
}

extension EnergyNetwork {
  public func standardized<Value: TensorAlgebra>(_ x: Value) -> Value { x }
  public func unstandardized(_ z: Tensor) -> Tensor { z }
  public func standardizing(_ x: Tensor) -> Self { self }
  public func shifted(by nats: Double) -> Self { self }

  public func recordedEnergy<Value: TensorAlgebra>(_ x: Value) -> Value {
    standardizedEnergy(standardized(x), .inference)
  }

  /// Examples drawn by chains, each from a fresh start.
  ///
  /// - Parameters:
  ///   - count: Number of chains.
  ///   - dynamics: How they are run; as in training unless given. Units are those of z.
  ///   - random: Decides the chains.
  /// - Throws: `EnergyError.invalidSetting`, or `chainExploded` with the step.
  public func sample(
    count: Int, by dynamics: LangevinDynamics? = nil, using random: inout RandomGenerator
  ) throws -> Tensor {
    let starts = start.draw(Shape([count] + Array(exampleShape)), using: &random)
    return unstandardized(try walk(from: starts, by: dynamics ?? self.dynamics, using: &random))
  }

  /// Runs chains in units of z.
  func walk(
    from z: Tensor, by dynamics: LangevinDynamics, using random: inout RandomGenerator
  ) throws -> Tensor {
    try dynamics.run(from: z, using: &random) { z in
      gradientOfEach(at: z) { -standardizedEnergy($0, .inference) }.gradient
    }
  }
}
