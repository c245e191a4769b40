#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The hidden chain of a Markov model: sums over all paths of states, in logarithms.
///
/// A vector of logarithms is kept so that its largest is 0, and what was taken off is added up. Its product with the
/// transitions is computed on the numbers themselves as long as all of them are far from underflow, and term by term in
/// logarithms otherwise: a state 10⁻⁴⁰⁰ times as probable as another may be the only one that leads anywhere.
struct MarkovChain: Sendable {
  private let logInitial: [Double]
  /// a[i, j] = p(j follows i), its transpose, and the logarithms of both.
  private let transitions, turned: Matrix
  private let logTransitions, logTurned: Matrix
  /// Whether no transition is so improbable that products with `smallestLog` could underflow.
  private let isPlain: Bool

  /// The logarithm, relative to the largest, down to which numbers are multiplied as they are: e^−300 squared, times 10⁻⁴⁰,
  /// is well within a double.
  private static let smallestLog = -300.0

  init(initial: [Double], transitions: Matrix) {
    logInitial = initial.map { log($0) }
    self.transitions = transitions
    turned = transitions.transposed
    logTransitions = Matrix(
      rows: transitions.rows, columns: transitions.columns, elements: transitions.elements.map { log($0) })
    logTurned = logTransitions.transposed
    isPlain = transitions.elements.allSatisfy { $0 == 0 || $0 > 1e-40 }
  }

  /// What one sequence says about the states.
  struct Pass: Sendable {
    var logLikelihood: Double
    /// p(state at step t | sequence), a row a step.
    var posteriors: Matrix
    /// Σ over the steps of p(state i, then state j | sequence).
    var transitions: Matrix
  }

  /// ln p(sequence), at least the least finite number, from the logarithms of the states' (columns) emission densities at
  /// each step. T·K² operations.
  func logLikelihood(_ emissions: Matrix) -> Double { forward(emissions).logLikelihood }

  /// The forward and backward passes: Baum and Welch's expectations.
  func pass(_ emissions: Matrix) -> Pass {
    let (steps, states) = (emissions.rows, logInitial.count)
    let (forward, logLikelihood) = forward(emissions)
    var posteriors = Matrix(rows: steps, columns: states, repeating: 0)
    var counts = Matrix(rows: states, columns: states, repeating: 0)
    var backward = [Double](repeating: 0, count: states)
    for t in stride(from: steps - 1, through: 0, by: -1) {
      let now = forward.row(t)
      if t < steps - 1 {
        var next = (0..<states).map { emissions[t + 1, $0] + backward[$0] }
        _ = Self.normalize(&next)
        addTransitions(now, next, to: &counts)
        backward = product(next, turned, logTurned)
        _ = Self.normalize(&backward)
      }
      let shares = Self.shares((0..<states).map { now[$0] + backward[$0] })
      for k in 0..<states { posteriors[t, k] = shares[k] }
    }
    return Pass(logLikelihood: logLikelihood, posteriors: posteriors, transitions: counts)
  }

  /// For each step ln p(state, steps so far), less its largest, and ln p(sequence).
  private func forward(_ emissions: Matrix) -> (Matrix, logLikelihood: Double) {
    let (steps, states) = (emissions.rows, logInitial.count)
    var forward = Matrix(rows: steps, columns: states, repeating: 0)
    var (logs, taken) = ([Double](), 0.0)
    for t in 0..<steps {
      logs = t == 0 ? logInitial : product(logs, transitions, logTransitions)
      for k in 0..<states { logs[k] += emissions[t, k] }
      taken += Self.normalize(&logs)
      for k in 0..<states { forward[t, k] = logs[k] }
    }
    let total = log(logs.reduce(0) { $0 + exp($1) })
    return (forward, max(taken + total, -.greatestFiniteMagnitude))
  }

  /// Takes the largest off all, and returns it.
  private static func normalize(_ logs: inout [Double]) -> Double {
    let largest = logs.max()!
    guard largest > -.infinity else { return 0 }
    for k in logs.indices { logs[k] -= largest }
    return largest
  }

  /// The numbers of which these are logarithms, divided by their sum.
  private static func shares(_ logs: [Double]) -> [Double] {
    var logs = logs
    _ = normalize(&logs)
    let numbers = logs.map { exp($0) }
    let sum = numbers.reduce(0, +)
    return numbers.map { $0 / sum }
  }

  /// ln Σᵢ e^(logs i) a[i, j] for each j; the largest of `logs` is 0.
  private func product(_ logs: [Double], _ matrix: Matrix, _ logMatrix: Matrix) -> [Double] {
    let states = logs.count
    if isPlain, logs.allSatisfy({ $0 > Self.smallestLog || $0 == -.infinity }) {
      let numbers = logs.map { exp($0) }
      return (0..<states).map { j in
        var sum = 0.0
        for i in 0..<states { sum += numbers[i] * matrix[i, j] }
        return log(sum)
      }
    }
    return (0..<states).map { j in
      let terms = (0..<states).map { logs[$0] + logMatrix[$0, j] }
      let largest = terms.max()!
      guard largest > -.infinity else { return -.infinity }
      return largest + log(terms.reduce(0) { $0 + exp($1 - largest) })
    }
  }

  /// Adds p(state i now, then state j | sequence), from the logarithms of both sides, whose largest are 0.
  private func addTransitions(_ now: [Double], _ next: [Double], to counts: inout Matrix) {
    let states = now.count
    let isNear = { (log: Double) in log > Self.smallestLog || log == -.infinity }
    var joint = Matrix(rows: states, columns: states, repeating: 0)
    if isPlain, now.allSatisfy(isNear), next.allSatisfy(isNear) {
      let (before, after) = (now.map { exp($0) }, next.map { exp($0) })
      for i in 0..<states {
        for j in 0..<states { joint[i, j] = before[i] * transitions[i, j] * after[j] }
      }
    } else {
      let logs = (0..<states * states).map {
        now[$0 / states] + logTransitions.elements[$0] + next[$0 % states]
      }
      joint = Matrix(rows: states, columns: states, elements: Self.shares(logs))
    }
    let total = joint.elements.reduce(0, +)
    for i in 0..<states {
      for j in 0..<states { counts[i, j] += joint[i, j] / total }
    }
  }
}
