extension ContinuousFlow {
  /// What a continuous flow is made of.
  public struct Architecture: Sendable, Hashable, Codable {
    /// The shape of one example: `[features]` or `[height, width, channels]`.
    public var exampleShape: [Int]
    /// Units of the field's hidden layers.
    public var hidden: [Int]
    public var activation: TimeDependentNetwork.Activation
    public var conditioning: TimeConditioning
    /// Pairs of cos kπt and sin kπt that layers see beside the time.
    public var frequencies: Int
    /// The first layer's weights start uniform on ± this, and its biases on ± 1.5 times this, so that its units bend within 1 / this, all over the
    /// data, which are standardized: for structure much finer than a deviation. nil for the usual small weights.
    public var sharpness: Float?
    public var divergence: DivergenceMethod
    /// What densities, draws and the training by likelihood are solved with.
    public var solver: DifferentialEquationSolver
    /// From examples to the real vectors that the field moves.
    public var preparation: [BijectionSpecification]
    /// As in `Flow.Architecture`.
    public var greyLevels: Int?
    public var objective: ContinuousObjective

    public init(
      exampleShape: [Int], hidden: [Int], activation: TimeDependentNetwork.Activation = .tanh,
      conditioning: TimeConditioning = .concatenation, frequencies: Int = 0, sharpness: Float? = nil,
      divergence: DivergenceMethod = .exact,
      solver: DifferentialEquationSolver = DifferentialEquationSolver(),
      preparation: [BijectionSpecification] = [], greyLevels: Int? = nil,
      objective: ContinuousObjective = .likelihood()
    ) {
      self.exampleShape = exampleShape
      self.hidden = hidden
      self.activation = activation
      self.conditioning = conditioning
      self.frequencies = frequencies
      self.sharpness = sharpness
      self.divergence = divergence
      self.solver = solver
      self.preparation = preparation
      self.greyLevels = greyLevels
      self.objective = objective
    }
  }
}

extension ContinuousFlow.Architecture {
  /// A flow of vectors, which are standardized first.
  public static func vectors(
    features: Int, hidden: [Int] = [64, 64, 64], activation: TimeDependentNetwork.Activation = .tanh,
    conditioning: TimeConditioning = .concatenation, frequencies: Int = 0, sharpness: Float? = nil,
    divergence: DivergenceMethod = .exact,
    solver: DifferentialEquationSolver = DifferentialEquationSolver(),
    objective: ContinuousObjective = .likelihood(), standardizes: Bool = true
  ) -> ContinuousFlow.Architecture {
    ContinuousFlow.Architecture(
      exampleShape: [features], hidden: hidden, activation: activation, conditioning: conditioning,
      frequencies: frequencies, sharpness: sharpness, divergence: divergence, solver: solver,
      preparation: standardizes ? [.standardization] : [], objective: objective)
  }

  /// A flow of small images with pixels in 0...1, as vectors of their logits, standardized. The divergence is estimated.
  public static func images(
    _ shape: [Int], hidden: [Int] = [512, 512], activation: TimeDependentNetwork.Activation = .softplus,
    conditioning: TimeConditioning = .gating, frequencies: Int = 2,
    divergence: DivergenceMethod = .hutchinson(samples: 1, seed: 0),
    solver: DifferentialEquationSolver = DifferentialEquationSolver(control: .tolerance(1e-4)),
    objective: ContinuousObjective = .matching(), greyLevels: Int? = 256, alpha: Float = 0.05
  ) -> ContinuousFlow.Architecture {
    ContinuousFlow.Architecture(
      exampleShape: shape, hidden: hidden, activation: activation, conditioning: conditioning,
      frequencies: frequencies, divergence: divergence, solver: solver,
      preparation: .pixels(greyLevels: greyLevels, alpha: alpha) + [
        BijectionSpecification(Flattening.Description()), .standardization,
      ],
      greyLevels: greyLevels, objective: objective)
  }

  /// Throws unless the numbers are such that tensors may be asked for.
  func requireSense() throws(ModelFileError) {
    func require(_ condition: Bool, _ reason: @autoclosure () -> String) throws(ModelFileError) {
      if !condition { throw .malformed(reason: reason()) }
    }
    try require(
      (1...3).contains(exampleShape.count) && exampleShape.count != 2
        && exampleShape.allSatisfy { (1...1 << 20).contains($0) }
        && exampleShape.reduce(1.0) { $0 * Double($1) } <= Double(1 << 20),
      "a continuous flow takes vectors [features] or images [height, width, channels] of at most 2²⁰ numbers, not \(exampleShape)"
    )
    try require(
      hidden.count <= 64 && hidden.allSatisfy { (1...1 << 16).contains($0) },
      "the field of a continuous flow can't have the hidden layers \(hidden)")
    try require((0...64).contains(frequencies), "a field can't see \(frequencies) frequencies of the time")
    try require(
      greyLevels.map { (2...65_536).contains($0) } ?? true,
      "there are between 2 and 65536 grey levels, not \(greyLevels ?? 0)")
    try require(
      sharpness.map { $0 > 0 && $0 <= 1000 } ?? true,
      "a first layer's weights start between 0 and 1000, not at \(sharpness ?? 0)")
    if case .hutchinson(let samples, _) = divergence {
      try require(
        (1...4096).contains(samples), "Hutchinson's estimate can't be made from \(samples) samples")
    }
    do throws(DifferentialEquationError) { try solver.validate() } catch {
      throw .malformed(reason: error.description)
    }
    switch objective {
    case .likelihood(let kinetic, let jacobian):
      try require(
        kinetic >= 0 && jacobian >= 0 && kinetic.isFinite && jacobian.isFinite,
        "the weights of a flow's regularization are finite and not negative, not \(kinetic) and \(jacobian)")
    case .matching(let matching):
      try require(
        matching.deviation >= 0 && matching.deviation.isFinite,
        "the deviation of noise around paths is finite and not negative, not \(matching.deviation)")
    }
  }
}
