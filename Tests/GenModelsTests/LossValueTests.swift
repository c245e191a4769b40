import GenModels
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Losses and distances against their formulas in double precision, on numbers without symmetry.
@Suite("Values of losses")
struct LossValueTests {
  static let x: [Double] = [0.5, -1.25, 2, 0.75, 0, -3]
  static let target: [Double] = [0.25, 0.5, -1, 0.75, 4, 1.5]

  private func tensor(_ numbers: [Double], _ shape: Shape) -> Tensor {
    Tensor(numbers.map { Float($0) }, shape: shape)
  }

  private func expectEqual(
    _ found: [Float], _ expected: [Double], _ location: SourceLocation = #_sourceLocation
  ) {
    #expect(found.count == expected.count, sourceLocation: location)
    for (a, b) in zip(found, expected) {
      #expect(abs(Double(a) - b) < 2e-6 * max(1, abs(b)), "\(a) for \(b)", sourceLocation: location)
    }
  }

  @Test("The mean squared error, and its slope on either side")
  func meanSquaredError() {
    let (x, target) = (tensor(Self.x, [2, 3]), tensor(Self.target, [2, 3]))
    let squares = zip(Self.x, Self.target).map { ($0 - $1) * ($0 - $1) }
    expectEqual([x.meanSquaredError(target).scalar], [squares.reduce(0, +) / 6])
    let slopes = zip(Self.x, Self.target).map { 2 * ($0 - $1) / 6 }
    expectEqual(gradient(at: x) { $0.meanSquaredError(target) }.elements, slopes)
    expectEqual(gradient(at: target) { $0.constant(x).meanSquaredError($0) }.elements, slopes.map { -$0 })
  }

  @Test("The cross-entropy of each row's label, and its slope")
  func crossEntropy() {
    let logits = tensor(Self.x, [2, 3])
    let labels = [2, 0]
    var (losses, slopes) = ([Double](), [Double]())
    for row in 0..<2 {
      let z = Array(Self.x[3 * row..<3 * row + 3])
      let total = z.reduce(0) { $0 + exp($1) }
      losses.append(log(total) - z[labels[row]])
      for column in 0..<3 { slopes.append(exp(z[column]) / total - (column == labels[row] ? 1 : 0)) }
    }
    expectEqual(logits.crossEntropy(labels: Indexes(labels)).elements, losses)
    // Weights of rows that differ, so that each row gets its own.
    let weights = Tensor([1, 3])
    let slope = gradient(at: logits) {
      ($0.crossEntropy(labels: Indexes(labels)) * $0.constant(weights)).sum()
    }
    expectEqual(slope.elements, slopes.enumerated().map { $0.offset < 3 ? $0.element : 3 * $0.element })
    expectEqual(logits.softmax().elements, slopes.enumerated().map { $1 + (($0 == 2 || $0 == 3) ? 1 : 0) })
    expectEqual(
      logits.logSumExp().elements,
      (0..<2).map { row in log(Self.x[3 * row..<3 * row + 3].reduce(0) { $0 + exp($1) }) })
  }

  @Test("The log-density of base distributions")
  func bases() {
    let z = tensor(Self.x, [2, 3])
    func rows(_ term: (Double) -> Double) -> [Double] {
      (0..<2).map { row in Self.x[3 * row..<3 * row + 3].reduce(0) { $0 + term($1) } }
    }
    expectEqual(
      z.standardNormalLogDensity().elements, rows { -0.5 * $0 * $0 - 0.5 * log(2 * 3.141592653589793) })
    func base(_ specification: BaseSpecification, classes: Int? = nil) -> any BaseDistribution {
      Flow(
        Flow.Architecture(
          exampleShape: [3], bijections: [.reversal], base: specification, classCount: classes), seed: 4
      ).base
    }
    expectEqual(base(.logistic).logDensity(z).elements, rows { -$0 - 2 * log(1 + exp(-$0)) })
    expectEqual(base(.uniform(bound: 4)).logDensity(z).elements, [-3 * log(8), -3 * log(8)])
    #expect(base(.uniform(bound: 2.5)).logDensity(z).elements[1] == -.infinity)
    // On the bound is inside.
    #expect(base(.uniform(bound: 3)).logDensity(z).elements[1] > -10)
  }

  @Test("A base of class Gaussians: the label's density, and the mean over classes without labels")
  func classGaussians() throws {
    var base = Flow(
      Flow.Architecture(exampleShape: [3], bijections: [.reversal], base: .classGaussians, classCount: 2),
      seed: 4
    ).base
    let means: [Double] = [1, -1, 0.5, 2, 0.25, -2]
    let logDeviations: [Double] = [0.5, -0.25, 0.125, -0.5, 1, 0]
    try base.setTensors(["mean": tensor(means, [2, 3]), "logDeviation": tensor(logDeviations, [2, 3])])
    func density(_ row: Int, _ label: Int) -> Double {
      (0..<3).reduce(0.0) { sum, column in
        let s = logDeviations[3 * label + column]
        let u = (Self.x[3 * row + column] - means[3 * label + column]) / exp(s)
        return sum - 0.5 * u * u - s - 0.5 * log(2 * 3.141592653589793)
      }
    }
    let z = tensor(Self.x, [2, 3])
    expectEqual(base.logDensity(z, labels: Indexes([1, 0])).elements, [density(0, 1), density(1, 0)])
    expectEqual(base.logDensity(z, labels: Indexes([0, 1])).elements, [density(0, 0), density(1, 1)])
    expectEqual(
      base.logDensity(z).elements, (0..<2).map { log((exp(density($0, 0)) + exp(density($0, 1))) / 2) })
  }

  @Test("A flow's loss is the mean of −ln p(x): in training with noise of half a level, in use without")
  func flowLoss() throws {
    let architecture = Flow.Architecture(
      exampleShape: [2], bijections: [.rescaling(scale: 3, shift: -1)], greyLevels: 5)
    let flow = Flow(architecture, seed: 1)
    let x = Tensor([0, 0.25, 0.5, 0.5, 1, 0.75], shape: [3, 2])
    func loss(_ numbers: [Float]) -> Double {
      let terms = numbers.map { number -> Double in
        let z = 3 * Double(number) - 1
        return 0.5 * z * z + 0.5 * log(2 * 3.141592653589793) - log(3.0)
      }
      return terms.reduce(0, +) / 3
    }
    var losses: [Double] = []
    let trainer = Trainer(optimizer: SGD(), epochs: 1, batchSize: 3, seed: 2)
    let result = try trainer.train(
      flow, on: TrainingSet(x), validation: TrainingSet(x), loss: Flow.loss,
      progress: { losses.append($0.loss) })
    #expect(abs(result.history[0].validationLoss! - loss(x.elements)) < 1e-5)
    // The step's order of examples, and its noise: uniform on ±1/2 of 1/4.
    var shuffling = RandomGenerator(seed: 2).split("training").split("shuffle").split(0)
    let rows = shuffling.permutation(3).elements
    let shuffled = rows.flatMap { [x[$0, 0], x[$0, 1]] }
    var random = RandomGenerator(seed: 2).split("training").split("step").split(0)
    let noise = random.uniform([3, 2], in: -0.125..<0.125).elements
    #expect(abs(losses[0] - loss(zip(shuffled, noise).map { $0 + $1 })) < 1e-5)
    // Per level of width 1/4, in bits per number.
    let bits = architecture.bitsPerDimension(nats: -2)
    #expect(abs(bits - (2 + 2 * log(4.0)) / (2 * log(2.0))) < 1e-12)
  }

  @Test("Distances of reconstructions in each norm, by example")
  func norms() {
    let m: [Double] = [0.125, 0.75, 1, 0.5, 0.25, 0]
    let x: [Double] = [0.5, 0.5, 0, 1, 0.25, 0.5]
    let (reconstructions, examples) = (tensor(m, [2, 3]), tensor(x, [2, 3]))
    func rows(_ term: (Double, Double) -> Double) -> [Double] {
      (0..<2).map { row in (0..<3).reduce(0) { $0 + term(m[3 * row + $1], x[3 * row + $1]) } }
    }
    let squares = rows { ($0 - $1) * ($0 - $1) }
    expectEqual(ReconstructionNorm.l1.distances(reconstructions, examples).elements, rows { abs($0 - $1) })
    expectEqual(
      ReconstructionNorm.l2.distances(reconstructions, examples).elements, squares.map { $0.squareRoot() })
    expectEqual(
      ReconstructionNorm.meanSquared.distances(reconstructions, examples).elements, squares.map { $0 / 3 })
    let cross = rows { m, x in
      // 10⁻⁷ away from 0 and 1, in single precision.
      let kept = Double(max(1e-7, min(1 - 1e-7, Float(m))))
      return -(x * log(kept) + (1 - x) * log(1 - kept))
    }
    let found = ReconstructionNorm.binaryCrossEntropy.distances(reconstructions, examples).elements
    for (a, b) in zip(found, cross) { #expect(abs(Double(a) - b) < 0.2) }
    let inner = ReconstructionNorm.binaryCrossEntropy.distances(
      tensor([0.125, 0.75, 0.5], [1, 3]), tensor([0.5, 0.5, 0], [1, 3]))
    expectEqual(
      inner.elements,
      [-(0.5 * log(0.125) + 0.5 * log(0.875)) - (0.5 * log(0.75) + 0.5 * log(0.25)) - log(0.5)])
  }

  @Test("An error below the threshold, not on it, counts as reconstructed")
  func canReconstruct() throws {
    struct Zero: ReconstructionOracle {
      let exampleShape: Shape = [2]
      func reconstruct(checked x: Tensor) -> Tensor { .zeros(x.shape) }
    }
    let x = tensor([0.25, 0.25, 0.5, 0.5, -0.5, 0.25], [3, 2])
    #expect(try Zero().canReconstruct(x, threshold: 0.75) == [true, false, false])
    #expect(try Zero().canReconstruct(x, threshold: 0.875, batchSize: 2) == [true, false, true])
  }

  @Test("Salt and pepper: a number becomes 0 below p/2 and 1 below p, by its own draw")
  func saltAndPepper() {
    let x = Tensor(repeating: 0.5, shape: [40, 3])
    var (random, same) = (RandomGenerator(seed: 3), RandomGenerator(seed: 3))
    let y = x.saltAndPeppered(probability: 0.5, using: &random)
    let draws = same.uniform([40, 3]).elements
    #expect(y.elements == draws.map { $0 < 0.25 ? 0 : $0 < 0.5 ? 1 : 0.5 })
    #expect(random == same)
    #expect(x.saltAndPeppered(probability: 0, using: &random) == x)
  }

  @Test("An autoencoder's loss compares with the uncorrupted example, and validates without corruption")
  func corruption() throws {
    /// Gives back what comes in.
    struct Echo: Layer {
      var w = Parameter(Tensor([0]))
      func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
        x + x.value(of: w) * 0
      }
      mutating func visitParameters(with visitor: ParameterVisitor) { visitor.visit("w", &w) }
    }
    let x = tensor([0.5, 0.25, 0.75, 0.5], [2, 2])
    let training = AutoencoderTraining(
      trainer: Trainer(optimizer: SGD(), epochs: 1, batchSize: 2, seed: 6), corruption: 0.875)
    let result = try training.train(Echo(), on: x, validation: x)
    #expect(result.history[0].validationLoss == 0)
    var shuffling = RandomGenerator(seed: 6).split("training").split("shuffle").split(0)
    let rows = shuffling.permutation(2).elements
    let shuffled = Tensor(rows.flatMap { [x[$0, 0], x[$0, 1]] }, shape: [2, 2])
    var random = RandomGenerator(seed: 6).split("training").split("step").split(0)
    let noisy = shuffled.saltAndPeppered(probability: 0.875, using: &random)
    let expected =
      zip(noisy.elements, shuffled.elements).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) } / 4
    #expect(expected > 0 && abs(result.history[0].loss - expected) < 1e-6)
  }

  @Test("A fresh autoencoder's first answer to a code of zeros is the mean of each channel")
  func startsAtMean() throws {
    // Channels of means 0.25, 0.8 and 0.001, which counts as 0.01.
    var pixels: [Float] = []
    for index in 0..<4 * 7 * 5 { pixels += [index % 2 == 0 ? 0.5 : 0, 0.8, 0.001] }
    let images = Tensor(pixels, shape: [4, 7, 5, 3])
    let settings = AutoencoderTraining(
      trainer: Trainer(optimizer: SGD(learningRate: 0), epochs: 1, batchSize: 4), startsAtMean: true)
    let model = try ConvolutionalAutoencoder.train(
      .init(height: 7, width: 5, channels: 3, layers: 1, maps: 2, bottleneckMaps: 2, kernel: 3), on: images,
      settings: settings
    ).model
    let bias = model.decoder[0].bias.tensor.elements
    for (found, share) in zip(bias, [0.25, 0.8, 0.01]) {
      #expect(abs(Double(found) - log(share / (1 - share))) < 1e-4)
    }
  }
}
