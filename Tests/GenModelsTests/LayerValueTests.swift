import GenModels
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Layers and fresh models against their formulas, on sizes that all differ.
@Suite("Values of layers and of fresh models")
struct LayerValueTests {
  private func close(_ a: Float, _ b: Double, _ tolerance: Double = 2e-6) -> Bool {
    abs(Double(a) - b) <= tolerance * max(1, abs(b))
  }

  @Test("Activations, alone and at the end of a layer")
  func activations() {
    let numbers: [Float] = [-3, -0.5, 0, 0.25, 2]
    let laws: [(Activation, (Double) -> Double)] = [
      (.identity, { $0 }), (.relu, { max(0, $0) }), (.sigmoid, { 1 / (1 + exp(-$0)) }), (.tanh, { tanh($0) }),
      (.softplus, { log(1 + exp($0)) }), (.leakyReLU(slope: 0.125), { $0 < 0 ? 0.125 * $0 : $0 }),
    ]
    let x = Tensor(numbers, shape: [5, 1])
    for (activation, law) in laws {
      // 2 x + 1, as a layer of one unit, as a convolution of one pixel, and in a sequence.
      let dense = Dense(weight: Tensor([2], shape: [1, 1]), bias: Tensor([1]), activation: activation)
      let convolution = Convolution(
        weight: Tensor([2], shape: [1, 1, 1, 1]), bias: Tensor([1]), activation: activation)
      let images = convolution(x.reshaped([5, 1, 1, 1]), .inference).elements
      let sequence = Sequential([.activation(activation)], exampleShape: [1], seed: 1)(x).elements
      for (index, number) in numbers.enumerated() {
        let expected = law(2 * Double(number) + 1)
        #expect(close(dense(x, .inference)[index, 0], expected), "\(activation) of \(2 * number + 1)")
        #expect(close(images[index], expected), "\(activation) of \(2 * number + 1) in a convolution")
        #expect(close(sequence[index], law(Double(number))), "\(activation) of \(number)")
      }
    }
  }

  @Test("A dense layer is x W + b, a row of x for an example and a column of W for a unit")
  func dense() {
    let layer = Dense(weight: Tensor([1, 2, 3, 10, 20, 30], shape: [2, 3]), bias: Tensor([0.5, -0.5, 4]))
    let y = layer(Tensor([1, 0, 0, 1, 2, 3], shape: [3, 2]), .inference)
    #expect(y == Tensor([1.5, 1.5, 7, 10.5, 19.5, 34, 32.5, 63.5, 100], shape: [3, 3]))
  }

  @Test("Dropout zeroes its share and divides the rest by what is left, by the step's own draws")
  func dropout() {
    let x = Tensor(repeating: 2, shape: [3000, 2])
    let y = Dropout(probability: 0.2)(x, .training(using: RandomGenerator(seed: 3)))
    let zeros = y.elements.count { $0 == 0 }
    #expect(abs(Double(zeros) / 6000 - 0.2) < 0.02)
    #expect(y.elements.allSatisfy { $0 == 0 || $0 == 2 * (1 / 0.8) })
  }

  // MARK: Fresh weights

  private func variance(_ x: Tensor) -> Double {
    let numbers = x.elements.map { Double($0) }
    let mean = numbers.reduce(0, +) / Double(numbers.count)
    return numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count)
  }

  @Test("Fresh layers draw by their own numbers of inputs and outputs")
  func fans() throws {
    func expect(_ tensor: Tensor, _ variance: Double, _ what: String) {
      #expect(abs(self.variance(tensor) / variance - 1) < 0.1, "\(what)")
    }
    var random = RandomGenerator(seed: 5)
    expect(
      Dense(inputs: 300, outputs: 20, initialization: .heNormal, using: &random).weight.tensor, 2.0 / 300,
      "He's law of a dense layer")
    expect(Dense(inputs: 300, outputs: 20, using: &random).weight.tensor, 2.0 / 320, "Glorot's law")
    // 9 taps of 10 channels in, of 30 out.
    let convolution = Convolution(
      inChannels: 10, outChannels: 30, kernel: 3, initialization: .heUniform, using: &random)
    expect(convolution.weight.tensor, 2.0 / 90, "He's law of a convolution")
    let plain = Convolution(inChannels: 10, outChannels: 30, kernel: 3, using: &random)
    expect(plain.weight.tensor, 2.0 / (9 * 40), "Glorot's law of a convolution")
    let he = Sequential(
      [.convolution(channels: 30, kernel: 3), .flatten, .dense(units: 7)], exampleShape: [6, 5, 10], seed: 2,
      initialization: .heNormal)
    let tensors = Dictionary(uniqueKeysWithValues: he.namedTensors.map { ($0.name, $0.tensor) })
    expect(try #require(tensors["0.weight"]), 2.0 / 90, "He's law of a convolution in a sequence")
    expect(try #require(tensors["2.weight"]), 2.0 / (30 * 12), "He's law of a dense layer in a sequence")
    let autoencoder = ConvolutionalAutoencoder(
      .init(height: 12, width: 11, channels: 2, layers: 2, maps: 30, bottleneckMaps: 10, kernel: 3), seed: 1)
    expect(autoencoder.encoder[0].weight.tensor, 2.0 / (9 * 32), "the encoder's first layer")
    expect(autoencoder.encoder[1].weight.tensor, 2.0 / (9 * 40), "the encoder's last layer")
    expect(autoencoder.decoder[0].weight.tensor, 2.0 / (9 * 40), "the decoder's first layer")
    let dense = DenseAutoencoder(.init(features: 200, hidden: [40]), seed: 1)
    expect(dense.encoder[0].weight.tensor, 2.0 / 240, "a dense autoencoder's encoder")
    // Couplings' hidden layers by He's law on what they read, their last layer at zero.
    let flow = Flow(.realNVP(features: 100, couplings: 1, hidden: [60, 30], classCount: 10), seed: 1)
    let networks = Dictionary(uniqueKeysWithValues: flow.namedTensors.map { ($0.name, $0.tensor) })
    expect(try #require(networks["bijections.1.network.0.weight"]), 2.0 / 60, "a coupling's first layer")
    expect(try #require(networks["bijections.1.network.1.weight"]), 2.0 / 60, "a coupling's second layer")
    #expect(try #require(networks["bijections.1.network.2.weight"]).elements.allSatisfy { $0 == 0 })
    for (name, tensor) in networks where name.hasSuffix("bias") {
      #expect(tensor.elements.allSatisfy { $0 == 0 }, "\(name)")
    }
  }

  @Test("Tensors of one shape in a fresh model are drawn apart, and depend on the seed")
  func independence() {
    let models: [(String, (UInt64) -> [(name: String, tensor: Tensor)])] = [
      (
        "sequence",
        { Sequential([.dense(units: 4), .dense(units: 4)], exampleShape: [4], seed: $0).namedTensors }
      ),
      ("autoencoder", { DenseAutoencoder(.init(features: 4, hidden: [4, 4]), seed: $0).namedTensors }),
      (
        "convolutional autoencoder",
        {
          ConvolutionalAutoencoder(
            .init(height: 9, width: 8, layers: 3, maps: 3, bottleneckMaps: 3, kernel: 3), seed: $0
          ).namedTensors
        }
      ),
      ("flow", { Flow(.glow(features: 4, steps: 2, hidden: [4, 4]), seed: $0).namedTensors }),
      ("spline flow", { Flow(.splineFlow(features: 4, couplings: 2, hidden: [4]), seed: $0).namedTensors }),
    ]
    for (name, make) in models {
      let first = make(1).filter { Set($0.tensor.elements).count > 2 && !$0.name.contains("permutation") }
      #expect(first.count >= 2)
      for i in first.indices {
        for j in 0..<i {
          #expect(first[i].tensor != first[j].tensor, "\(name): \(first[i].name), \(first[j].name)")
        }
      }
      let other = Dictionary(uniqueKeysWithValues: make(2).map { ($0.name, $0.tensor) })
      #expect(first.contains { other[$0.name] != $0.tensor }, "\(name)")
      #expect(make(1).map(\.tensor) == make(1).map(\.tensor), "\(name)")
    }
  }

  // MARK: Couplings

  /// A flow of one coupling of three features whose network gives the same numbers whatever it reads.
  private func coupling(
    _ transform: CouplingTransform, _ outputs: [Float], changes: ChannelHalf
  ) throws -> Flow {
    var flow = Flow(
      Flow.Architecture(exampleShape: [3], bijections: [.coupling(transform, hidden: [2], changes: changes)]),
      seed: 1)
    var tensors = Dictionary(uniqueKeysWithValues: flow.namedTensors.map { ($0.name, $0.tensor) })
    tensors["bijections.0.network.1.bias"] = Tensor(outputs)
    try flow.setTensors(tensors)
    return flow
  }

  @Test(
    "An affine coupling scales by the exponential of a clamped number, then shifts; the other half passes")
  func affineCoupling() throws {
    let x = Tensor([0.5, -1, 2, 3, 0.25, -4], shape: [2, 3])
    // The second half is two features: their raw scales, then their shifts.
    let flow = try coupling(.affine(clamp: 1.5), [0.75, -40, 0.25, -2], changes: .second)
    let mapped = flow.latent(of: x)
    let scales = [0.75, -40].map { 1.5 * 0.636 * atan($0) }
    for row in 0..<2 {
      #expect(mapped.value[row, 0] == x[row, 0])
      #expect(close(mapped.value[row, 1], Double(x[row, 1]) * exp(scales[0]) + 0.25))
      #expect(close(mapped.value[row, 2], Double(x[row, 2]) * exp(scales[1]) - 2))
      #expect(close(mapped.logDeterminant[row], scales[0] + scales[1]))
    }
    // However large, a scale stays within the clamp.
    let extreme = try coupling(.affine(clamp: 1.5), [1e30, 0], changes: .first).latent(of: x)
    #expect(extreme.logDeterminant.elements.allSatisfy { $0 < 1.5 && $0 > 1.49 })
    #expect(extreme.value[0, 1] == -1 && extreme.value[1, 2] == -4)
  }

  @Test("An additive coupling shifts, and keeps the volume")
  func additiveCoupling() throws {
    let x = Tensor([0.5, -1, 2, 3, 0.25, -4], shape: [2, 3])
    let mapped = try coupling(.additive, [0.5, -2], changes: .second).latent(of: x)
    #expect(mapped.value == Tensor([0.5, -0.5, 0, 3, 0.75, -6], shape: [2, 3]))
    #expect(mapped.logDeterminant == Tensor([0, 0]))
  }

  @Test("A fresh spline is the identity, and any is so outside of its bound")
  func splineCoupling() throws {
    let x = Tensor([0.5, -1, 2.5, 3, 0.25, -4], shape: [2, 3])
    var random = RandomGenerator(seed: 4)
    let outputs = random.normal([2 * 11], standardDeviation: 2).elements
    let mapped = try coupling(.spline(bins: 4, bound: 2), outputs, changes: .second).latent(of: x)
    #expect(mapped.value[0, 2] == 2.5 && mapped.value[1, 2] == -4)
    #expect(mapped.value[0, 1] != -1 && abs(mapped.value[0, 1]) < 2 && abs(mapped.value[1, 1]) < 2)
    #expect(mapped.value[0, 0] == 0.5 && mapped.value[1, 0] == 3)
  }

  // MARK: Training a flow

  @Test("A flow's validation is measured with one draw of noise, the same in every epoch")
  func validationNoise() throws {
    let flow = Flow(.glow(images: [4, 2, 1], levels: 1, steps: 1, hiddenChannels: 2, greyLevels: 4), seed: 1)
    var random = RandomGenerator(seed: 2)
    let x = Tensor(random.integers(20 * 8, below: 4).elements.map { Float($0) / 3 }, shape: [20, 4, 2, 1])
    let trainer = Trainer(optimizer: SGD(learningRate: 0), epochs: 3, batchSize: 6, seed: 4)
    let result = try flow.train(on: x, validation: (x: x, labels: nil), trainer: trainer)
    let losses = result.history.map { $0.validationLoss! }
    #expect(losses[0] == losses[1] && losses[1] == losses[2])
    // It is the loss with noise, not that at the levels, and training's noise is anew in each step.
    let atLevels = -(try result.model.logDensity(x).reduce(0, +)) / 20
    #expect(abs(losses[0] - atLevels) > 1e-4)
    #expect(Set(result.history.map(\.loss)).count == 3)
    #expect(result.history.allSatisfy { abs($0.loss - atLevels) < 3 })
  }

  @Test("A training is a flow set from its examples with noise of their own, then the trainer's steps")
  func flowTraining() throws {
    var levels = RandomGenerator(seed: 7)
    let x = Tensor(levels.integers(10, below: 4).elements.map { Float($0) / 3 }, shape: [5, 2])
    var architecture = Flow.Architecture.glow(features: 2, steps: 1, hidden: [4])
    architecture.greyLevels = 4
    let flow = Flow(architecture, seed: 3)
    let trainer = Trainer(optimizer: Adam(learningRate: 0.01), epochs: 2, batchSize: 2, seed: 6)
    let whole = try flow.train(on: x, trainer: trainer)
    let random = RandomGenerator(seed: 6).split("flow").split("initialization")
    let steps = try trainer.train(
      flow.initialized(from: x, using: random), on: TrainingSet(x), loss: Flow.loss)
    #expect(whole.history == steps.history)
    #expect(whole.model.namedTensors.map(\.tensor) == steps.model.namedTensors.map(\.tensor))
  }
}
