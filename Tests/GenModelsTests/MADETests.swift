import Foundation
import Testing

import GenModels

@Suite("MADE and Chow-Liu trees")
struct MADETests {
  /// All vectors of `count` numbers 0 and 1.
  static func allBits(_ count: Int) -> Tensor {
    Tensor(shape: [1 << count, count]) { bits in
      for row in 0..<1 << count {
        for bit in 0..<count { bits[row * count + bit] = Float(row >> bit & 1) }
      }
    }
  }

  /// A model whose parameters are far from where they start.
  static func extreme<Model: Network>(_ model: Model, factor: Float) -> Model {
    var model = model
    var random = RandomGenerator(seed: 9)
    try! model.setTensors(
      Dictionary(
        uniqueKeysWithValues: model.namedTensors.map { name, tensor in
          (name, tensor * factor + random.normal(tensor.shape) * (factor / 10))
        }))
    return model
  }

  static func total(_ logDensities: [Double]) -> Double { logDensities.reduce(0) { $0 + exp($1) } }

  @Test("Ten lines: train on binary rows, score, draw, fill in")
  func usage() throws {
    var random = RandomGenerator(seed: 1)
    let first = random.bernoulli([400, 1], probability: 0.5)
    // Eight copies of one bit: one bit of entropy.
    let rows = first.broadcast(to: [400, 8])
    let trainer = Trainer(optimizer: Adam(learningRate: 0.02), epochs: 30, batchSize: 50)
    let model = try MADE(.init(exampleShape: [8], hidden: [16]), seed: 1)
      .train(on: rows, settings: DensityTraining(trainer: trainer)).model
    #expect(try model.logDensity(.ones([1, 8]))[0] > -1)
    let known = Tensor([1, 0, 0, 0, 0, 0, 0, 0])
    let filled = try model.inPaint(.ones([20, 8]), known: known, using: &random)
    #expect(filled.sum().scalar > 150)
    #expect(throws: ExampleError.betweenLevels(example: 1, feature: 2, value: 0.5, levels: 2)) {
      var half = Tensor.ones([2, 8])
      half[1, 2] = 0.5
      _ = try model.logDensity(half)
    }
  }

  @Test("Probabilities of all 2^d rows add up to 1", arguments: [1, 2, 7, 10])
  func addsUp(features: Int) throws {
    for factor: Float in [1, 20] {
      for (count, shuffles) in [(1, false), (3, true)] {
        let orders = AutoregressiveOrders(
          count: count, shufflesFeatures: shuffles, shufflesUnits: shuffles, seed: 2)
        let model = Self.extreme(
          MADE(
            .init(
              exampleShape: [features], hidden: [13, 150], orders: orders, hasDirectConnections: shuffles),
            seed: 3), factor: factor)
        let sum = Self.total(try model.logDensity(Self.allBits(features)))
        #expect(abs(sum - 1) < 1e-4, "\(features) features, factor \(factor): \(sum)")
      }
    }
  }

  @Test("The numbers of a feature depend on the features before it in the order, to the bit")
  func causality() {
    let orders = AutoregressiveOrders(count: 2, shufflesFeatures: true, shufflesUnits: true, seed: 5)
    let model = Self.extreme(
      MADE(
        .init(
          exampleShape: [140], hidden: [200, 170], observation: .categorical(levels: 3), orders: orders,
          hasDirectConnections: true), seed: 1), factor: 2)
    var random = RandomGenerator(seed: 1)
    let x = random.bernoulli([2, 140], probability: 0.5)
    for order in 0..<2 {
      let places = model.order(order)
      let before = model.parameters(of: x, order: order)
      for place in [0, 1, 63, 64, 127, 138, 139] {
        let feature = places[place]
        var changed = x
        changed[0, feature] = 1 - x[0, feature]
        let after = model.parameters(of: changed, order: order)
        var dependent = 0
        for (other, f) in places.enumerated() {
          let differs = (0..<3).contains { before[0, f, $0] != after[0, f, $0] }
          #expect(!differs || other > place, "place \(other) depends on place \(place)")
          dependent += differs ? 1 : 0
        }
        #expect(place == 139 || dependent > 0)
      }
    }
  }

  @Test("Draws come as often as their probability says, and filled in rows as the conditional one")
  func draws() throws {
    let orders = AutoregressiveOrders(count: 2, shufflesFeatures: true, shufflesUnits: true, seed: 6)
    for model in [
      Self.extreme(MADE(.init(exampleShape: [4], hidden: [9, 7], orders: orders), seed: 3), factor: 2),
      Self.extreme(
        MADE(.init(exampleShape: [4], hidden: [9], activation: .tanh, hasDirectConnections: true), seed: 4),
        factor: 2),
    ] {
      let probabilities = try model.logDensity(Self.allBits(4)).map { exp($0) }
      var random = RandomGenerator(seed: 7)
      let draws = 20_000
      func frequencies(_ x: Tensor) -> [Double] {
        var counts = [Double](repeating: 0, count: 16)
        for row in 0..<x.shape[0] {
          counts[(0..<4).reduce(0) { $0 + Int(x[row, $1]) << $1 }] += 1 / Double(x.shape[0])
        }
        return counts
      }
      let found = frequencies(model.sample(count: draws, using: &random))
      for (p, f) in zip(probabilities, found) {
        #expect(abs(p - f) < 5 * (p * (1 - p) / Double(draws)).squareRoot() + 1e-4)
      }
      guard model.configuration.orders.count == 1 else { continue }
      let known = Tensor([1, 1, 0, 0])
      let filled = frequencies(
        try model.inPaint(Tensor([1, 0, 0, 0]).broadcast(to: [draws, 4]), known: known, using: &random))
      let mass = probabilities.enumerated().reduce(0.0) { $0 + ($1.offset & 3 == 1 ? $1.element : 0) }
      for (number, p) in probabilities.enumerated() {
        let expected = number & 3 == 1 ? p / mass : 0
        #expect(abs(expected - filled[number]) < 5 * (expected / Double(draws)).squareRoot() + 1e-4)
      }
    }
  }

  @Test("Unreasonable architectures are refused in words")
  func refusals() {
    for architecture in [
      MADE.Architecture(exampleShape: [0], hidden: [3]), .init(exampleShape: [3], hidden: []),
      .init(exampleShape: [3], hidden: [0]), .init(exampleShape: [3], hidden: [3], observation: .gaussian),
      .init(exampleShape: [3], hidden: [3], orders: AutoregressiveOrders(count: 0)),
      .init(exampleShape: [3], hidden: [3], orders: AutoregressiveOrders(count: 2)),
      .init(exampleShape: [3], hidden: [3], observation: .categorical(levels: 1)),
    ] {
      #expect(throws: ModelFileError.self) { try MADE.validating(architecture, seed: 1) }
    }
  }

  @Test("A Chow-Liu tree finds a chain, and its probabilities add up to 1")
  func chowLiu() throws {
    // A chain 0 → 2 → 1 of bits that are kept with probability 0.9, and a coin beside.
    var random = RandomGenerator(seed: 1)
    let flips = random.bernoulli([4000, 4], probability: 0.1).elements
    let coins = random.bernoulli([4000, 2], probability: 0.5).elements
    var table = Matrix(rows: 4000, columns: 4, repeating: 0)
    for i in 0..<4000 {
      let a = Double(coins[2 * i])
      let b = flips[4 * i] > 0 ? 1 - a : a
      let c = flips[4 * i + 1] > 0 ? 1 - b : b
      (table[i, 0], table[i, 2], table[i, 1], table[i, 3]) = (a, b, c, Double(coins[2 * i + 1]))
    }
    let tree = try ChowLiuTree(fitting: table)
    #expect(tree.parents[2] == 0 && tree.parents[1] == 2)
    #expect(abs(Self.total(try tree.logDensity(Matrix(Self.allBits(4)))) - 1) < 1e-12)
    // By hand: ln ½ + 2 ln 0.9 + ln ½.
    let nats = try tree.logDensity(Matrix([[1, 1, 1, 0]]))[0]
    #expect(abs(nats - (2 * log(0.5) + 2 * log(0.9))) < 0.1)
    #expect(try tree.logDensity(Matrix([[2, 0, 0, 0]]))[0] == -.infinity)
  }

  @Test("A Chow-Liu tree of three rows has the counts that hand and smoothing say")
  func counts() throws {
    let tree = try ChowLiuTree(fitting: Matrix([[0, 5], [1, 7], [1, 7]]), smoothing: 1)
    // P(0) = (1 + ½) / 4, P(5 | 0) = (1 + ¼) / (1 + ½).
    let nats = try tree.logDensity(Matrix([[0, 5], [0, 7]]))
    #expect(abs(exp(nats[0]) - 1.25 / 4) < 1e-12)
    #expect(abs(exp(nats[1]) - 0.25 / 4) < 1e-12)
    // A table of 0 and 1 has both in every column: P(1 in the second) = ½ / 3.
    let constant = try ChowLiuTree(fitting: Matrix([[0, 0], [1, 0]]))
    #expect(abs(exp(try constant.logDensity(Matrix([[0, 1]]))[0]) - 0.25 / 3) < 1e-12)
    #expect(throws: TableError.self) { try ChowLiuTree(fitting: Matrix(rows: 0, columns: 2, elements: [])) }
    #expect(throws: TableError.self) { try ChowLiuTree(fitting: Matrix([[.nan]])) }
    #expect(throws: TableError.self) { try ChowLiuTree(fitting: Matrix([[1], [0]]), smoothing: -1) }
  }
}
