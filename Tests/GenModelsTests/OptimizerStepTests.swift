import GenModels
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Numbers that are trained toward a target: ½ Σ (w − target)², whose gradient is w − target.
private struct Weights: Parameterized {
  var w = Parameter(Tensor([1, -2, 0.5, 0.25]))
  mutating func visitParameters(with visitor: ParameterVisitor) { visitor.visit("w", &w) }
}

private let target: [Double] = [-0.5, 1, 0.75, 0.25]
private let start: [Double] = [1, -2, 0.5, 0.25]

/// A rule of a paper, in double precision: what it remembers of one number, and how it moves it.
private struct Rule: Sendable {
  let name: String
  let optimizer: any Optimizer
  /// (p, gradient, memory, step counted from 1, rate) to the new p.
  let move: @Sendable (Double, Double, inout [Double], Int, Double) -> Double
}

extension Rule: CustomTestStringConvertible {
  var testDescription: String { name }
}

private let rules: [Rule] = [
  Rule(name: "gradient descent", optimizer: SGD(learningRate: 0.1)) { p, g, _, _, rate in p - rate * g },
  Rule(name: "gradient descent with decay", optimizer: SGD(learningRate: 0.1, weightDecay: 0.25)) {
    p, g, _, _, rate in
    p - rate * (g + 0.25 * p)
  },
  // B. Polyak's heavy ball, in the form of I. Sutskever et al. (2013) with the rate outside of the average.
  Rule(name: "momentum", optimizer: SGD(learningRate: 0.05, momentum: 0.75, weightDecay: 0.125)) {
    p, g, m, _, rate in
    m[0] = 0.75 * m[0] + (g + 0.125 * p)
    return p - rate * m[0]
  },
  Rule(name: "Nesterov's momentum", optimizer: SGD(learningRate: 0.05, momentum: 0.75, isNesterov: true)) {
    p, g, m, _, rate in
    m[0] = 0.75 * m[0] + g
    return p - rate * (g + 0.75 * m[0])
  },
  // D. P. Kingma and J. Ba (2015), algorithm 1. The averages forget quickly and ε is large, so that every constant counts.
  Rule(name: "Adam", optimizer: Adam(learningRate: 0.2, beta1: 0.6, beta2: 0.8, epsilon: 0.05)) {
    p, g, m, t, rate in
    m[0] = 0.6 * m[0] + 0.4 * g
    m[1] = 0.8 * m[1] + 0.2 * g * g
    let (mean, square) = (m[0] / (1 - pow(0.6, Double(t))), m[1] / (1 - pow(0.8, Double(t))))
    return p - rate * mean / (square.squareRoot() + 0.05)
  },
  Rule(name: "Adam's defaults", optimizer: Adam()) { p, g, m, t, rate in
    m[0] = 0.9 * m[0] + 0.1 * g
    m[1] = 0.999 * m[1] + 0.001 * g * g
    let (mean, square) = (m[0] / (1 - pow(0.9, Double(t))), m[1] / (1 - pow(0.999, Double(t))))
    return p - rate * mean / (square.squareRoot() + 1e-8)
  },
  // I. Loshchilov and F. Hutter (2019), algorithm 2: the decay does not pass through the averages.
  Rule(
    name: "AdamW",
    optimizer: Adam(learningRate: 0.2, beta1: 0.6, beta2: 0.8, epsilon: 0.05, decoupledWeightDecay: 0.5)
  ) { p, g, m, t, rate in
    m[0] = 0.6 * m[0] + 0.4 * g
    m[1] = 0.8 * m[1] + 0.2 * g * g
    let (mean, square) = (m[0] / (1 - pow(0.6, Double(t))), m[1] / (1 - pow(0.8, Double(t))))
    return p - rate * 0.5 * p - rate * mean / (square.squareRoot() + 0.05)
  },
  // M. D. Zeiler (2012), algorithm 1: ε inside of both roots, the average of updates without the rate.
  Rule(name: "Adadelta", optimizer: Adadelta(learningRate: 0.5, rho: 0.75, epsilon: 0.01, weightDecay: 0.125))
  {
    p, g, m, _, rate in
    let slope = g + 0.125 * p
    m[0] = 0.75 * m[0] + 0.25 * slope * slope
    let step = (m[1] + 0.01).squareRoot() / (m[0] + 0.01).squareRoot() * slope
    m[1] = 0.75 * m[1] + 0.25 * step * step
    return p - rate * step
  },
  // T. Tieleman and G. Hinton (2012): the root first, then ε.
  Rule(name: "RMSProp", optimizer: RMSProp(learningRate: 0.1, alpha: 0.75, epsilon: 0.05, weightDecay: 0.125))
  {
    p, g, m, _, rate in
    let slope = g + 0.125 * p
    m[0] = 0.75 * m[0] + 0.25 * slope * slope
    return p - rate * slope / (m[0].squareRoot() + 0.05)
  },
]

@Suite("First steps of optimizers")
struct OptimizerStepTests {
  /// The numbers before each step of a training, and at its end.
  private func path(_ trainer: Trainer) throws -> [[Double]] {
    var path: [[Double]] = []
    let result = try trainer.train(Weights(), on: TrainingSet(.zeros([1, 1]))) { model, batch, scope in
      path.append(model.w.tensor.elements.map { Double($0) })
      let goal = scope.constant(Tensor(target.map { Float($0) }))
      return (goal.value(of: model.w) - goal).squared().sum() * 0.5
    }
    return path + [result.model.w.tensor.elements.map { Double($0) }]
  }

  /// What a rule says, `scale` times the gradient, with these rates.
  private func expected(_ rule: Rule, rates: [Double], scale: ([Double]) -> Double = { _ in 1 }) -> [[Double]]
  {
    var (p, memory) = (start, start.map { _ in [0.0, 0.0] })
    var path = [p]
    for (index, rate) in rates.enumerated() {
      let gradient = zip(p, target).map { $0 - $1 }
      let factor = scale(gradient)
      for i in p.indices { p[i] = rule.move(p[i], factor * gradient[i], &memory[i], index + 1, rate) }
      path.append(p)
    }
    return path
  }

  private func expectEqual(_ found: [[Double]], _ expected: [[Double]], _ what: String) {
    #expect(found.count == expected.count)
    for (step, (a, b)) in zip(found, expected).enumerated() {
      for (x, y) in zip(a, b) { #expect(abs(x - y) < 2e-6, "\(what), after step \(step): \(x) for \(y)") }
    }
  }

  @Test("Six steps are those of the published formula, in double precision", arguments: rules)
  fileprivate func steps(_ rule: Rule) throws {
    let found = try path(Trainer(optimizer: rule.optimizer, epochs: 6, batchSize: 1))
    let rates = [Double](repeating: rule.optimizer.learningRate, count: 6)
    expectEqual(found, expected(rule, rates: rates), rule.name)
  }

  @Test("A schedule scales each step's rate, and clipping its gradient", arguments: rules)
  fileprivate func scaled(_ rule: Rule) throws {
    let found = try path(
      Trainer(
        optimizer: rule.optimizer, epochs: 6, batchSize: 1, schedule: .steps(epochs: 2, factor: 0.25),
        clipping: .norm(0.5)))
    let rates = [1, 1, 0.25, 0.25, 0.0625, 0.0625].map { $0 * rule.optimizer.learningRate }
    let path = expected(rule, rates: rates) { gradient in
      min(1, 0.5 / gradient.reduce(0) { $0 + $1 * $1 }.squareRoot())
    }
    expectEqual(found, path, rule.name)
  }

  @Test("The settings that are used where nothing is said are those of the papers")
  func defaults() {
    #expect(SGD() == SGD(learningRate: 0.01, momentum: 0, isNesterov: false, weightDecay: 0))
    #expect(
      Adam() == Adam(learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decoupledWeightDecay: 0))
    #expect(
      Adam.adamW()
        == Adam(learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decoupledWeightDecay: 0.01))
    #expect(Adadelta() == Adadelta(learningRate: 1, rho: 0.95, epsilon: 1e-6, weightDecay: 0))
    #expect(RMSProp() == RMSProp(learningRate: 1e-3, alpha: 0.99, epsilon: 1e-8, weightDecay: 0))
    #expect([SGD().stateCount, SGD(momentum: 0.5).stateCount] == [0, 1])
    #expect([Adam().stateCount, Adadelta().stateCount, RMSProp().stateCount] == [2, 2, 1])
  }

  @Test("The recipes for autoencoders are what their documentation says")
  func recipes() {
    let paper = AutoencoderTraining.paper
    #expect(paper.trainer.optimizer as? Adadelta == Adadelta(learningRate: 0.1))
    #expect([paper.trainer.epochs, paper.trainer.batchSize, paper.trainer.batchParts] == [100, 64, 1])
    #expect(paper.trainer.schedule == .constant && paper.trainer.clipping == nil)
    #expect(paper.corruption == 0 && !paper.startsAtMean && paper.trainer.earlyStopping == nil)
    let fast = AutoencoderTraining.fast
    #expect(fast.trainer.optimizer as? Adam == Adam(learningRate: 2e-3))
    #expect([fast.trainer.epochs, fast.trainer.batchSize, fast.trainer.batchParts] == [10, 64, 1])
    #expect(fast.trainer.schedule == .warmUp(steps: 200, then: .cosine(floor: 0.01)))
    #expect(fast.corruption == 0 && fast.startsAtMean && fast.trainer.clipping == nil)
  }
}
