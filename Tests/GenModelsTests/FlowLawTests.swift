import GenModels
import Testing

@Suite("Laws of bijections and flows")
struct FlowLawTests {
  @Test("Round trips return where they started", arguments: FlowCase.all, ParameterState.allCases)
  func roundTrip(_ law: FlowCase, _ state: ParameterState) throws {
    let flow = try law.flow(state)
    let (x, labels) = (law.examples(64), law.labels(64))
    let there = flow.latent(of: x, labels: labels)
    let back = flow.examples(from: there.value, labels: labels)
    // Rounding is multiplied by how far the map stretches on the way back: by what it makes of z moved by a few roundings.
    var random = RandomGenerator(seed: 7)
    let roundings = random.uniform(there.value.shape, in: -1e-6..<1e-6) * (1 + there.value.absolute())
    let response = (flow.examples(from: there.value + roundings, labels: labels) - back).largestMagnitude
    let limit = state == .extreme ? max(1e-4, 10 * response) : 1e-4
    #expect((back - x).largestMagnitude < limit, "f⁻¹(f(x)) for \(law.name)")
    guard state != .extreme else { return }
    let again = flow.latent(of: back, labels: labels)
    #expect((again.value - there.value).largestMagnitude < 1e-3, "f(f⁻¹(z)) for \(law.name)")
  }

  @Test("An example is the same alone and among more than fit one piece of the work", arguments: FlowCase.all)
  func pieces(_ law: FlowCase) throws {
    let flow = try law.flow(.moved)
    let count = flow.exampleShape.rank == 1 ? 1030 : 131
    var random = RandomGenerator(seed: 5)
    let z = flow.base.sample(count: count, labels: law.labels(count), temperature: 1, using: &random)
    let all = flow.examples(from: z, labels: law.labels(count))
    #expect(Array(all.shape) == [count] + Array(flow.exampleShape))
    for row in [0, count - 2] {
      let rows = row..<row + 2
      let labels = law.labels(count).map { Indexes(Array($0.elements[rows])) }
      let alone = flow.examples(from: z.sliced(axis: 0, rows), labels: labels)
      let size = 1 + alone.largestMagnitude
      #expect((all.sliced(axis: 0, rows) - alone).largestMagnitude < 1e-4 * size, "\(law.name), \(row)")
    }
  }

  @Test("The inverse's log-determinant is minus the map's", arguments: FlowCase.all, ParameterState.allCases)
  func inverseDeterminant(_ law: FlowCase, _ state: ParameterState) throws {
    // In the middle of a chain there may be another shape; the chain is asked itself.
    guard law.architecture.classCount == nil else { return }
    // Many bijections far from their start multiply rounding beyond what can be compared.
    guard state != .extreme || law.architecture.bijections.count == 1 else { return }
    let chain = try law.flow(state).bijections
    let there = chain.forward(law.examples(32))
    let back = chain.inverse(there.value)
    let sum = there.logDeterminant + back.logDeterminant
    let size = 1 + there.logDeterminant.largestMagnitude
    #expect(sum.largestMagnitude < (state == .extreme ? 1e-2 : 1e-3) * size)
  }

  @Test("The log-determinant is the Jacobian's", arguments: FlowCase.all, ParameterState.allCases)
  func determinant(_ law: FlowCase, _ state: ParameterState) throws {
    let flow = try law.flow(state)
    for seed in [2, 3] as [UInt64] {
      let x = law.examples(1, seed: seed)
      let labels = law.labels(1)
      let found = Double(flow.latent(of: x, labels: labels).logDeterminant.scalar)
      let features = flow.features
      let jacobian = Matrix(
        (0..<features).map { row in
          vjp(at: x, upstream: { _ in Tensor.oneHot(Indexes([row]), classes: features) }) {
            flow.latent(of: $0, labels: labels).value
          }.product.elements.map { Double($0) }
        })
      let expected = try LU(jacobian).logDeterminant
      #expect(abs(found - expected) <= 1e-3 * max(1, abs(expected)), "\(law.name): \(found), \(expected)")
    }
  }

  @Test(
    "Gradients to examples agree with differences, and fused ones with composed ones", arguments: FlowCase.all
  )
  func gradients(_ law: FlowCase) throws {
    let flow = try law.flow(.moved)
    let (x, labels) = (law.examples(6), law.labels(6))
    func value(_ x: Variable) -> Variable { flow.logDensities(of: x, labels: labels).sum() }
    let fused = gradient(at: x) { value($0) }
    // A recorded gradient is made of other primitives than a fused one.
    let composed = valueWithGradient(at: x) { x -> Variable in
      let recorded = value(x).gradient(withRespectTo: x)
      return (recorded - fused).squared().sum()
    }
    #expect(composed.value.scalar < 1e-5 * (1 + fused.squared().sum().scalar))
    #expect(composed.gradient.elements.allSatisfy { $0.isFinite })
    // A hidden unit that crosses its kink on the way spoils a difference, so two directions of three must agree.
    var random = RandomGenerator(seed: 4)
    var disagreements: [String] = []
    for _ in 0..<3 {
      let direction = random.normal(x.shape)
      func along(_ step: Float) -> Double {
        flow.logDensities(of: x + direction * step, labels: labels).elements.reduce(0) { $0 + Double($1) }
      }
      let step: Float = 5e-4
      let difference = (along(step) - along(-step)) / (2 * Double(step))
      let product = Double((fused * direction).sum().scalar)
      if abs(difference - product) > 0.03 * (abs(product) + 1) {
        disagreements.append("\(difference), \(product)")
      }
    }
    #expect(disagreements.count <= 1, "\(disagreements)")
  }

  @Test(
    "A step against the gradient of the parameters lowers the loss as it should", arguments: FlowCase.models)
  func parameterGradients(_ law: FlowCase) throws {
    let flow = try law.flow(.moved)
    let data = try TrainingSet(law.examples(64), labels: law.labels(64))
    let rate = 1e-5
    let stepped = try Trainer(optimizer: SGD(learningRate: rate), epochs: 1, batchSize: 64).train(
      flow, on: data, loss: Flow.loss
    ).model
    var squaredGradient = 0.0
    for (old, new) in zip(flow.namedParameters, stepped.namedParameters) {
      for (a, b) in zip(old.tensor.elements, new.tensor.elements) {
        squaredGradient += Double((a - b) * (a - b)) / (rate * rate)
      }
    }
    let trainer = Trainer(batchSize: 64)
    let before = try trainer.mean(Flow.loss, of: flow, on: data)
    let after = try trainer.mean(Flow.loss, of: stepped, on: data)
    let expected = rate * squaredGradient
    #expect(
      abs(before - after - expected) < 0.15 * expected + 2e-5 * abs(before), "\(before - after), \(expected)")
  }

  @Test("Scores and training have the same bits for one thread and for two", arguments: FlowCase.models)
  func threads(_ law: FlowCase) throws {
    func run(_ threads: Int) throws -> ([Double], [Tensor]) {
      try Parallelism.withThreads(threads) {
        let flow = try law.flow(.trained)
        let x = law.examples(300)
        return (try flow.logDensity(x), flow.namedTensors.map(\.tensor))
      }
    }
    let (one, two) = (try run(1), try run(2))
    #expect(one.0 == two.0)
    #expect(one.1 == two.1)
  }

  @Test("An example's density does not depend on the others", arguments: FlowCase.models)
  func batches(_ law: FlowCase) throws {
    let flow = try law.flow(.moved)
    let x = law.examples(40)
    let together = try flow.logDensity(x)
    for row in [0, 17, 39] {
      let alone = try flow.logDensity(x.sliced(axis: 0, row..<row + 1))[0]
      #expect(abs(alone - together[row]) <= 1e-5 * (1 + abs(alone)))
    }
    let none = try flow.logDensity(x.sliced(axis: 0, 0..<0))
    #expect(none.isEmpty)
  }

  @Test("A saved flow is the same to the bit", arguments: FlowCase.all)
  func saved(_ law: FlowCase) throws {
    try withTemporaryFolder { folder in
      let flow = try law.flow(.moved)
      try flow.save(to: "\(folder)/flow.safetensors")
      let loaded = try Flow(contentsOf: "\(folder)/flow.safetensors")
      #expect(loaded.architecture == flow.architecture)
      let (x, labels) = (law.examples(10), law.labels(10))
      let (expected, found) = (
        try labels.map { try flow.logDensity(x, labels: $0) } ?? flow.logDensity(x),
        try labels.map { try loaded.logDensity(x, labels: $0) } ?? loaded.logDensity(x)
      )
      #expect(found == expected)
      var (one, two) = (RandomGenerator(seed: 6), RandomGenerator(seed: 6))
      let drawn = loaded.sample(count: 5, using: &one)
      let same = flow.sample(count: 5, using: &two)
      #expect(drawn == same)
    }
  }

  @Test(
    "Far, constant and non-finite examples give finite scores or an error", arguments: FlowCase.models,
    ParameterState.allCases)
  func extremes(_ law: FlowCase, _ state: ParameterState) throws {
    let flow = try law.flow(state)
    let shape = Shape([2] + law.architecture.exampleShape)
    for value in [0, 1, -1, 1e6, -1e6, 1e30, -1e30, .leastNonzeroMagnitude] as [Float] {
      do {
        let scores = try flow.logDensity(Tensor(repeating: value, shape: shape))
        #expect(scores.allSatisfy { $0.isFinite }, "\(value) in \(law.name)")
      } catch is ExampleError {}
    }
    for value in [Float.nan, .infinity] {
      #expect(throws: ExampleError.self) { try flow.logDensity(Tensor(repeating: value, shape: shape)) }
    }
  }
}
