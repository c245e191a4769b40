import GenModels

extension ConfidenceSettings.Curvature {
  /// tr ∂r/∂x of each example.
  func traces(of oracle: some DifferentiableReconstruction, at x: Tensor) -> [Double] {
    guard x.exampleCount > 0 else { return [] }
    switch self {
    case .bottleneck:
      return bottleneckTrace(
        at: x, skippingZeros: oracle.hasRectifiedCode, encoder: { oracle.encoded($0) },
        decoder: { oracle.decoded($0) })
    case .diagonal:
      var unused = RandomGenerator(seed: 0)
      return jacobianTrace(at: x, method: .exact, using: &unused) { oracle.decoded(oracle.encoded($0)) }.trace
        .elements.map { Double($0) }
    case .hutchinson(let samples, _):
      var sums = [Double](repeating: 0, count: x.exampleCount)
      for sample in 0..<samples {
        let probe = probe(sample, like: x)
        let (_, product) = vjp(at: x, upstream: { _ in probe }) { oracle.decoded(oracle.encoded($0)) }
        let terms = (product * probe).sum(axes: Array(1..<x.rank)).elements
        for example in terms.indices { sums[example] += Double(terms[example]) }
      }
      return sums.map { $0 / Double(samples) }
    }
  }

  /// As `traces`, recorded; shape `[examples]`. Both exact methods take a product for each feature here.
  func recordedTraces(of oracle: some DifferentiableReconstruction, at x: Variable) -> Variable {
    let y = oracle.decoded(oracle.encoded(x))
    guard case .hutchinson(let samples, _) = self else {
      var unused = RandomGenerator(seed: 0)
      return y.jacobianTrace(withRespectTo: x, method: .exact, using: &unused)
    }
    let terms = (0..<samples).map { sample in
      let probe = x.constant(probe(sample, like: x.tensor))
      return (y.gradient(withRespectTo: x, upstream: probe) * probe).sum(axes: Array(1..<x.shape.rank))
    }
    return terms.dropFirst().reduce(terms[0], +) * (1 / Float(samples))
  }

  /// Vector number `sample` of independent signs, repeated for each example: an example's estimate depends on nothing beside it.
  private func probe(_ sample: Int, like x: Tensor) -> Tensor {
    guard case .hutchinson(_, let seed) = self else { return x }
    var random = RandomGenerator(seed: seed).split("hutchinson").split(UInt64(sample))
    let one = random.bernoulli(Shape([1] + x.shape.dropFirst()), probability: 0.5, value: 2) - 1
    return one.broadcast(to: x.shape)
  }
}
