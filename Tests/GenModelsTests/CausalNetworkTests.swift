import Foundation
import Testing

import GenModels

@Suite("Causal networks of sequences")
struct CausalNetworkTests {
  @Test("Ten lines: train on sequences of different lengths, score, draw")
  func usage() throws {
    let sequences = (0..<60).map { number in
      Matrix((0..<6 + number % 3).map { [sin(Double($0 + number) * 0.9)] })
    }
    let trainer = Trainer(optimizer: Adam(learningRate: 0.01), epochs: 15, batchSize: 20)
    let model = try CausalConvolution(.init(steps: StepModel(numbers: 1), channels: 12, layers: 3), seed: 1)
      .train(on: sequences, trainer: trainer).model
    let own = try model.logDensity(sequences).reduce(0, +) / 60
    let noise = try model.logDensity([Matrix([[0.9], [-0.9], [0.9], [-0.9], [0.9], [-0.9]])])[0]
    #expect(own > noise)
    var random = RandomGenerator(seed: 1)
    #expect(model.sample(count: 2, using: &random)[0].rows == 7)
  }

  @Test("A transformer learns which symbol follows which")
  func symbols() throws {
    let sequences = (0..<40).map { number in Matrix((0..<8).map { [Double(($0 + number) % 4)] }) }
    let trainer = Trainer(optimizer: Adam(learningRate: 0.01), epochs: 20, batchSize: 20)
    let model = try CausalTransformer(
      .init(steps: StepModel(symbols: 4), mostSteps: 8, width: 16, heads: 2, layers: 1), seed: 1
    ).train(on: sequences, trainer: trainer).model
    // The first symbol is free, ln 4 = 1.39 nats; the others follow.
    #expect(try model.logDensity([sequences[0]])[0] > -2)
    #expect(throws: ExampleError.noSymbol(example: 0, step: 1, value: 4, symbols: 4)) {
      _ = try model.logDensity([Matrix([[0], [4]])])
    }
    #expect(throws: ExampleError.tooLong(example: 1, steps: 9, most: 8)) {
      _ = try model.logDensity([sequences[0], Matrix(rows: 9, columns: 1, repeating: 0)])
    }
    #expect(throws: ExampleError.emptySequence(example: 0)) {
      _ = try model.logDensity([Matrix(rows: 0, columns: 1, elements: [])])
    }
  }

  private func expectCausal(_ model: some CausalNetwork, length: Int) {
    var random = RandomGenerator(seed: 2)
    let width = model.steps.inputs
    let x = random.normal([1, length, width])
    let before = model.outputs(x, .inference)
    for step in [0, 1, length / 2, length - 1] {
      var changed = x
      changed[0, step, 0] = x[0, step, 0] + 1
      let after = model.outputs(changed, .inference)
      for other in 0..<length {
        let differs = (0..<model.steps.parameters).contains { before[0, other, $0] != after[0, other, $0] }
        #expect(!differs || other >= step, "\(type(of: model)): step \(other) depends on step \(step)")
        if other == step { #expect(differs) }
      }
    }
  }

  /// The numbers of each step, from whole passes and from kept states.
  private func expectSameSteps(_ model: some CausalNetwork, length: Int) {
    var random = RandomGenerator(seed: 3)
    let x = random.normal([2, length, model.steps.inputs])
    let whole = model.outputs(x, .inference)
    var state = model.start(count: 2)
    for step in 0..<length {
      let input = x.sliced(axis: 1, step..<step + 1).reshaped([2, model.steps.inputs])
      let found = model.next(input, &state)
      let expected = whole.sliced(axis: 1, step..<step + 1).reshaped([2, model.steps.parameters])
      let largest = zip(found.elements, expected.elements).map { abs($0 - $1) }.max() ?? 0
      #expect(largest < 1e-4)
    }
  }

  @Test("Outputs depend on the steps before alone, and kept states give what whole passes give")
  func causality() {
    let strokes = StepModel(numbers: 2, flags: 1, mixtures: 3)
    let convolution = CausalConvolution(
      .init(steps: strokes, channels: 5, layers: 3, stacks: 2, kernel: 3), seed: 1)
    let transformer = CausalTransformer(
      .init(steps: strokes, mostSteps: 20, width: 8, heads: 2, layers: 2), seed: 1)
    expectCausal(convolution, length: 19)
    expectCausal(transformer, length: 19)
    expectSameSteps(convolution, length: 19)
    expectSameSteps(transformer, length: 19)
  }

  @Test("Probabilities of all sequences of symbols of one length add up to 1")
  func addsUp() throws {
    let sequences = (0..<81).map { number in
      Matrix((0..<4).map { [Double(number / [1, 3, 9, 27][$0] % 3)] })
    }
    let models: [any DensityModel<[Matrix]>] = [
      MADETests.extreme(
        CausalConvolution(.init(steps: StepModel(symbols: 3), channels: 4, layers: 2), seed: 1), factor: 3),
      MADETests.extreme(
        CausalTransformer(.init(steps: StepModel(symbols: 3), mostSteps: 4, width: 4, heads: 2), seed: 1),
        factor: 3),
    ]
    for model in models {
      let sum = MADETests.total(try model.logDensity(sequences))
      #expect(abs(sum - 1) < 1e-4, "\(sum)")
    }
  }
}
