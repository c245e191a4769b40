import GenModels
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite("Score matching, noise contrast, normalisers and spectral norms")
struct ScoreMatchingTests {
  /// Normal numbers of deviation 2 in two columns.
  private static let gaussian: Tensor = {
    var random = RandomGenerator(seed: 11)
    return random.normal([2000, 2], standardDeviation: 2)
  }()

  /// The root of the mean square of s(x) − x · factor over normal x, over that of x · factor.
  private func error(_ network: some ScoreFunction, factor: Float) throws -> Double {
    var random = RandomGenerator(seed: 12)
    let x = random.normal([500, 2], standardDeviation: 2)
    let miss = (try network.logDensityGradient(x) - x * factor).squared().mean().scalar
    return Double((miss / (x * factor).squared().mean().scalar).squareRoot())
  }

  private var trainer: Trainer {
    Trainer(optimizer: Adam(learningRate: 0.01), epochs: 12, batchSize: 100, schedule: .cosine())
  }

  @Test("Denoising score matching of Gaussian data gives −x / (s² + σ²)", arguments: [true, false])
  func denoising(isVectorField: Bool) throws {
    let network = ScoreNetwork(
      isVectorField
        ? .vectorField(features: 2, hidden: [24], standardizes: false)
        : .dense(features: 2, hidden: [24], standardizes: false), seed: 1)
    #expect(network.isVectorField == isVectorField)
    let trained = try network.train(
      on: Self.gaussian, by: DenoisingScoreMatching(noise: 1), trainer: trainer
    ).model
    #expect(try error(trained, factor: -1 / 5) < 0.2)
    #expect(try error(network, factor: -1 / 5) > 0.5)
  }

  @Test("In units of the columns the noise is a share of their deviation")
  func units() throws {
    let x = Self.gaussian * 100
    let network = ScoreNetwork(.vectorField(features: 2, hidden: [24]), seed: 1)
    let trained = try network.train(on: x, by: DenoisingScoreMatching(noise: 0.5), trainer: trainer).model
    var random = RandomGenerator(seed: 12)
    let probes = random.normal([500, 2], standardDeviation: 200)
    let expected = probes * (-1 / Float(40_000 * 1.25))
    let miss = (try trained.logDensityGradient(probes) - expected).squared().mean().scalar
    #expect((miss / expected.squared().mean().scalar).squareRoot() < 0.2)
    let drawn = try trained.sample(count: 500, by: .unadjusted(stepSize: 0.05, steps: 100), using: &random)
    #expect(abs(drawn.squared().mean().scalar / 50_000 - 1) < 0.25)
  }

  @Test("Sliced score matching of Gaussian data gives −x / s²", arguments: [true, false])
  func sliced(isVarianceReduced: Bool) throws {
    let energy = EnergyModel(.dense(features: 2, hidden: [16], standardizes: false), seed: 1)
    let criterion = SlicedScoreMatching(projections: 2, isVarianceReduced: isVarianceReduced)
    let trained = try energy.train(on: Self.gaussian, by: criterion, trainer: trainer).model
    #expect(try error(trained, factor: -1 / 4) < 0.25)
  }

  @Test("Noise contrast gives normalised energies")
  func noiseContrast() throws {
    let energy = EnergyModel(.dense(features: 2, hidden: [24], standardizes: false), seed: 1)
    let trained = try energy.train(
      on: Self.gaussian, by: NoiseContrastiveEstimation(components: 1, noisePerExample: 2), trainer: trainer
    ).model
    // −ln p of normal numbers of deviation 2, as numbers and not only up to a constant.
    let exact = Self.gaussian.squared().sum(axes: [1]).elements.map { Double($0) / 8 + log(2 * .pi * 4) }
    func error(_ model: EnergyModel) throws -> Double {
      let squares = zip(try model.energy(Self.gaussian), exact).map { ($0 - $1) * ($0 - $1) }
      return (squares.reduce(0, +) / Double(exact.count)).squareRoot()
    }
    #expect(try error(trained) < 0.35)
    #expect(try error(energy) > 2)
  }

  @Test(
    "Annealed importance sampling finds ln Z of a Gaussian energy, and of a uniform one", arguments: [1, 8])
  func annealing(features: Int) throws {
    let deviation: Float = 0.7
    let weight = Tensor(repeating: 1 / deviation, shape: [features])
    let energy = Quadratic(weight: weight)
    let base = AnnealingBase.normal(mean: .zeros([features]), deviation: .ones([features]) * 1.5)
    let settings = AnnealedImportanceSampling(chains: 64, temperatures: 100, leapfrogs: 3)
    let estimate = try settings.estimate(energy, from: base, seed: 3)
    let exact = Double(features) * log((2 * Double.pi).squareRoot() * Double(deviation))
    #expect(abs(estimate.logNormalizer - exact) < 4 * estimate.standardError + 1e-3)
    #expect(estimate.standardError < 0.2)
    #expect(estimate.lowerBound() < exact)
    #expect(estimate.acceptance > 0.4)
    let again = try Parallelism.withThreads(3) { try settings.estimate(energy, from: base, seed: 3) }
    #expect(again == estimate)

    // Within ±1 with reflection: the integral is that of the error function.
    let boxed = try settings.estimate(energy, from: .uniform(lower: -1, upper: 1), seed: 4)
    let inside = exact + Double(features) * log(erf(1 / (Double(deviation) * 2.0.squareRoot())))
    #expect(abs(boxed.logNormalizer - inside) < 4 * boxed.standardError + 1e-3)
  }

  /// E = ½ Σ (w x)².
  private struct Quadratic: DifferentiableEnergy {
    let weight: Tensor
    var exampleShape: Shape { weight.shape }

    func recordedEnergy<Value: TensorAlgebra>(_ x: Value) -> Value {
      0.5 * (x * x.constant(weight)).squared().sum(axes: [1])
    }
  }

  @Test("The normaliser of a trained energy in two dimensions is that of a grid")
  func grid() throws {
    let energy = EnergyModel(.dense(features: 2, hidden: [16]), seed: 3)
    let trained = try energy.train(
      on: Self.gaussian, by: DenoisingScoreMatching(noise: 0.4),
      trainer: Trainer(optimizer: Adam(learningRate: 0.01), epochs: 3, batchSize: 100)
    ).model
    let (side, end) = (160, Float(16))
    let cell = 2 * end / Float(side)
    let points = Tensor(
      (0..<side * side).flatMap { i in
        [Float(i / side), Float(i % side)].map { -end + cell * ($0 + 0.5) }
      }, shape: [side * side, 2])
    let energies = try trained.energy(points)
    let lowest = energies.min()!
    let sum = energies.reduce(0) { $0 + exp(lowest - $1) }
    let exact = log(sum * Double(cell * cell)) - lowest
    let estimate = try AnnealedImportanceSampling(chains: 64, temperatures: 100, leapfrogs: 3)
      .estimate(trained, from: .normal(fitting: Self.gaussian), seed: 1)
    #expect(abs(estimate.logNormalizer - exact) < 4 * estimate.standardError + 0.02)
  }

  @Test("Spectral normalisation divides by the largest singular value")
  func spectralNorm() throws {
    for (layer, shape) in [
      (LayerSpecification.dense(units: 7), [5] as Shape), (.convolution(channels: 6, kernel: 3), [5, 5, 2]),
    ] {
      let model = Sequential([.spectralNormalization(layer, bound: 2)], exampleShape: shape, seed: 4)
      let plain = Sequential([layer], exampleShape: shape, seed: 4)
      let weight = model.namedTensors.first { $0.name == "0.weight" }!.tensor
      #expect(plain.namedTensors.first!.tensor == weight)
      let outputs = weight.shape[weight.rank - 1]
      let matrix = Matrix(weight.reshaped([weight.count / outputs, outputs]))
      let largest = try SingularValues(matrix).values[0]
      var random = RandomGenerator(seed: 5)
      let x = random.normal(Shape([3] + shape))
      let expected = plain(x) * Float(2 / largest)
      #expect((model(x) - expected).absolute().elements.max()! < 1e-4)
    }
  }

  @Test("The direction follows weights that are trained")
  func spectralTraining() throws {
    var random = RandomGenerator(seed: 6)
    let data = try TrainingSet(random.normal([200, 5]), targets: random.normal([200, 4]))
    let start = Sequential([.spectralNormalization(.dense(units: 4))], exampleShape: [5], seed: 4)
    let trained = try Trainer(optimizer: Adam(learningRate: 0.02), epochs: 20, batchSize: 20).train(
      start, on: data
    ) { model, batch, scope in
      (model(scope.constant(batch.inputs), scope.context) - batch.targets!).squared().mean()
    }.model
    let tensors = Dictionary(uniqueKeysWithValues: trained.namedTensors.map { ($0.name, $0.tensor) })
    let (weight, direction) = (tensors["0.weight"]!, tensors["0.direction"]!)
    let found = weight.matrixProduct(direction.reshaped([4, 1])).squared().sum().squareRoot().scalar
    let largest = try SingularValues(Matrix(weight)).values[0]
    #expect(abs(Double(found) / largest - 1) < 0.02)
  }
}
