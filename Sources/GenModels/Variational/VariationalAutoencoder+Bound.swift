#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension VariationalAutoencoder {
  /// The standard normal draws behind the samples of a batch: `[rows or 1, k, numbers]` for each stochastic layer.
  struct Noise {
    let first: Tensor
    let second: Tensor?
    var samples: Int { first.shape[1] }

    init(rows: Int, samples: Int, of model: VariationalAutoencoder, using random: inout RandomGenerator) {
      first = random.normal([rows, samples, model.configuration.latent])
      let upper = model.upper
      second = upper.map { random.normal([rows, samples, $0.size]) }
    }
  }

  /// z = μ + σ ε, `[rows · k, numbers]`, for noise `[rows or 1, k, numbers]`.
  private func draws<Value: TensorAlgebra>(_ q: DiagonalNormal<Value>, _ noise: Tensor) -> Value {
    let (rows, numbers) = (q.mean.shape[0], q.mean.shape[1])
    let (mean, deviation) = (
      q.mean.reshaped([rows, 1, numbers]), q.logDeviation.exp().reshaped([rows, 1, numbers])
    )
    let z = mean + deviation * mean.constant(noise)
    return z.reshaped([rows * noise.shape[1], numbers])
  }

  /// The parts of ln p(x, z)/q(z|x) for k samples of each example, each `[examples · k]`, in nats.
  private struct Terms<Value: TensorAlgebra> {
    /// ln p(x|z).
    var observation: Value
    /// ln p(z) − ln q(z|x).
    var latent: Value
  }

  private func terms<Value: TensorAlgebra>(
    of x: Value, _ q: DiagonalNormal<Value>, _ noise: Noise, path: PathScaling.Weights? = nil,
    _ context: Context
  ) -> Terms<Value> {
    let k = noise.samples
    var z = draws(q, noise.first)
    if let path { z = Value.apply(PathScaling(weights: path), z) }
    let density = (path == nil ? q : q.constant).repeated(k).logDensity(z)
    let repeated = DiagonalNormal.repeated(x.flattened(), k)
    let observation = observationLogDensity(repeated, z, context)
    guard let upper, let second = noise.second else {
      return Terms(observation: observation, latent: z.standardNormalLogDensity() - density)
    }
    let above = upper.posterior(z, context)
    // One draw of z₂ for each draw of z₁.
    let rows = x.shape[0]
    let epsilon = second.broadcast(to: [rows, k, upper.size]).reshaped([rows * k, 1, upper.size])
    let top = draws(above, epsilon)
    let latent =
      upper.prior(top, context).logDensity(z) + top.standardNormalLogDensity() - density
      - above.logDensity(top)
    return Terms(observation: observation, latent: latent)
  }

  /// The evidence lower bound of each example under a posterior of one's own, `[examples]`, in nats.
  func elbo<Value: TensorAlgebra>(of x: Value, _ q: DiagonalNormal<Value>, _ noise: Tensor) -> Value {
    let (rows, k) = (x.shape[0], noise.shape[1])
    let observation = observationLogDensity(DiagonalNormal.repeated(x.flattened(), k), draws(q, noise))
    return observation.reshaped([rows, k]).mean(axes: [1]) - q.divergenceFromStandard.sum(axes: [1])
  }

  /// The negative of the bound that the architecture's objective asks for, averaged over a batch.
  public func loss(_ x: Tensor, labels: Indexes?, _ scope: TrainingScope) -> Variable {
    let objective = configuration.objective
    let (k, rows) = (objective.samples, x.shape[0])
    func noise(_ random: inout RandomGenerator) -> Noise {
      Noise(rows: rows, samples: k, of: self, using: &random)
    }
    var fixed = RandomGenerator(seed: 0).split("validation")
    let drawn = scope.context.isTraining ? scope.context.withRandom(noise) : noise(&fixed)
    let value = scope.constant(x)
    let q = posterior(of: value, scope.context)
    guard k > 1 || objective.isDoublyReparameterized else {
      let terms = terms(of: value, q, drawn, scope.context)
      guard upper == nil else {
        return -(terms.observation + terms.latent * objective.beta).mean()
      }
      // The divergence of normal distributions is known: no noise from it.
      var divergence = q.divergenceFromStandard.mean(axes: [0])
      if objective.freeBits > 0 {
        divergence = divergence.maximum(with: scope.constant(Tensor(objective.freeBits)))
      }
      return divergence.sum() * objective.beta - terms.observation.mean()
    }
    let path = objective.isDoublyReparameterized ? PathScaling.Weights() : nil
    let terms = terms(of: value, q, drawn, path: path, scope.context)
    let weights = (terms.observation + terms.latent).reshaped([rows, k])
    path?.set(weights.tensor.softmax().reshaped([rows * k]))
    return -(weights.logSumExp() - logf(Float(k))).mean()
  }

  /// Samples of an example that are computed together.
  private static let samplesTogether = 128

  /// ln p(x, z)/q(z|x) of `samples` draws for each example, in nats. All examples get the same noise, so that none depends on the
  /// others.
  func logWeights(checked x: Tensor, samples: Int, seed: UInt64) throws -> [[Double]] {
    let random = RandomGenerator(seed: seed).split("importance samples")
    let together = min(samples, Self.samplesTogether)
    var found: [[Double]] = []
    found.reserveCapacity(x.shape[0])
    // About 2²⁰ numbers of the decoder at a time.
    let width =
      configuration.pixels * configuration.observation.parameterCount(channels: configuration.channels)
    for rows in Tensor.pieces(of: x.shape[0], size: max(1, min(256, (1 << 21) / (together * width)))) {
      let piece = x.sliced(axis: 0, rows)
      let q = posterior(of: piece)
      var weights = [[Double]](repeating: [], count: rows.count)
      for (number, start) in stride(from: 0, to: samples, by: Self.samplesTogether).enumerated() {
        var draws = random.split(UInt64(number))
        let count = min(samples - start, Self.samplesTogether)
        let noise = Noise(rows: 1, samples: count, of: self, using: &draws)
        let terms = terms(of: piece, q, noise, .inference)
        (terms.observation + terms.latent).withUnsafeElements { values in
          for row in 0..<rows.count {
            for sample in 0..<count {
              let value = values[row * count + sample]
              weights[row].append(value.isNaN ? -.infinity : Double(value))
            }
          }
        }
      }
      found += weights
    }
    return found
  }

  /// The importance-weighted bound L_k with k = `samples`, in nats.
  public func logDensityBound(checked x: Tensor, samples: Int, seed: UInt64) throws -> [Double] {
    try logWeights(checked: x, samples: samples, seed: seed).enumerated().map { number, weights in
      let bound = ImportanceEstimate(logWeights: weights).logDensity
      if bound == .infinity { throw ExampleError.overflow(example: number) }
      return max(bound, -Double(Float.greatestFiniteMagnitude))
    }
  }

  /// ln p(x) by importance sampling, with its standard error and effective sample size.
  ///
  /// - Parameters:
  ///   - x: The examples.
  ///   - samples: k, draws for each example. Traps below 1.
  ///   - seed: Decides the draws.
  /// - Throws: `ExampleError`.
  public func importanceEstimates(
    _ x: Tensor, samples: Int, seed: UInt64 = 0
  ) throws -> [ImportanceEstimate] {
    precondition(samples >= 1, "An estimate averages over at least one draw, and \(samples) were asked for.")
    try check(x)
    return try logWeights(checked: x, samples: samples, seed: seed).map(ImportanceEstimate.init)
  }
}
