extension VariationalAutoencoder {
  /// How much an example's bound gains when its own posterior is fitted to it, beginning where the encoder puts it: max over q of ELBO(x; q)
  /// less ELBO(x; q(z|x)), in nats, 0 or more (Z. Xiao, Q. Yan and Y. Amit, 2020; the variant that moves q's numbers, not the encoder).
  ///
  /// The bound is taken over the same `samples` draws all the way, and the same for all examples. Cost: `steps` decoder passes and their
  /// gradients, with as many samples.
  /// - Throws: `ExampleError` for examples that are not the model's.
  public func likelihoodRegret(
    _ x: Tensor, steps: Int = 50, learningRate: Float = 0.05, samples: Int = 8, seed: UInt64 = 0
  ) throws -> [Double] {
    precondition(
      steps >= 1 && samples >= 1 && learningRate > 0,
      "Regret takes steps and samples of at least 1 and a rate above 0, not \(steps), \(samples), \(learningRate)."
    )
    try check(x)
    var random = RandomGenerator(seed: seed).split("regret")
    let noise = random.normal([1, samples, configuration.latent])
    return Tensor.pieces(of: x.shape[0], size: 64).flatMap { rows in
      regret(x.sliced(axis: 0, rows), noise, steps: steps, learningRate: learningRate)
    }
  }

  private func regret(_ x: Tensor, _ noise: Tensor, steps: Int, learningRate: Float) -> [Double] {
    let rows = x.shape[0]
    let start = posterior(of: x)
    var numbers = [start.mean, start.logDeviation]
    var moments = numbers.map { _ in (first: Tensor(0), second: Tensor(0)) }
    func bound(_ q: DiagonalNormal<Variable>) -> Variable { elbo(of: q.mean.constant(x), q, noise) }
    var (first, best): ([Float], [Float]) = ([], [])
    for step in 1...steps + 1 {
      var values: [Float] = []
      let (_, gradients) = valueWithGradients(at: numbers) { variables -> Variable in
        let found = bound(DiagonalNormal(mean: variables[0], logDeviation: variables[1]))
        values = found.tensor.elements.map { $0.isFinite ? $0 : -.greatestFiniteMagnitude }
        return found.sum()
      }
      if step == 1 { (first, best) = (values, values) }
      for row in 0..<rows { best[row] = max(best[row], values[row]) }
      // Adam, up the bound, each number by itself.
      for index in numbers.indices {
        let gradient = gradients[index]
        moments[index].first = moments[index].first * 0.9 + gradient * 0.1
        moments[index].second = moments[index].second * 0.999 + gradient.squared() * 0.001
        let correction = Float(step)
        let m = moments[index].first / (1 - Self.power(0.9, correction))
        let v = moments[index].second / (1 - Self.power(0.999, correction))
        numbers[index] = numbers[index] + m / (v.squareRoot() + 1e-8) * learningRate
      }
      numbers[1] = numbers[1].maximum(with: Tensor(-6)).minimum(with: Tensor(6))
    }
    return zip(best, first).map { Double($0) - Double($1) }
  }

  private static func power(_ base: Float, _ exponent: Float) -> Float {
    (0..<Int(exponent)).reduce(1) { product, _ in product * base }
  }
}
