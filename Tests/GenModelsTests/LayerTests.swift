import GenModels
import Testing

@Suite("Layers")
struct LayerTests {
  @Test("A model's parameters have names, and their number is known")
  func names() {
    let model = Sequential(
      [
        .convolution(channels: 8, kernel: 5), .maximumPooling(window: 2), .batchNormalization, .flatten,
        .dense(units: 10),
      ], exampleShape: [28, 28, 1], seed: 1)
    #expect(
      model.namedTensors.map(\.name) == [
        "0.weight", "0.bias", "2.scale", "2.shift", "2.runningMean", "2.runningVariance", "4.weight",
        "4.bias",
      ])
    #expect(model.parameterCount == 25 * 8 + 8 + 16 + 12 * 12 * 8 * 10 + 10)
    #expect(model.outputShape == [10])
    #expect(model(Tensor.zeros([3, 28, 28, 1])).shape == [3, 10])
  }

  @Test("A model of one's own is a struct of layers, and works on tensors and variables alike")
  func ownModel() {
    struct Residual: Layer {
      var inner: Dense
      func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
        x + inner(x, context)
      }
      mutating func visitParameters(with visitor: ParameterVisitor) { visitor.visit("inner", &inner) }
    }
    var random = RandomGenerator(seed: 2)
    let model = Residual(inner: Dense(inputs: 3, outputs: 3, activation: .tanh, using: &random))
    let x = random.normal([4, 3])
    let y = model(x)
    #expect(model.namedParameters.map(\.name) == ["inner.weight", "inner.bias"])
    let (value, slope) = valueWithGradient(at: x) { model($0).sum() }
    #expect(value == y.sum())
    #expect(slope.shape == x.shape)
  }

  @Test(
    "Glorot's and He's laws", arguments: [Initialization.glorotUniform, .glorotNormal, .heUniform, .heNormal])
  func initialization(_ law: Initialization) {
    var random = RandomGenerator(seed: 3)
    let weights = law.weights([300, 500], fanIn: 300, fanOut: 500, using: &random)
    let variance = weights.squared().mean().scalar
    let expected: Float =
      switch law {
      case .glorotUniform, .glorotNormal: 2 / 800
      default: 2 / 300
      }
    #expect(abs(variance / expected - 1) < 0.02)
    #expect(abs(weights.mean().scalar) < 3e-4)
  }

  @Test("Dropout passes everything in use, and keeps the mean in training")
  func dropout() {
    let x = Tensor.ones([200, 100])
    let layer = Dropout(probability: 0.3)
    #expect(layer(x) == x)
    let y = layer(x, .training(using: RandomGenerator(seed: 1)))
    #expect(abs(y.mean().scalar - 1) < 0.02)
    #expect(Set(y.elements) == [0, 1 / 0.7])
    #expect(layer(x, .training(using: RandomGenerator(seed: 1))) == y)
  }

  @Test("Batch-norm: standardised in training, running averages in use")
  func batchNorm() throws {
    var random = RandomGenerator(seed: 4)
    let x = random.normal([64, 5], mean: 3, standardDeviation: 2)
    let y = BatchNorm(channels: 5)(x, .training(using: random))
    #expect(y.mean(axes: [0]).elements.allSatisfy { abs($0) < 1e-5 })
    #expect(y.squared().mean(axes: [0]).elements.allSatisfy { abs($0 - 1) < 1e-3 })

    // Trained long enough, the averages are those of the data.
    struct Normalizer: Layer {
      var norm = BatchNorm(channels: 5)
      func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value { norm(x, context) }
      mutating func visitParameters(with visitor: ParameterVisitor) { visitor.visit("norm", &norm) }
    }
    let trainer = Trainer(optimizer: SGD(learningRate: 0), epochs: 100, batchSize: 64)
    let trained = try trainer.train(Normalizer(), on: TrainingSet(x)) { model, batch, scope in
      model(scope.constant(batch.inputs), scope.context).sum()
    }
    let difference = trained.model(x) - y
    #expect(difference.absolute().maximum(axis: 1).elements.allSatisfy { $0 < 0.1 })
  }

  @Test("Winner-take-all keeps one value in a map, and the share of maps asked for")
  func winnerTakeAll() {
    var random = RandomGenerator(seed: 5)
    let x = random.uniform([3, 6, 6, 10])
    let y = WinnerTakeAll(channelSparsity: 0.4)(x)
    let winners = y.step().sum(axes: [1, 2])
    #expect(winners.elements.allSatisfy { $0 == 0 || $0 == 1 })
    #expect(winners.sum(axes: [1]) == Tensor([6, 6, 6]))
    let lifetime = WinnerTakeAll(lifetimeRate: 0.5)
    #expect(lifetime(x).step().sum(axes: [0, 1, 2]) == Tensor(repeating: 3, shape: [10]))
    let inTraining = lifetime(x, .training(using: random)).step().sum(axes: [0, 1, 2])
    #expect(inTraining == Tensor(repeating: 2, shape: [10]))
  }

  @Test("With a stride one value stays in each cell of positions, the largest of its winners")
  func winnersInCells() {
    var random = RandomGenerator(seed: 5)
    let x = random.uniform([3, 6, 7, 20])
    let all = WinnerTakeAll()(x)
    for stride in [1, 2, 4, 7] {
      let kept = WinnerTakeAll(channelStride: stride)(x)
      for image in 0..<3 {
        for (top, left) in Array(0..<6).flatMap({ y in (0..<7).map { (y, $0) } })
        where top % stride == 0 && left % stride == 0 {
          func cell(_ values: Tensor) -> [Float] {
            (top..<min(6, top + stride)).flatMap { y in
              (left..<min(7, left + stride)).flatMap { x in (0..<20).map { values[image, y, x, $0] } }
            }
          }
          let largest = cell(all).max()!
          #expect(cell(kept).filter { $0 != 0 } == (largest > 0 ? [largest] : []))
        }
      }
    }
    // Then the share of maps: of 20, 12 are zeroed, those that lost in their cells among them.
    let both = WinnerTakeAll(channelSparsity: 0.6, channelStride: 1)(x).step().sum(axes: [1, 2, 3])
    #expect(both.elements.allSatisfy { $0 <= 8 && $0 > 0 })
  }

  @Test(
    "In a sequence the compact code gives what the dense images give",
    arguments: [(0, nil), (0.3, nil), (0, 1), (0.3, 3)] as [(Double, Int?)])
  func compactCode(sparsity: Double, stride: Int?) {
    let fused = Sequential(
      [
        .convolution(channels: 7, kernel: 3),
        .winnerTakeAll(channelSparsity: sparsity, channelStride: stride),
        .convolution(channels: 2, kernel: 3, activation: .sigmoid, padding: .full),
      ], exampleShape: [9, 8, 2], seed: 6)
    var random = RandomGenerator(seed: 7)
    let x = random.uniform([4, 9, 8, 2])
    let weights = fused.namedParameters.map(\.tensor)
    func dense<Value: TensorAlgebra>(_ x: Value) -> Value {
      let maps = x.convolved(weights: x.constant(weights[0]), bias: x.constant(weights[1]), activation: .relu)
      return WinnerTakeAll(channelSparsity: sparsity, channelStride: stride)(maps).convolved(
        weights: x.constant(weights[2]), bias: x.constant(weights[3]), activation: .sigmoid, padding: .full)
    }
    let difference = (fused(x) - dense(x)).absolute()
    #expect(difference.elements.allSatisfy { $0 < 1e-5 })
    let slopes = (
      gradient(at: x) { fused($0).squared().sum() }, gradient(at: x) { dense($0).squared().sum() }
    )
    #expect((slopes.0 - slopes.1).absolute().elements.allSatisfy { $0 < 1e-4 })
  }
}
