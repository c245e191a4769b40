/// A model that is drawn from by chains, which may run away: no `Sampler`, whose draws are independent and always there.
public protocol ChainSampler: ScoreFunction {
  /// How chains are run unless said otherwise.
  var dynamics: LangevinDynamics { get }

  /// Examples drawn by chains, each from a fresh start.
  ///
  /// - Parameters:
  ///   - count: Number of chains.
  ///   - dynamics: How they are run; the model's own unless given.
  ///   - random: Decides the chains.
  /// - Throws: `EnergyError.invalidSetting`, or `chainExploded` with the step.
  func sample(
    count: Int, by dynamics: LangevinDynamics?, using random: inout RandomGenerator
  ) throws -> Tensor
}
