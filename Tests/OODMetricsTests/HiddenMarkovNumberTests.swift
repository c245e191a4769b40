import GenModels
import OODMetrics
import Testing

@Suite("Hidden Markov models far from their means")
struct HiddenMarkovNumberTests {
  /// Two states of variance 1 at 0 and 200; the second can't be the first.
  private static func model(transitions: [[Double]], initial: [Double] = [1, 0]) throws
    -> GaussianHiddenMarkov
  {
    try GaussianHiddenMarkov(
      initial: initial, transitions: Matrix(transitions), means: Matrix([[0.0], [200]]),
      covariances: [Matrix([[1.0]]), Matrix([[1.0]])])
  }

  private static let halfLogTwoPi = 0.9189385332046727

  @Test("A state that can't be reached does not scale the others away")
  func unreachable() throws {
    let model = try Self.model(transitions: [[0.5, 0.5], [0, 1]])
    #expect(agree(try model.score([Matrix([[150.0]])]), [11250 + Self.halfLogTwoPi], 1e-12))
    // From 0 at first to 200: the best path has one jump.
    let path = try model.logDensity([Matrix([[0.0], [200], [200]])])[0]
    #expect(agree([path], [-3 * Self.halfLogTwoPi + 0.5.logarithmForTests], 1e-12))
  }

  @Test("A path through improbable states is found when no other leads on")
  func narrowPath() throws {
    // State 1 is e^−20000 as probable as state 0 after the first step, and the only one that leads to 2.
    let model = try GaussianHiddenMarkov(
      initial: [0.5, 0.5, 0], transitions: Matrix([[1.0, 0, 0], [0, 0, 1], [0, 0, 1]]),
      means: Matrix([[0.0], [200], [1e4]]), covariances: (0..<3).map { _ in Matrix([[1.0]]) })
    let sequence = Matrix([[0.0], [1e4]])
    // Through 1: −20000; staying in 0: −5·10⁷.
    let expected = 0.5.logarithmForTests - 2 * Self.halfLogTwoPi - 20_000
    #expect(agree([try model.logDensity([sequence])[0]], [expected], 1e-12))
  }

  @Test("Sums over all paths, in logarithms, for steps that favour states against the odds")
  func allPaths() throws {
    let model = try Self.model(transitions: [[0.9, 0.1], [0.3, 0.7]], initial: [0.25, 0.75])
    let sequence = Matrix([[60.0], [140], [99], [100.5], [-40]])
    var logs: [Double] = []
    for path in 0..<32 {
      let states = (0..<5).map { path >> $0 & 1 }
      var log = model.initial[states[0]].logarithmForTests
      for t in 0..<5 {
        if t > 0 { log += model.transitions[states[t - 1], states[t]].logarithmForTests }
        let distance = sequence[t, 0] - model.means[states[t], 0]
        log -= 0.5 * distance * distance + Self.halfLogTwoPi
      }
      logs.append(log)
    }
    let largest = logs.max()!
    let total = largest + logs.reduce(0) { $0 + exponential($1 - largest) }.logarithmForTests
    #expect(agree(try model.logDensity([sequence]), [total], 1e-12))
  }

  @Test("Fitting survives states that are very far apart, and each step belongs to one of them")
  func fitting() throws {
    let z = ReferenceTable.normal(400, 1, seed: 5)
    // Runs of ten in each of two places 10⁵ deviations apart.
    let sequences = (0..<4).map { s in
      Matrix((0..<100).map { t in [z[100 * s + t, 0] + (t / 10 % 2 == 0 ? 0 : 1e5)] })
    }
    let model = try GaussianHiddenMarkov(fitting: sequences, states: 2)
    let first = model.means[0, 0] < 5e4 ? 0 : 1
    #expect(abs(model.means[first, 0]) < 0.3 && abs(model.means[1 - first, 0] - 1e5) < 0.3)
    #expect(model.covariances.allSatisfy { $0[0, 0] > 0.7 && $0[0, 0] < 1.4 })
    // A run of ten ends after nine steps that stay.
    #expect(abs(model.transitions[first, 1 - first] - 0.1) < 0.02)
    #expect(model.transitions.elements.allSatisfy { $0.isFinite })
    #expect(try model.score([Matrix([[1e155], [-1e200]])])[0].isFinite)
  }
}

extension Double {
  /// ln, by Newton's method on the exponential.
  fileprivate var logarithmForTests: Double {
    var y = Double(exponent) * 0.6931471805599453
    for _ in 0..<60 { y += self / exponential(y) - 1 }
    return y
  }
}
