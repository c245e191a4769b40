import CKernels
import GenModels

/// Sequential minimal optimisation (J. Platt, 1998) of the problem that support vector machines have in common:
///
///     min ½ βᵀKβ + lᵀβ   with   lowerᵢ ≤ βᵢ ≤ upperᵢ   and   Σβ as it starts,
///
/// two variables at a time, chosen by second-order information (R.-E. Fan, P.-H. Chen and C.-J. Lin, 2005, WSS 2). The one-class
/// machine has l = 0 and bounds 0 and 1; the machine of two classes, with βᵢ = yᵢαᵢ, has lᵢ = −yᵢ and bounds 0 and C on the side of
/// yᵢ.
///
/// Variables at a bound whose gradient says that they stay there are left out for a while ("shrinking") and looked at again before
/// the end. The result satisfies the optimality conditions to `tolerance`, with shrinking or without.
final class SequentialMinimalOptimization {
  /// What is minimised, and where from.
  struct Problem {
    /// l.
    var linear: [Double]
    var lower: [Double]
    var upper: [Double]
    /// The first β, within its bounds.
    var start: [Double]
  }

  /// β.
  private(set) var beta: [Double]
  private(set) var iterations = 0
  private let problem: Problem
  private let points: Matrix
  private let kernel: ResolvedKernel
  private let tolerance: Double
  private let rows: KernelRows
  /// Of the active variables, in their order: (Kβ + l)ᵢ, Kᵢᵢ, and 0 or −∞ where β may grow, or fall, or not.
  private let gradient, diagonal, roomAbove, roomBelow: Scratch<Double>
  /// The gradient of all variables, exact when all are active.
  private var wholeGradient: [Double]
  private var hasGrownBack = false

  private static let smallestCurvature = 1e-12
  private var kernels: ood_support_vectors { ood_active_kernels().pointee.support_vectors }

  init(
    _ problem: Problem, points: Matrix, kernel: ResolvedKernel, tolerance: Double, cacheBytes: Int
  ) {
    let n = points.rows
    self.problem = problem
    self.points = points
    self.kernel = kernel
    self.tolerance = tolerance
    beta = problem.start
    wholeGradient = problem.linear
    rows = KernelRows(points, kernel, bytes: cacheBytes)
    gradient = Scratch(n)
    diagonal = Scratch(n)
    roomAbove = Scratch(n)
    roomBelow = Scratch(n)
    updateGradients(of: Array(0..<n))
    activateAll()
  }

  private var n: Int { beta.count }
  private var activeCount: Int { rows.active.count }

  /// Runs until the conditions hold; returns whether they did before `largestIterationCount`.
  func run(largestIterationCount: Int) -> Bool {
    var untilShrinking = min(n, 1000)
    var candidate = first()
    while iterations < largestIterationCount {
      untilShrinking -= 1
      if untilShrinking == 0 {
        untilShrinking = min(n, 1000)
        if shrink() { candidate = first() }
      }
      guard let pair = partner(of: candidate) else {
        if activeCount == n { break }
        growBack()
        untilShrinking = 1
        candidate = first()
        if partner(of: candidate) == nil { break }
        continue
      }
      iterations += 1
      candidate = step(pair)
    }
    let isDone = iterations < largestIterationCount || partner(of: candidate) == nil
    growBack()
    for (place, point) in rows.active.enumerated() { wholeGradient[point] = gradient.base[place] }
    return isDone
  }

  /// The active variable that violates the conditions most among those that may grow.
  private func first() -> ood_candidate { kernels.first(gradient.base, roomAbove.base, activeCount) }

  /// Two active variables whose change promises most, with the row of the first.
  private struct Pair {
    let (i, j): (Int, Int)
    let row: UnsafePointer<Double>
  }

  /// The pair of the first variable and the one that, of those that may fall, gives the largest decrease of the objective to second
  /// order; nil when the conditions hold.
  private func partner(of candidate: ood_candidate) -> Pair? {
    let (i, best) = (Int(candidate.position), candidate.value)
    guard i >= 0 else { return nil }
    let row = self.row(i, best: best)
    var worst = -Double.infinity
    let second = kernels.second(
      best, diagonal.base[i], Self.smallestCurvature, row, diagonal.base, gradient.base, roomBelow.base,
      activeCount, &worst)
    return best + worst < tolerance || second.position < 0
      ? nil : Pair(i: i, j: Int(second.position), row: row)
  }

  /// The row of an active variable; the rows of the worst violators are computed with it.
  private func row(_ place: Int, best: Double) -> UnsafePointer<Double> {
    rows.row(rows.active[place]) { violators($0, butFor: place, best: best) }
  }

  /// Up to `count` active variables without a row, those first that are farthest from the conditions.
  private func violators(_ count: Int, butFor place: Int, best: Double) -> [Int] {
    guard count > 0 else { return [] }
    var worst = -Double.infinity
    for t in 0..<activeCount { worst = max(worst, gradient.base[t] + roomBelow.base[t]) }
    var found: [(violation: Double, point: Int)] = []
    for t in 0..<activeCount where t != place {
      let slope = gradient.base[t]
      let violation = max(roomAbove.base[t] - slope + worst, best + slope + roomBelow.base[t])
      guard violation > 0, found.count < count || violation > found[found.count - 1].violation,
        !rows.isStored(rows.active[t])
      else { continue }
      if found.count == count { found.removeLast() }
      let rank = found.firstIndex { $0.violation < violation } ?? found.count
      found.insert((violation, rows.active[t]), at: rank)
    }
    return found.map(\.point)
  }

  /// Changes the pair as far as bounds let it; returns the next first variable.
  private func step(_ pair: Pair) -> ood_candidate {
    let (i, j) = (pair.i, pair.j)
    let (a, b) = (rows.active[i], rows.active[j])
    let rowJ = row(j, best: -gradient.base[i])
    let curvature = max(diagonal.base[i] + diagonal.base[j] - 2 * pair.row[j], Self.smallestCurvature)
    let (oldA, oldB) = (beta[a], beta[b])
    let wanted = (gradient.base[j] - gradient.base[i]) / curvature
    let change = min(wanted, problem.upper[a] - oldA, oldB - problem.lower[b])
    // A bound is met exactly, or the variable would not count as being there.
    beta[a] = change == problem.upper[a] - oldA ? problem.upper[a] : oldA + change
    beta[b] = change == oldB - problem.lower[b] ? problem.lower[b] : oldB - change
    setRoom(i)
    setRoom(j)
    return kernels.step(
      beta[a] - oldA, pair.row, beta[b] - oldB, rowJ, gradient.base, roomAbove.base, activeCount)
  }

  private func setRoom(_ place: Int) {
    let point = rows.active[place]
    roomAbove.base[place] = beta[point] < problem.upper[point] ? 0 : -.infinity
    roomBelow.base[place] = beta[point] > problem.lower[point] ? 0 : -.infinity
  }

  /// Leaves out variables at a bound that are farther from leaving it than the worst violators are apart. Returns whether the
  /// active ones changed.
  private func shrink() -> Bool {
    var (grow, fall) = (-Double.infinity, -Double.infinity)
    for t in 0..<activeCount {
      grow = max(grow, roomAbove.base[t] - gradient.base[t])
      fall = max(fall, gradient.base[t] + roomBelow.base[t])
    }
    var hasChanged = false
    if !hasGrownBack, grow + fall <= 10 * tolerance {
      hasGrownBack = true
      hasChanged = activeCount < n
      growBack()
    }
    let kept = (0..<activeCount).filter { t in
      if roomAbove.base[t] < 0 { return -gradient.base[t] <= grow }
      if roomBelow.base[t] < 0 { return gradient.base[t] <= fall }
      return true
    }
    // Fewer points are copied and packed; for the sake of few that does not pay.
    guard kept.count >= 2, kept.count <= activeCount - max(1, activeCount / 16) else { return hasChanged }
    for (to, from) in kept.enumerated() {
      for array in [gradient.base, diagonal.base, roomAbove.base, roomBelow.base] { array[to] = array[from] }
    }
    rows.keep(kept)
    return true
  }

  /// Makes all variables active, with the gradients of those that were not computed anew.
  private func growBack() {
    guard activeCount < n else { return }
    var isActive = [Bool](repeating: false, count: n)
    for (place, point) in rows.active.enumerated() {
      isActive[point] = true
      wholeGradient[point] = gradient.base[place]
    }
    updateGradients(of: (0..<n).filter { !isActive[$0] })
    rows.keepAll()
    activateAll()
  }

  private func activateAll() {
    points.withUnsafeElements { elements in
      for i in 0..<n {
        gradient.base[i] = wholeGradient[i]
        diagonal.base[i] =
          kernel.gamma != nil
          ? 1
          : (0..<points.columns).reduce(0.0) {
            $0 + elements[i * points.columns + $1] * elements[i * points.columns + $1]
          }
        setRoom(i)
      }
    }
  }

  /// (Kβ + l)ⱼ of some variables, from β.
  private func updateGradients(of targets: [Int]) {
    let support = beta.indices.filter { beta[$0] != 0 }
    guard !targets.isEmpty else { return }
    let sums = Scratch<Double>(targets.count)
    for (place, target) in targets.enumerated() { sums.base[place] = problem.linear[target] }
    if !support.isEmpty {
      PointPanels(points.rows(targets.map(Int32.init))).addWeighted(
        points.rows(support.map(Int32.init)), support.map { beta[$0] }, kernel, to: sums.base)
    }
    for (place, target) in targets.enumerated() { wholeGradient[target] = sums.base[place] }
  }

  /// ½ βᵀKβ + lᵀβ, after `run`.
  var objective: Double {
    0.5 * beta.indices.reduce(0) { $0 + beta[$1] * (wholeGradient[$1] + problem.linear[$1]) }
  }

  /// ρ after `run`: the gradient of free variables, or the middle of what the others allow.
  var offset: Double {
    var (low, high, sum, free) = (-Double.infinity, Double.infinity, 0.0, 0)
    for i in beta.indices {
      if beta[i] >= problem.upper[i] {
        low = max(low, wholeGradient[i])
      } else if beta[i] <= problem.lower[i] {
        high = min(high, wholeGradient[i])
      } else {
        free += 1
        sum += wholeGradient[i]
      }
    }
    if free > 0 { return sum / Double(free) }
    return low == -.infinity ? high : high == .infinity ? low : (low + high) / 2
  }
}
