#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Annealed importance sampling (R. M. Neal, 2001): an estimate of ln Z = ln ∫ exp(−E(x)) dx of any energy, with which
/// ln p(x) = −E(x) − ln Z.
///
/// Chains start in a known density q and follow f_β = q^(1−β) exp(−βE) from β = 0 to 1, each step a Hamiltonian one with a Metropolis
/// test that keeps f_β's law (Y. Wu, Y. Burda, R. Salakhutdinov and R. Grosse, 2017); a path's weight is
/// w = ∏ₖ (exp(−E(xₖ)) / q(xₖ))^(βₖ₊₁ − βₖ), and E w = Z exactly.
///
/// ```swift
/// let estimate = try AnnealedImportanceSampling().estimate(energy, from: .normal(fitting: x), seed: 1)
/// print(estimate.logNormalizer, estimate.standardError)
/// ```
///
/// **Estimates err low** where paths miss part of the mass. Sizes of steps are found by a run before, so that the weights stay unbiased.
/// Cost: 2 · chains · temperatures · leapfrogs gradients.
public struct AnnealedImportanceSampling: Sendable, Hashable, Codable {
  /// Paths.
  public var chains: Int
  /// Steps from β = 0 to 1; they are short at both ends, along a sigmoid.
  public var temperatures: Int
  /// Leapfrog steps of a Hamiltonian one.
  public var leapfrogs: Int
  /// The first size of leapfrog steps, in units of the base's deviation or width.
  public var stepSize: Double

  public init(chains: Int = 64, temperatures: Int = 1000, leapfrogs: Int = 5, stepSize: Double = 0.1) {
    self.chains = chains
    self.temperatures = temperatures
    self.leapfrogs = leapfrogs
    self.stepSize = stepSize
  }

  /// Throws unless the numbers make sense.
  /// - Throws: `EnergyError.invalidSetting`.
  public func validate() throws(EnergyError) {
    try EnergyError.require((2...1 << 20).contains(chains), "number of paths", chains, "2 to \(1 << 20)")
    try EnergyError.require(
      (1...1 << 24).contains(temperatures), "number of temperatures", temperatures, "1 to \(1 << 24)")
    try EnergyError.require(
      (1...10_000).contains(leapfrogs), "number of leapfrog steps", leapfrogs, "1 to 10000")
    try EnergyError.require(
      stepSize > 0 && stepSize.isFinite, "size of leapfrog steps", stepSize, "a finite number above 0")
  }

  /// Estimates ln Z. The seed decides it, for any number of threads.
  ///
  /// - Parameters:
  ///   - model: The energy.
  ///   - base: q; wider than the model rather than narrower.
  ///   - seed: Of the paths.
  /// - Throws: `EnergyError` for settings that make no sense, energies that are NaN (with the temperature's number as the step), and
  ///   paths that all have the weight 0.
  public func estimate(
    _ model: some DifferentiableEnergy, from base: AnnealingBase, seed: UInt64 = 0
  ) throws -> NormalizerEstimate {
    try validate()
    try base.validate(for: model.exampleShape)
    let random = RandomGenerator(seed: seed).split("annealing")
    let pilot = try paths(model, base, random.split("pilot")) { sizes, acceptance in
      sizes.append(sizes.last! * exp(0.1 * (acceptance - 0.65)))
    }
    let run = try paths(model, base, random.split("paths"), sizes: pilot.sizes) { _, _ in }
    guard run.logWeights.contains(where: { $0 > -.infinity }) else { throw EnergyError.noWeight }
    return NormalizerEstimate(logWeights: run.logWeights, acceptance: run.acceptance)
  }

  private struct Paths {
    var logWeights: [Double]
    var acceptance: Double
    var sizes: [Double]
  }

  /// Runs all paths. `adapt` may add the next size of steps where none is given.
  private func paths(
    _ model: some DifferentiableEnergy, _ base: AnnealingBase, _ random: RandomGenerator,
    sizes given: [Double] = [], adapt: (_ sizes: inout [Double], _ acceptance: Double) -> Void
  ) throws -> Paths {
    var sizes = given.isEmpty ? [stepSize] : given
    var starting = random.split("start")
    let start = base.draw(Shape([chains] + Array(model.exampleShape)), using: &starting)
    var state = HamiltonianState(start, model, base)
    var (weights, accepted) = ([Double](repeating: 0, count: chains), 0.0)
    var beta = 0.0
    for step in 1...temperatures {
      let next = step == temperatures ? 1 : schedule(step)
      if let chain = state.energies.firstIndex(where: \.isNaN) {
        throw EnergyError.chainExploded(step: step, chain: chain)
      }
      for chain in 0..<chains {
        weights[chain] += (next - beta) * (-state.energies[chain] - state.baseLogDensities[chain])
      }
      beta = next
      guard step < temperatures else { break }
      var own = random.split(UInt64(step))
      let share = state.move(
        model, base, beta: beta, leapfrogs: leapfrogs, size: sizes[min(step - 1, sizes.count - 1)],
        using: &own)
      accepted += share
      adapt(&sizes, share)
    }
    return Paths(
      logWeights: weights, acceptance: accepted / Double(max(1, temperatures - 1)), sizes: sizes)
  }

  /// β of a step.
  private func schedule(_ step: Int) -> Double {
    func sigmoid(_ t: Double) -> Double { 1 / (1 + exp(-t)) }
    let end = 4.0
    let t = end * (2 * Double(step) / Double(temperatures) - 1)
    return (sigmoid(t) - sigmoid(-end)) / (sigmoid(end) - sigmoid(-end))
  }
}
