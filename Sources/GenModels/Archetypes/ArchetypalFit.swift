/// The alternation of archetypal analysis on centred data: coefficients given archetypes, archetypes given coefficients.
///
/// Minimises Σ wᵢ ‖mᵢ ∘ (xᵢ − Zᵀ aᵢ)‖², Z = α ∘ B X. For fixed coefficients the sum depends on one archetype zⱼ by a quadratic about
/// z̄ⱼ = (Tⱼ − Σ_{l ≠ j} Pⱼₗ zₗ) / Pⱼⱼ, with T = Aᵀ W X and P = Aᵀ W A, so that the nearest point of the hull to z̄ⱼ is the best there is:
/// no step raises the residual.
struct ArchetypalFit {
  /// Rows less the mean, with 0 in gaps.
  let x: Matrix
  /// Which cells are there; nil when all are.
  let known: [Bool]?
  let settings: ArchetypalSettings
  private let hull: HullProjection

  private(set) var archetypes: Matrix
  private(set) var coefficients: Matrix
  private(set) var sources: [HullProjection.Combination]
  private var factors: [Double]
  private var weights: [Double]
  /// The distance from which on a row counts no more.
  private let cut: Double?
  /// The loss after each alternation.
  private(set) var history: [Double] = []

  init(_ x: Matrix, known: [Bool]?, rows: [Int], settings: ArchetypalSettings) {
    self.x = x
    self.known = known
    self.settings = settings
    hull = HullProjection(x)
    sources = rows.map { .init(rows: [$0], weights: [1]) }
    factors = Array(repeating: 1, count: rows.count)
    archetypes = x.rows(rows.map(Int32.init))
    weights = Array(repeating: 1, count: x.rows)
    coefficients = Self.coefficients(x, archetypes, known)
    let distances = Self.squaredDistances(x, archetypes, coefficients, known).map { $0.squareRoot() }
    cut = settings.robustness.map { share in
      let median = Quantiles.median(sorted: distances.sorted())
      return share * (median > 0 ? median : (distances.max() ?? 0) / Double(max(1, distances.count)))
    }
    reweigh(distances)
  }

  private static func coefficients(
    _ x: Matrix, _ archetypes: Matrix, _ known: [Bool]?, from start: Matrix? = nil
  )
    -> Matrix
  {
    let solve = SimplexCoefficients(archetypes)
    return known.map { solve(x, known: $0) } ?? solve(x, from: start)
  }

  /// ‖mᵢ ∘ (xᵢ − Zᵀ aᵢ)‖² of each row.
  private static func squaredDistances(
    _ x: Matrix, _ archetypes: Matrix, _ coefficients: Matrix, _ known: [Bool]?
  ) -> [Double] {
    let fitted = coefficients.matrixProduct(archetypes)
    return (0..<x.rows).map { i in
      var sum = 0.0
      for j in 0..<x.columns where known?[i * x.columns + j] ?? true {
        let difference = x[i, j] - fitted[i, j]
        sum += difference * difference
      }
      return sum
    }
  }

  /// Tukey's weights and the loss: c²/3 (1 − (1 − r²/c²)³), whose slope in r² is the weight.
  private mutating func reweigh(_ distances: [Double]) {
    var loss = 0.0
    for (i, distance) in distances.enumerated() {
      if let cut, cut > 0 {
        let rest = max(0, 1 - distance * distance / (cut * cut))
        weights[i] = rest * rest
        loss += cut * cut / 3 * (1 - rest * rest * rest)
      } else {
        loss += distance * distance
      }
    }
    history.append(loss)
  }

  /// Alternates until the loss stands still.
  mutating func run() {
    var gradient =
      settings.solver == .projectedGradient
      ? ProjectedArchetypes(x, sources: sources, coefficients: coefficients) : nil
    while history.count <= settings.iterations {
      if gradient != nil {
        gradient!.step()
        (archetypes, coefficients) = (gradient!.archetypes, gradient!.coefficients)
      } else {
        moveArchetypes()
        coefficients = Self.coefficients(x, archetypes, known, from: coefficients)
      }
      let before = history.last!
      reweigh(
        Self.squaredDistances(x, archetypes, coefficients, known).map { $0.squareRoot() })
      if before - history.last! <= settings.tolerance * before { break }
    }
    if let gradient { sources = gradient.sources }
  }

  /// Each archetype to its best place, one after the other.
  private mutating func moveArchetypes() {
    let k = archetypes.rows
    var weighted = coefficients
    for i in 0..<x.rows where weights[i] != 1 {
      for a in 0..<k { weighted[i, a] *= weights[i] }
    }
    let targets = weighted.matrixProduct(x, transposingSelf: true)
    let shared = known == nil ? weighted.matrixProduct(coefficients, transposingSelf: true) : nil
    for a in 0..<k {
      // Σᵢ wᵢ mᵢⱼ aᵢₐ aᵢₗ for each column j; the same for all where no cell is missing.
      let products =
        shared.map { shared in (0..<k).map { [shared[a, $0]] } }
        ?? (0..<k).map { productsByColumn(weighted, a, $0) }
      let own = products[a]
      guard own.contains(where: { $0 > 1e-12 }) else {
        moveToWorstRow(a)
        continue
      }
      var target = [Double](repeating: 0, count: x.columns)
      for j in 0..<x.columns {
        var value = targets[a, j]
        for other in 0..<k where other != a {
          value -= products[other][products[other].count > 1 ? j : 0] * archetypes[other, j]
        }
        let weight = own[own.count > 1 ? j : 0]
        target[j] = weight > 1e-12 ? value / weight : archetypes[a, j]
      }
      move(a, to: target, scales: own.count > 1 ? own.map { $0.squareRoot() } : nil)
    }
  }

  private func productsByColumn(_ weighted: Matrix, _ a: Int, _ b: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: x.columns)
    for i in 0..<x.rows {
      let product = weighted[i, a] * coefficients[i, b]
      guard product != 0 else { continue }
      for j in 0..<x.columns where known![i * x.columns + j] { sums[j] += product }
    }
    return sums
  }

  /// Archetype a to the point of the (relaxed) hull that is nearest to `target`, in columns scaled by `scales`.
  private mutating func move(_ a: Int, to target: [Double], scales: [Double]?) {
    let largest = scales?.max() ?? 1
    // A column that no row knows together with this archetype says nothing.
    let scales = scales.map { $0.map { max($0 / largest, 1e-6) } }
    func scaled(_ row: [Double]) -> [Double] { scales.map { zip(row, $0).map { $0 * $1 } } ?? row }
    let projection =
      scales.map { scales in
        HullProjection(
          Matrix(rows: x.rows, columns: x.columns) { element in
            for i in 0..<x.rows {
              for j in 0..<x.columns { element[i * x.columns + j] = x[i, j] * scales[j] }
            }
          })
      } ?? hull
    let wanted = scaled(target)
    let factor = factors[a]
    sources[a] = projection(wanted.map { $0 / factor }, from: sources[a])
    let point = sources[a].point(in: x)
    if settings.relaxation > 0 {
      let seen = scaled(point)
      let square = seen.reduce(0) { $0 + $1 * $1 }
      let along = zip(wanted, seen).reduce(0) { $0 + $1.0 * $1.1 }
      factors[a] =
        square > 0 ? min(max(along / square, 1 - settings.relaxation), 1 + settings.relaxation) : 1
    }
    for j in 0..<x.columns { archetypes[a, j] = factors[a] * point[j] }
  }

  /// An archetype that no row uses goes to the row that is reconstructed worst: the others still reconstruct what they did.
  private mutating func moveToWorstRow(_ a: Int) {
    let distances = Self.squaredDistances(x, archetypes, coefficients, known)
    let worst = distances.indices.max { distances[$0] < distances[$1] } ?? 0
    sources[a] = .init(rows: [worst], weights: [1])
    factors[a] = 1
    for j in 0..<x.columns { archetypes[a, j] = x[worst, j] }
  }
}
