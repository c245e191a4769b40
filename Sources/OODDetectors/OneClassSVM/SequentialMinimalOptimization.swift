import GenModels

/// Sequential minimal optimisation (J. Platt, 1998) of the one-class problem: min ½ αᵀKα with 0 ≤ αᵢ ≤ 1 and
/// Σα = ν·n, two variables at a time, chosen by second-order information (R.-E. Fan, P.-H. Chen and C.-J.
/// Lin, 2005, WSS 2).
///
/// Variables at a bound whose gradient says that they stay there are left out for a while ("shrinking") and
/// looked at again before the end. The result satisfies the optimality conditions to `tolerance`, with
/// shrinking or without.
struct SequentialMinimalOptimization {
  private(set) var alpha: [Double]
  /// (Kα)ᵢ; exact for active variables.
  private(set) var gradient: [Double]
  private(set) var iterations = 0
  private var cache: KernelCache
  private let diagonal: [Double]
  private let tolerance: Double
  private var active: [Int]
  private var hasGrownBack = false

  private static let smallestCurvature = 1e-12

  init(rows n: Int, nu: Double, cache: KernelCache, diagonal: [Double], tolerance: Double) {
    self.cache = cache
    self.diagonal = diagonal
    self.tolerance = tolerance
    // The first ⌊νn⌋ variables are 1, the next has the rest.
    let total = nu * Double(n)
    let whole = Int(total)
    alpha = (0..<n).map { $0 < whole ? 1 : $0 == whole ? total - Double(whole) : 0 }
    gradient = Array(repeating: 0, count: n)
    active = Array(0..<n)
    for i in 0..<n where alpha[i] > 0 {
      let row = self.cache.row(i)
      for j in 0..<n { gradient[j] += alpha[i] * row[j] }
    }
  }

  /// Runs until the conditions hold; returns whether they did before `largestIterationCount`.
  mutating func run(largestIterationCount: Int) -> Bool {
    let n = alpha.count
    var untilShrinking = min(n, 1000)
    while iterations < largestIterationCount {
      untilShrinking -= 1
      if untilShrinking == 0 {
        untilShrinking = min(n, 1000)
        shrink()
      }
      guard let (i, j) = workingSet() else {
        if active.count == n { return true }
        growBack()
        untilShrinking = 1
        if workingSet() == nil { return true }
        continue
      }
      iterations += 1
      step(i, j)
    }
    growBack()
    return false
  }

  /// The pair whose change promises most, or nil when the conditions hold: i violates most among those that
  /// may grow; j, of those that may fall, gives the largest decrease of the objective to second order.
  private mutating func workingSet() -> (Int, Int)? {
    var (best, i) = (-Double.infinity, -1)
    for t in active where alpha[t] < 1 && -gradient[t] >= best { (best, i) = (-gradient[t], t) }
    guard i >= 0 else { return nil }
    let row = cache.row(i)
    var (worst, least, j) = (-Double.infinity, Double.infinity, -1)
    for t in active where alpha[t] > 0 {
      worst = max(worst, gradient[t])
      let difference = best + gradient[t]
      guard difference > 0 else { continue }
      let curvature = max(diagonal[i] + diagonal[t] - 2 * row[t], Self.smallestCurvature)
      let change = -(difference * difference) / curvature
      if change <= least { (least, j) = (change, t) }
    }
    return best + worst < tolerance || j < 0 ? nil : (i, j)
  }

  private mutating func step(_ i: Int, _ j: Int) {
    let (rowI, rowJ) = (cache.row(i), cache.row(j))
    let curvature = max(diagonal[i] + diagonal[j] - 2 * rowI[j], Self.smallestCurvature)
    let (oldI, oldJ) = (alpha[i], alpha[j])
    let sum = oldI + oldJ
    var (newI, newJ) = (oldI - (gradient[i] - gradient[j]) / curvature, 0.0)
    newI = min(max(newI, max(0, sum - 1)), min(1, sum))
    newJ = sum - newI
    // A bound is met exactly, or the variable would not count as being there.
    if newI <= 0 { (newI, newJ) = (0, sum) }
    if newI >= 1 { (newI, newJ) = (1, sum - 1) }
    if newJ <= 0 { (newI, newJ) = (sum, 0) }
    if newJ >= 1 { (newI, newJ) = (sum - 1, 1) }
    (alpha[i], alpha[j]) = (newI, newJ)
    let (changeI, changeJ) = (newI - oldI, newJ - oldJ)
    gradient.withUnsafeMutableBufferPointer { gradient in
      rowI.withUnsafeBufferPointer { rowI in
        rowJ.withUnsafeBufferPointer { rowJ in
          if active.count == gradient.count {
            for t in gradient.indices { gradient[t] += changeI * rowI[t] + changeJ * rowJ[t] }
          } else {
            for t in active { gradient[t] += changeI * rowI[t] + changeJ * rowJ[t] }
          }
        }
      }
    }
  }

  /// Leaves out variables at a bound that are farther from leaving it than the worst violators are apart.
  private mutating func shrink() {
    var (grow, fall) = (-Double.infinity, -Double.infinity)
    for t in active {
      if alpha[t] < 1 { grow = max(grow, -gradient[t]) }
      if alpha[t] > 0 { fall = max(fall, gradient[t]) }
    }
    if !hasGrownBack, grow + fall <= 10 * tolerance {
      hasGrownBack = true
      growBack()
    }
    active = active.filter { t in
      if alpha[t] >= 1 { return -gradient[t] <= grow }
      if alpha[t] <= 0 { return gradient[t] <= fall }
      return true
    }
  }

  /// Makes all variables active, with their gradients computed anew.
  private mutating func growBack() {
    let n = alpha.count
    guard active.count < n else { return }
    var isActive = [Bool](repeating: false, count: n)
    for t in active { isActive[t] = true }
    let inactive = (0..<n).filter { !isActive[$0] }
    for t in inactive { gradient[t] = 0 }
    for i in 0..<n where alpha[i] > 0 {
      let row = cache.row(i)
      for t in inactive { gradient[t] += alpha[i] * row[t] }
    }
    active = Array(0..<n)
  }

  /// ½ αᵀKα, when all variables are active.
  var objective: Double { 0.5 * zip(alpha, gradient).reduce(0) { $0 + $1.0 * $1.1 } }

  /// The offset ρ: the gradient of free variables, or the middle of what the others allow.
  var offset: Double {
    var (low, high, sum, free) = (-Double.infinity, Double.infinity, 0.0, 0)
    for (value, slope) in zip(alpha, gradient) {
      if value >= 1 {
        low = max(low, slope)
      } else if value <= 0 {
        high = min(high, slope)
      } else {
        free += 1
        sum += slope
      }
    }
    if free > 0 { return sum / Double(free) }
    return low == -.infinity ? high : high == .infinity ? low : (low + high) / 2
  }
}
