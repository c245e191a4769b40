#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A hidden Markov model with Gaussian emissions, for sequences of feature vectors: hidden states follow a
/// Markov chain, and each state emits N(μₖ, Σₖ). Fitted by L. E. Baum's and L. R. Welch's expectation
/// maximisation (L. R. Rabiner, 1989), with the forward and backward passes in logarithms (`MarkovChain`), so that
/// nothing underflows: neither a long sequence, nor a state that explains a step badly when no other can be reached.
///
/// ```swift
/// let model = try GaussianHiddenMarkov(fitting: sequences, states: 3)   // one matrix a sequence, a row a time step
/// let scores = try model.score(newSequences)
/// ```
///
/// The density is that of a whole sequence given its length; the score is −ln p(sequence) / length, so that
/// sequences of different lengths compare. An iteration costs T·(K² + K·d²) operations for T time steps in
/// all.
public struct GaussianHiddenMarkov: Sendable {
  /// The probability of each state at the first step.
  public let initial: [Double]
  /// Row i holds the probabilities of the states that follow state i.
  public let transitions: Matrix
  /// The states' means, a row each.
  public let means: Matrix
  /// The states' covariances.
  public let covariances: [Matrix]
  /// What the covariances may be.
  public let shape: CovarianceShape
  /// How the fit went; nil for a model that was given. Its likelihood is the mean over time steps.
  public let fit: GaussianMixture.Fit?
  /// The length of the sequences that `sample` draws: the mean length of the training sequences, rounded; 1
  /// for a model that was given, unless set.
  public var sampleLength: Int
  private let emissions: [GaussianMixture.Component]
  private let chain: MarkovChain

  /// A given model.
  /// - Throws: `TableError.invalidSetting` for probabilities that are negative or don't sum to 1,
  ///   `.singularCovariance` for a covariance that is not positive definite.
  public init(
    initial: [Double], transitions: Matrix, means: Matrix, covariances: [Matrix],
    shape: CovarianceShape = .full,
    sampleLength: Int = 1
  ) throws {
    try self.init(
      initial: initial, transitions: transitions, means: means, covariances: covariances, shape: shape,
      sampleLength: sampleLength, fit: nil)
  }

  private init(
    initial: [Double], transitions: Matrix, means: Matrix, covariances: [Matrix], shape: CovarianceShape,
    sampleLength: Int, fit: GaussianMixture.Fit?
  ) throws {
    let states = initial.count
    precondition(
      transitions.rows == states && transitions.columns == states && means.rows == states
        && covariances.count == states,
      "A model of \(states) states takes \(states) by \(states) transitions, \(states) means and covariances, and there are "
        + "\(transitions.rows) by \(transitions.columns) transitions, \(means.rows) means and \(covariances.count) covariances."
    )
    for row in [initial] + (0..<states).map({ transitions.row($0) }) {
      guard row.allSatisfy({ $0 >= 0 }), abs(row.reduce(0, +) - 1) < 1e-6 else {
        throw TableError.invalidSetting(
          name: "probabilities", value: "\(row)", expected: "non-negative with the sum 1")
      }
    }
    self.initial = initial
    self.transitions = transitions
    self.means = means
    self.covariances = covariances
    self.shape = shape
    self.sampleLength = sampleLength
    self.fit = fit
    chain = MarkovChain(initial: initial, transitions: transitions)
    emissions = try (0..<states).map {
      try GaussianMixture.Component(
        number: $0, weight: 1, mean: means.row($0), covariance: MixtureCovariance(covariances[$0], shape))
    }
  }
}

// MARK: Fitting

extension GaussianHiddenMarkov {
  /// Fits a model. States start as k-means clusters of all time steps, with uniform transitions.
  /// - Throws: `TableError` for no sequences, an empty one or one with other columns, entries that are not
  ///   finite, and fewer time steps than states.
  public init(
    fitting sequences: [Matrix], states: Int, shape: CovarianceShape = .diagonal,
    settings: GaussianMixture.Settings = GaussianMixture.Settings()
  ) throws {
    guard states >= 1 else {
      throw TableError.invalidSetting(name: "states", value: "\(states)", expected: "at least 1")
    }
    guard let first = sequences.first else {
      throw TableError.tooFewRows(found: 0, needed: 1, reason: "to fit to sequences: there is none")
    }
    for sequence in sequences {
      try sequence.checkTraining(rows: 1, "in every sequence")
      try sequence.checkFeatures(first.columns)
    }
    let steps = Matrix(
      rows: sequences.reduce(0) { $0 + $1.rows }, columns: first.columns,
      elements: sequences.flatMap(\.elements))
    try steps.checkTraining(rows: max(2, states), "to fit \(states) states")
    try steps.checkDistances()
    let floors = settings.varianceFloors(of: steps, shape)
    let start = try GaussianMixture(
      fitting: steps, components: states, shape: shape,
      settings: {
        var start = settings
        start.largestIterationCount = 1
        return start
      }())
    let uniform = [Double](repeating: 1 / Double(states), count: states)
    var model = try GaussianHiddenMarkov(
      initial: uniform,
      transitions: Matrix(rows: states, columns: states, repeating: 1 / Double(states)), means: start.means,
      covariances: start.covariances, shape: shape,
      sampleLength: max(1, Int((Double(steps.rows) / Double(sequences.count)).rounded())), fit: nil)
    var last = -Double.infinity
    for iteration in 1...max(1, settings.largestIterationCount) {
      let current = model
      let passes = parallelMap(sequences.count) { current.chain.pass(current.emissionLogs(sequences[$0])) }
      let likelihood = passes.reduce(0) { $0 + $1.logLikelihood } / Double(steps.rows)
      guard likelihood.isFinite else {
        throw TableError.singularCovariance(
          advice:
            "a sequence has the density 0 or infinity in iteration \(iteration); raise the regularization")
      }
      let converged = abs(likelihood - last) < settings.tolerance
      last = likelihood
      let fit = GaussianMixture.Fit(
        iterations: iteration, converged: converged, meanLogLikelihood: likelihood)
      model = try current.maximized(steps, passes, floors, fit)
      if converged { break }
    }
    self = model
  }

  /// The model that maximises the expected likelihood. A state that no step is in keeps its parameters.
  private func maximized(
    _ steps: Matrix, _ passes: [MarkovChain.Pass], _ floors: [Double], _ fit: GaussianMixture.Fit
  ) throws -> GaussianHiddenMarkov {
    let (states, d) = (initial.count, means.columns)
    var newInitial = [Double](repeating: 0, count: states)
    var counts = Matrix(rows: states, columns: states, repeating: 0)
    for pass in passes {
      for k in 0..<states { newInitial[k] += pass.posteriors[0, k] / Double(passes.count) }
      counts = counts + pass.transitions
    }
    var newTransitions = transitions
    var newMeans = means
    var newCovariances = covariances
    var pooled = Matrix(rows: d, columns: d, repeating: 0)
    for k in 0..<states {
      let total = counts.row(k).reduce(0, +)
      if total > 0 {
        for j in 0..<states { newTransitions[k, j] = counts[k, j] / total }
      }
      let weights = passes.flatMap { $0.posteriors.column(k) }
      let weight = weights.reduce(0, +)
      if weight < 1e-10 {
        pooled = pooled + covariances[k] * weight
        continue
      }
      let moments = Moments(of: steps, weights: weights)
      for a in 0..<d { newMeans[k, a] = moments.mean[a] }
      pooled = pooled + moments.covariance * weight
      switch shape {
      case .full, .tied: newCovariances[k] = moments.covariance
      case .diagonal: newCovariances[k] = Matrix(diagonal: moments.covariance.diagonal)
      case .spherical:
        let variance = moments.covariance.diagonal.reduce(0, +) / Double(d)
        newCovariances[k] = Matrix(diagonal: Array(repeating: variance, count: d))
      }
      for a in 0..<d { newCovariances[k][a, a] += floors[a] }
    }
    if shape == .tied {
      pooled = pooled * (1 / Double(steps.rows))
      for a in 0..<d { pooled[a, a] += floors[a] }
      newCovariances = Array(repeating: pooled, count: states)
    }
    return try GaussianHiddenMarkov(
      initial: newInitial, transitions: newTransitions, means: newMeans, covariances: newCovariances,
      shape: shape,
      sampleLength: sampleLength, fit: fit)
  }

  /// ln of each state's (columns) emission density at each step.
  private func emissionLogs(_ sequence: Matrix) -> Matrix {
    let states = initial.count
    var logs = Matrix(rows: sequence.rows, columns: states, repeating: 0)
    for (k, emission) in emissions.enumerated() {
      let squares = squaredNorms(
        sequence, mean: emission.mean, factor: emission.factor, rank: sequence.columns,
        shape: emission.kernelShape)
      for (t, square) in squares.enumerated() { logs[t, k] = emission.logWeight - 0.5 * square }
    }
    return logs
  }
}

extension GaussianHiddenMarkov: DensityModel {
  /// The shape of one time step.
  public var exampleShape: Shape { [means.columns] }

  /// ln p of each sequence, in nats.
  public func logDensity(checked sequences: [Matrix]) throws -> [Double] {
    parallelMap(sequences.count) { i in chain.logLikelihood(emissionLogs(sequences[i])) }
  }

  /// Sequences of length `sampleLength`.
  public func sample(count: Int, using random: inout RandomGenerator) -> [Matrix] {
    let d = means.columns
    return (0..<count).map { _ in
      var state = 0
      return Matrix(rows: sampleLength, columns: d) { destination in
        for t in 0..<sampleLength {
          state = random.place(weights: t == 0 ? initial : transitions.row(state))
          let normal = random.normalDoubles(d)
          for a in 0..<d { destination[t * d + a] = means[state, a] + emissions[state].spread(a, normal) }
        }
      }
    }
  }
}

extension GaussianHiddenMarkov: OODScorer, Model {
  public static let kind = "gaussian-hidden-markov"

  /// −ln p(sequence) / length of each sequence, in nats a step.
  public func score(checked sequences: [Matrix]) throws -> [Double] {
    zip(try logDensity(checked: sequences), sequences).map { -$0 / Double($1.rows) }
  }

  public struct Configuration: Codable, Hashable, Sendable {
    var shape: CovarianceShape
    var sampleLength: Int
    var fit: GaussianMixture.Fit?
  }

  public var configuration: Configuration {
    Configuration(shape: shape, sampleLength: sampleLength, fit: fit)
  }

  public func encode(to archive: inout ModelArchive) throws {
    let (k, d) = (initial.count, means.columns)
    archive["initial"] = .float64(initial, shape: [k])
    archive["transitions"] = .float64(transitions.elements, shape: [k, k])
    archive["means"] = .float64(means.elements, shape: [k, d])
    archive["covariances"] = .float64(covariances.flatMap(\.elements), shape: [k, d, d])
  }

  public init(from archive: ModelArchive) throws {
    let settings = try archive.configuration(as: Configuration.self)
    let means = try archive.finiteMatrix("means")
    let (k, d) = (means.rows, means.columns)
    let covariances = try archive.finiteDoubles("covariances", shape: [k, d, d])
    try self.init(
      initial: archive.finiteDoubles("initial", shape: [k]),
      transitions: Matrix(
        rows: k, columns: k, elements: archive.finiteDoubles("transitions", shape: [k, k])),
      means: means,
      covariances: (0..<k).map {
        Matrix(rows: d, columns: d, elements: Array(covariances[$0 * d * d..<($0 + 1) * d * d]))
      }, shape: settings.shape, sampleLength: max(1, settings.sampleLength), fit: settings.fit)
  }
}
