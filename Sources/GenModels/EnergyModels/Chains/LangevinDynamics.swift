import CKernels

/// Langevin dynamics: a walk that goes down the energy and is kicked by noise,
///
///     x ← clip(x + η · clip(∇ ln p(x) / T, ±c) + σ ε, low, high),    ε ~ N(0, I).
///
/// ```swift
/// let exact = LangevinDynamics.unadjusted(stepSize: 0.01, steps: 500)
/// var random = RandomGenerator(seed: 1)
/// let samples = try exact.run(model, from: random.normal([64, 2]), using: &random)
/// ```
///
/// With σ² = 2η and without clipping, the law of long chains is p(x)^(1/T)'s up to an error that shrinks with η: on a Gaussian of
/// deviation s it has the variance s² / (1 − η / 2s²) at T = 1. **Energy models of images are trained and sampled by short chains
/// with little noise and large steps** (E. Nijkamp, M. Hill, S.-C. Zhu and Y. N. Wu, 2019; Y. Du and I. Mordatch, 2019): those are no
/// samples of p, but of the walk, and good ones.
///
/// Cost: an evaluation and a backward pass a step. The generator decides the chains, for any number of threads.
public struct LangevinDynamics: Sendable, Hashable, Codable {
  public var steps: Int
  /// η.
  public var stepSize: Float
  /// σ, in units of x.
  public var noise: Float
  /// c, the bound of each number of the slope; nil for none.
  public var slopeBound: Float?
  /// Ends of the range that chains are kept in; nil for none.
  public var lower, upper: Float?
  /// T, above 0.
  public var temperature: Float

  public init(
    steps: Int, stepSize: Float, noise: Float, slopeBound: Float? = nil, lower: Float? = nil,
    upper: Float? = nil, temperature: Float = 1
  ) {
    self.steps = steps
    self.stepSize = stepSize
    self.noise = noise
    self.slopeBound = slopeBound
    self.lower = lower
    self.upper = upper
    self.temperature = temperature
  }

  /// The walk for images with pixels in 0...1: 60 steps of 10 along slopes clipped to ±0.01, with noise of 0.005.
  public static let images = LangevinDynamics(
    steps: 60, stepSize: 10, noise: 0.005, slopeBound: 0.01, lower: 0, upper: 1)

  /// The walk whose law tends to p's as the steps get smaller: σ² = 2η, no clipping.
  public static func unadjusted(stepSize: Float, steps: Int) -> LangevinDynamics {
    LangevinDynamics(steps: steps, stepSize: stepSize, noise: (2 * stepSize).squareRoot())
  }

  /// Throws unless chains from such starts, as a file describes them, make sense.
  func requireSense(from start: ChainStart) throws(ModelFileError) {
    do throws(EnergyError) {
      try validate()
      try start.validate()
    } catch { throw .malformed(reason: "\(error)") }
  }

  /// Throws unless the numbers make sense.
  /// - Throws: `EnergyError.invalidSetting`.
  public func validate() throws(EnergyError) {
    try EnergyError.require(steps >= 0, "number of Langevin steps", steps, "0 or more")
    try EnergyError.require(
      stepSize > 0 && stepSize.isFinite, "size of Langevin steps", stepSize, "a finite number above 0")
    try EnergyError.require(
      noise >= 0 && noise.isFinite, "noise of Langevin steps", noise, "a finite number of 0 or more")
    try EnergyError.require(
      temperature > 0 && temperature.isFinite, "temperature", temperature, "a finite number above 0")
    if let slopeBound {
      try EnergyError.require(
        slopeBound > 0 && slopeBound.isFinite, "bound of the slope", slopeBound, "a finite number above 0")
    }
    for end in [lower, upper] {
      guard let end else { continue }
      try EnergyError.require(end.isFinite, "end of the range of chains", end, "finite")
    }
    let (low, high) = (lower ?? -.infinity, upper ?? .infinity)
    try EnergyError.require(
      low < high, "range of chains", "\(low) to \(high)", "an interval that is not empty")
  }

  /// Runs a chain from each example.
  ///
  /// - Parameters:
  ///   - model: What knows ∇ ln p.
  ///   - start: Where chains start, an example a chain.
  ///   - random: Of the noise.
  /// - Returns: Where they end.
  /// - Throws: `EnergyError.invalidSetting`, or `chainExploded` with the step; `ExampleError` for starts that the model does not take.
  public func run(
    _ model: some ScoreFunction, from start: Tensor, using random: inout RandomGenerator
  ) throws -> Tensor {
    try model.check(start)
    return try run(from: start, using: &random) { try model.logDensityGradient(checked: $0) }
  }

  /// Runs a chain from each example along `slope`, ∇ ln p.
  func run(
    from start: Tensor, using random: inout RandomGenerator, slope: (Tensor) throws -> Tensor
  ) throws -> Tensor {
    try validate()
    guard start.exampleCount > 0 else { return start }
    var settings = ood_langevin(
      scale: 1 / temperature, bound: slopeBound ?? .infinity, step: stepSize, noise: noise,
      low: lower ?? -.infinity, high: upper ?? .infinity)
    // Where nothing keeps chains in, they have run away when they are a million times as far out as any began.
    let edge = 1e6 * (1 + start.absolute().elements.reduce(0, max))
    let isBounded = lower != nil && upper != nil
    var x = start
    for step in 0..<steps {
      let slope = try slope(x)
      if let position = slope.firstNonFinite { throw exploded(at: position, of: x, step: step) }
      var next = random.normal(x.shape)
      next.step(&settings, from: x, slope: slope)
      if !isBounded, let position = next.first(beyond: edge) {
        throw exploded(at: position, of: x, step: step)
      }
      x = next
    }
    return x
  }

  private func exploded(at position: Int, of x: Tensor, step: Int) -> EnergyError {
    .chainExploded(step: step + 1, chain: position / max(1, x.count / x.exampleCount))
  }
}

extension Tensor {
  /// Replaces this tensor, which holds the kicks, by the next positions.
  fileprivate mutating func step(_ settings: inout ood_langevin, from x: Tensor, slope: Tensor) {
    let settings = settings
    withUnsafeMutableElements { elements in
      guard let base = elements.baseAddress else { return }
      nonisolated(unsafe) let target = base
      parallelFor(elements.count, grain: elementwiseGrain) { range in
        let first = range.lowerBound
        withUnsafePointer(to: settings) {
          kernels.map.langevin(
            $0, x.buffer.base + first, slope.buffer.base + first, target + first, target + first, range.count)
        }
      }
    }
  }

  /// The position of the first number that is NaN or beyond ±bound.
  fileprivate func first(beyond bound: Float) -> Int? {
    withUnsafeElements { elements in elements.firstIndex { !(abs($0) <= bound) } }
  }
}
