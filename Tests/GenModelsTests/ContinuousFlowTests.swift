import Foundation
import GenModels
import OODDatasets
import Testing

@Suite("Continuous flows and flow matching")
struct ContinuousFlowTests {
  /// A flow whose last layer is not zero.
  static func shaken(_ architecture: ContinuousFlow.Architecture, by size: Float = 0.7) -> ContinuousFlow {
    var flow = ContinuousFlow(architecture, seed: 3)
    var random = RandomGenerator(seed: 8)
    var tensors = Dictionary(uniqueKeysWithValues: flow.namedTensors.map { ($0.name, $0.tensor) })
    for (name, tensor) in flow.namedTensors where name.hasPrefix("field") {
      tensors[name] = tensor + random.normal(tensor.shape) * size / Float(tensor.shape[0]).squareRoot()
    }
    try! flow.setTensors(tensors)
    return flow
  }

  @Test("A few lines train by flow matching, give densities and draw")
  func example() throws {
    var random = RandomGenerator(seed: 1)
    let moons = TwoMoons().sample(count: 2_000, using: &random)
    let flow = ContinuousFlow(.vectors(features: 2, hidden: [32, 32], objective: .matching()), seed: 1)
    let trainer = Trainer(
      optimizer: Adam(learningRate: 5e-3), epochs: 15, batchSize: 100, schedule: .cosine())
    let trained = try flow.train(on: moons, settings: DensityTraining(trainer: trainer)).model
    let held = TwoMoons().sample(count: 500, using: &random)
    let nats = try trained.logDensity(held)
    let fresh = try flow.logDensity(held)
    func mean(_ x: [Double]) -> Double { x.reduce(0, +) / Double(x.count) }
    #expect(mean(nats) > mean(fresh) + 0.3)
    #expect(mean(try TwoMoons().logDensity(held)) > mean(nats) - 0.05)
    let drawn = trained.sample(count: 500, using: &random)
    #expect(mean(try trained.logDensity(drawn)) > mean(nats) - 0.5)
  }

  @Test("Maximum likelihood comes near a Gaussian's entropy")
  func likelihood() throws {
    var random = RandomGenerator(seed: 1)
    let x = random.normal([600, 2]).matrixProduct(Tensor([1, 0.8, 0, 0.6], shape: [2, 2])) * 2
    let flow = ContinuousFlow(
      .vectors(
        features: 2, hidden: [16], solver: .init(control: .tolerance(1e-4)),
        objective: .likelihood(kinetic: 0.01, jacobian: 0.01)), seed: 1)
    let trainer = Trainer(optimizer: Adam(learningRate: 0.03), epochs: 8, batchSize: 100, schedule: .cosine())
    let result = try flow.train(on: x, settings: DensityTraining(trainer: trainer))
    let nats = try result.model.logDensity(x).reduce(0, +) / 600
    // ½ ln((2πe)² det Σ), det Σ = (4 · 0.6)².
    let entropy = log(2 * Double.pi * M_E) + log(4 * 0.6)
    #expect(abs(nats + entropy) < 0.08, "\(nats) beside \(-entropy)")
    #expect(try flow.logDensity(x).reduce(0, +) / 600 < nats - 0.1)
  }

  @Test("f(z) = A z has the log-determinant tr(A) T")
  func linear() throws {
    let a: [Float] = [0.4, -0.7, 0.2, -0.1, 0.5, 0.3, 0.6, 0.1, -0.2]
    var flow = ContinuousFlow(
      .vectors(features: 3, hidden: [], solver: .init(control: .tolerance(1e-6)), standardizes: false),
      seed: 1)
    var tensors = Dictionary(uniqueKeysWithValues: flow.namedTensors.map { ($0.name, $0.tensor) })
    tensors["field.0.weight"] = Tensor(a, shape: [3, 3])
    try flow.setTensors(tensors)
    var random = RandomGenerator(seed: 2)
    let z = random.normal([20, 3])
    let x = try flow.examples(from: z)
    let base = z.standardNormalLogDensity().elements
    for (nats, from) in zip(try flow.logDensity(x), base) {
      #expect(abs(nats - (Double(from) - 0.7)) < 2e-5)
    }
  }

  @Test(
    "The fused pass and its gradients are those of the composition, on all kernels",
    arguments: KernelVariant.available)
  func fused(_ variant: KernelVariant) throws {
    try KernelVariant.using(variant) {
      for activation in TimeDependentNetwork.Activation.allCases {
        for conditioning in TimeConditioning.allCases {
          for divergence in [DivergenceMethod.exact, .hutchinson(samples: 2, seed: 5)] {
            let flow = Self.shaken(
              .vectors(
                features: 3, hidden: [7, 18], activation: activation, conditioning: conditioning,
                frequencies: 1, divergence: divergence,
                solver: .init(.rungeKutta4, control: .fixed(steps: 3)), standardizes: false))
            var random = RandomGenerator(seed: 7)
            let x = random.normal([70, 3])
            let (value, gradient) = valueWithGradient(at: x) { flow.recordedLogDensity($0).sum() }
            // The gradient of a recorded gradient's sum goes through the composition.
            let direct = GenModels.gradient(at: x) { x in
              flow.recordedLogDensity(x).sum().gradient(withRespectTo: x).sum() * 0
                + flow.recordedLogDensity(x).sum()
            }
            let plain = flow.recordedLogDensity(x).sum().scalar
            #expect(abs(plain - value.scalar) < 1e-3)
            for (a, b) in zip(gradient.elements, direct.elements) { #expect(abs(a - b) < 1e-4) }
            try small(flow, x, gradient)
          }
        }
      }
    }
  }

  /// A recorded gradient (composed) against the fused one, and small changes against both.
  private func small(_ flow: ContinuousFlow, _ x: Tensor, _ gradient: Tensor) throws {
    var composed = Tensor.zeros(x.shape)
    _ = GenModels.gradient(at: x) { x in
      let found = flow.recordedLogDensity(x).sum().gradient(withRespectTo: x)
      composed = found.tensor
      return found.sum()
    }
    for (a, b) in zip(gradient.elements, composed.elements) { #expect(abs(a - b) < 2e-4 * max(1, abs(a))) }
    guard case .exact = flow.architecture.divergence else { return }
    for index in [0, 100, 200] {
      func value(_ change: Float) throws -> Double {
        var moved = x
        moved.withUnsafeMutableElements { $0[index] += change }
        return try flow.logDensity(moved)[index / 3]
      }
      let difference = (try value(0.01) - value(-0.01)) / 0.02
      #expect(abs(difference - Double(gradient.elements[index])) < 5e-3)
    }
  }

  @Test("Gradients of the training loss by parameters are what small changes do")
  func parameterGradients() throws {
    for objective in [ContinuousObjective.likelihood(kinetic: 0.3, jacobian: 0.2), .matching()] {
      let flow = Self.shaken(
        .vectors(
          features: 2, hidden: [5, 4], conditioning: .gating, frequencies: 1,
          solver: .init(control: .fixed(steps: 4)), objective: objective, standardizes: false))
      var random = RandomGenerator(seed: 7)
      let x = random.normal([90, 2])
      func loss(_ flow: ContinuousFlow) throws -> (value: Double, gradients: [String: Tensor]) {
        // Plain gradient descent of rate 1 says what the gradients were.
        let trainer = Trainer(optimizer: SGD(learningRate: 1), epochs: 1, batchSize: 90)
        let result = try flow.train(on: x, settings: DensityTraining(trainer: trainer))
        var gradients: [String: Tensor] = [:]
        for (before, after) in zip(flow.namedParameters, result.model.namedParameters) {
          gradients[before.name] = before.tensor - after.tensor
        }
        return (result.history[0].loss, gradients)
      }
      let gradients = try loss(flow).gradients
      for (name, tensor) in flow.namedParameters where name.hasPrefix("field") {
        let index = tensor.count / 2
        func value(_ change: Float) throws -> Double {
          var (moved, copy) = (flow, tensor)
          copy.withUnsafeMutableElements { $0[index] += change }
          var tensors = Dictionary(uniqueKeysWithValues: flow.namedTensors.map { ($0.name, $0.tensor) })
          tensors[name] = copy
          try moved.setTensors(tensors)
          return try loss(moved).value
        }
        let difference = (try value(0.02) - value(-0.02)) / 0.04
        #expect(
          abs(difference - Double(gradients[name]!.elements[index])) < 3e-3, "\(objective): \(name)")
      }
    }
  }

  @Test("Hutchinson's estimate has the exact divergence as its mean, within four standard errors")
  func hutchinson() throws {
    let exact = Self.shaken(.vectors(features: 4, hidden: [16], standardizes: false))
    var random = RandomGenerator(seed: 7)
    let x = random.normal([1, 4])
    let truth = try exact.logDensity(x)[0]
    let found = try (0..<400).map { seed -> Double in
      var architecture = exact.architecture
      architecture.divergence = .hutchinson(samples: 1, seed: UInt64(seed))
      var flow = ContinuousFlow(architecture, seed: 1)
      try flow.setTensors(Dictionary(uniqueKeysWithValues: exact.namedTensors.map { ($0.name, $0.tensor) }))
      return try flow.logDensity(x)[0]
    }
    let mean = found.reduce(0, +) / 400
    let variance = found.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 399
    #expect(variance > 1e-6)
    #expect(abs(mean - truth) < 4 * (variance / 400).squareRoot() + 1e-3, "\(mean) beside \(truth)")
  }

  @Test(
    "Densities integrate to 1, and a draw's noise comes back",
    arguments: [TimeConditioning.concatenation, .gating])
  func integral(_ conditioning: TimeConditioning) throws {
    let flow = Self.shaken(
      .vectors(
        features: 2, hidden: [24, 24], conditioning: conditioning, frequencies: 1, standardizes: false))
    let (side, reach) = (160, Float(8))
    let step = 2 * reach / Float(side)
    let grid = Tensor(shape: [side * side, 2]) { points in
      for i in 0..<side * side {
        points[2 * i] = -reach + (Float(i % side) + 0.5) * step
        points[2 * i + 1] = -reach + (Float(i / side) + 0.5) * step
      }
    }
    let mass = try flow.logDensity(grid).reduce(0) { $0 + exp($1) } * Double(step * step)
    #expect(abs(mass - 1) < 0.01, "\(mass)")
    var random = RandomGenerator(seed: 7)
    let z = random.normal([50, 2])
    let x = try flow.examples(from: z)
    #expect((x - z).absolute().maximum(axis: 0).elements.max()! > 0.1)
    let back = try backwards(flow, x)
    for (a, b) in zip(z.elements, back.elements) { #expect(abs(a - b) < 1e-3) }
  }

  /// Noise of examples, by the public solver.
  private func backwards(_ flow: ContinuousFlow, _ x: Tensor) throws -> Tensor {
    try DifferentialEquationSolver(control: .tolerance(1e-6)).solve(from: 1, to: 0, start: x) { time, y in
      flow.velocities(at: time.reshaped([time.count, 1]), y)
    }.end
  }

  @Test("Small images: levels, logits and an estimated divergence")
  func images() throws {
    var random = RandomGenerator(seed: 1)
    let x = Tensor(
      random.integers(30 * 16, below: 256).elements.map { Float($0) / 255 }, shape: [30, 4, 4, 1])
    for objective in [ContinuousObjective.matching(), .likelihood()] {
      let flow = ContinuousFlow(.images([4, 4, 1], hidden: [8], objective: objective), seed: 1)
      let trainer = Trainer(epochs: 2, batchSize: 10)
      let trained = try flow.train(on: x, settings: DensityTraining(trainer: trainer)).model
      #expect(try trained.logDensity(x).allSatisfy { $0.isFinite })
      let drawn = trained.sample(count: 3, using: &random)
      #expect(drawn.shape == [3, 4, 4, 1] && drawn.elements.allSatisfy { (-0.1...1.1).contains($0) })
    }
  }

  @Test("Architectures that make no sense, and equations that don't end, are refused in words")
  func refusals() throws {
    for bad in [
      ContinuousFlow.Architecture.vectors(features: 0), .vectors(features: 2, hidden: [0]),
      .vectors(features: 2, solver: .init(control: .tolerance(0))),
      .vectors(features: 2, solver: .init(.euler)),
      .vectors(features: 2, divergence: .hutchinson(samples: 0)),
      .vectors(features: 2, objective: .likelihood(kinetic: -1)),
      .vectors(features: 2, objective: .matching(.init(deviation: .nan))),
    ] {
      #expect(throws: ModelFileError.self) { try ContinuousFlow.validating(bad, seed: 1) }
    }
    let stiff = Self.shaken(
      .vectors(
        features: 2, hidden: [8], solver: .init(control: .tolerance(1e-5, mostSteps: 2)), standardizes: false),
      by: 3)
    #expect {
      try stiff.logDensity(.ones([3, 2]))
    } throws: { error in
      guard case .tooManySteps(0, _, 2)? = error as? DifferentialEquationError else { return false }
      return "\(error)".contains("example 0")
    }
    var random = RandomGenerator(seed: 1)
    #expect(stiff.sample(count: 4, using: &random).elements.allSatisfy { $0.isFinite })
  }
}
