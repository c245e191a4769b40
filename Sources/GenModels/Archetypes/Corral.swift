/// The points that carry the nearest point of a hull to a target, with their weights: the state of P. Wolfe's algorithm (Finding the
/// nearest point in a polytope, 1976), which is exact up to rounding after finitely many steps.
///
/// Points are known by their numbers and by the inner products of their differences q from the target; the nearest point is
/// y = Σ wₛ qₛ, as seen from the target.
struct Corral: ~Copyable {
  /// How many points carry.
  private(set) var count = 0
  private let capacity: Int
  /// The points' numbers, their weights, which are positive and sum to 1, and Q, the inner products, row by row.
  private let numbers: Scratch<Int>
  private let shares: Scratch<Double>
  private let products: Scratch<Double>
  /// Room for a factorization and a solution.
  private let factor: Scratch<Double>
  private let solution: Scratch<Double>

  /// - Parameter capacity: The most points; in d dimensions d + 2 are enough.
  init(capacity: Int) {
    self.capacity = capacity
    numbers = Scratch(capacity)
    shares = Scratch(capacity)
    products = Scratch(capacity * capacity)
    factor = Scratch(capacity * capacity)
    solution = Scratch(capacity)
  }

  var isFull: Bool { count == capacity }

  func number(_ place: Int) -> Int { numbers.base[place] }
  func weight(_ place: Int) -> Double { shares.base[place] }

  func contains(_ number: Int) -> Bool { (0..<count).contains { numbers.base[$0] == number } }

  mutating func removeAll() { count = 0 }

  /// Adds a point of weight 0, or of weight 1 where it is the first.
  ///
  /// - Parameters:
  ///   - number: The point.
  ///   - product: ⟨q, qₛ⟩ of it and the point in a place, and last, in place `count`, of it and itself.
  mutating func add(_ number: Int, weight: Double? = nil, product: (_ place: Int) -> Double) {
    numbers.base[count] = number
    shares.base[count] = weight ?? (count == 0 ? 1 : 0)
    for place in 0...count {
      let value = product(place)
      products.base[count * capacity + place] = value
      products.base[place * capacity + count] = value
    }
    count += 1
  }

  /// ‖y‖².
  var squaredDistance: Double {
    var sum = 0.0
    for a in 0..<count {
      for b in 0..<count { sum += shares.base[a] * shares.base[b] * products.base[a * capacity + b] }
    }
    return max(0, sum)
  }

  /// Moves the weights to the nearest point of the hull of these points, and drops the points that it does without.
  mutating func settle() {
    while count > 1 {
      guard nearestOfAffineHull() else {
        drop(count - 1)
        normalize()
        continue
      }
      var step = 1.0
      let (weights, nearest) = (shares.base, solution.base)
      for place in 0..<count where nearest[place] <= 1e-14 {
        let (from, to) = (weights[place], nearest[place])
        step = min(step, from > to ? from / (from - to) : 0)
      }
      for place in 0..<count { weights[place] += step * (nearest[place] - weights[place]) }
      if step == 1 { break }
      // At least the point that ended the step has weight 0 now.
      var least = 0
      for place in 1..<count where shares.base[place] < shares.base[least] { least = place }
      shares.base[least] = 0
      for place in (0..<count).reversed() where shares.base[place] <= 1e-14 && count > 1 { drop(place) }
    }
    normalize()
  }

  private mutating func normalize() {
    var sum = 0.0
    for place in 0..<count { sum += shares.base[place] }
    for place in 0..<count { shares.base[place] = sum > 0 ? shares.base[place] / sum : 1 / Double(count) }
  }

  private mutating func drop(_ place: Int) {
    count -= 1
    for later in place..<count {
      numbers.base[later] = numbers.base[later + 1]
      shares.base[later] = shares.base[later + 1]
    }
    for row in 0...count where row != place {
      let target = row > place ? row - 1 : row
      for column in 0...count where column != place {
        let value = products.base[row * capacity + column]
        products.base[target * capacity + (column > place ? column - 1 : column)] = value
      }
    }
  }

  /// The weights, of any sign, of the point of the affine hull that is nearest to the target: with (Q + c 1 1ᵀ) u = 1, u / Σ u. False
  /// where the points depend on one another.
  private func nearestOfAffineHull() -> Bool {
    let (l, u) = (factor.base, solution.base)
    var scale = 0.0
    for place in 0..<count { scale = max(scale, products.base[place * capacity + place]) }
    guard scale > 0 else { return false }
    for row in 0..<count {
      for column in 0...row {
        var value = products.base[row * capacity + column] + scale
        if row == column { value += 1e-13 * scale }
        for k in 0..<column { value -= l[row * capacity + k] * l[column * capacity + k] }
        if row == column {
          guard value > 1e-14 * scale else { return false }
          l[row * capacity + row] = value.squareRoot()
        } else {
          l[row * capacity + column] = value / l[column * capacity + column]
        }
      }
    }
    var sum = 0.0
    for row in 0..<count {
      var value = 1.0
      for k in 0..<row { value -= l[row * capacity + k] * u[k] }
      u[row] = value / l[row * capacity + row]
    }
    for row in (0..<count).reversed() {
      var value = u[row]
      for k in row + 1..<max(row + 1, count) { value -= l[k * capacity + row] * u[k] }
      u[row] = value / l[row * capacity + row]
      sum += u[row]
    }
    guard sum > 0, sum.isFinite else { return false }
    for row in 0..<count { u[row] /= sum }
    return true
  }
}
