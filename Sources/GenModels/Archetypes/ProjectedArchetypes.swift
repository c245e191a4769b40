/// The projected gradient of M. Mørup and L. K. Hansen (Archetypal analysis for machine learning and data mining, 2012): ten steps on
/// the coefficients A, ten on the archetypes' weights B, each in the variables before they are normalised to sum 1. A step that lowers
/// the residual is taken, and the next is 1.2 times as long; one that doesn't is halved.
struct ProjectedArchetypes {
  private let x: Matrix
  private(set) var archetypes: Matrix
  private(set) var coefficients: Matrix
  /// B, [k, rows].
  private var weights: Matrix
  private var coefficientStep = 1.0
  private var weightStep = 1.0
  private let totalSquare: Double

  init(_ x: Matrix, sources: [HullProjection.Combination], coefficients: Matrix) {
    self.x = x
    self.coefficients = coefficients
    var weights = Matrix(rows: sources.count, columns: x.rows, repeating: 0)
    for (a, source) in sources.enumerated() {
      for (row, weight) in zip(source.rows, source.weights) { weights[a, row] = weight }
    }
    self.weights = weights
    archetypes = weights.matrixProduct(x)
    totalSquare = x.elements.reduce(0) { $0 + $1 * $1 }
  }

  /// The rows that each archetype is made of.
  var sources: [HullProjection.Combination] {
    (0..<weights.rows).map { a in
      let rows = (0..<x.rows).filter { weights[a, $0] > 0 }
      return .init(rows: rows, weights: rows.map { weights[a, $0] })
    }
  }

  mutating func step() {
    moveCoefficients()
    moveArchetypes()
  }

  private mutating func moveCoefficients() {
    let gram = archetypes.matrixProduct(archetypes, transposingOther: true)
    let products = x.matrixProduct(archetypes, transposingOther: true)
    (coefficients, coefficientStep) = descended(from: coefficients, step: coefficientStep) { a in
      let fitted = a.matrixProduct(gram)
      return (residual(a, of: products, and: fitted), { fitted - products })
    }
  }

  private mutating func moveArchetypes() {
    let shared = coefficients.matrixProduct(coefficients, transposingSelf: true)
    let targets = coefficients.matrixProduct(x, transposingSelf: true)
    (weights, weightStep) = descended(from: weights, step: weightStep) { b in
      let z = b.matrixProduct(x)
      let fitted = shared.matrixProduct(z)
      return (
        residual(z, of: targets, and: fitted),
        { [x] in (fitted - targets).matrixProduct(x, transposingOther: true) }
      )
    }
    archetypes = weights.matrixProduct(x)
  }

  /// ‖X‖² + Σ y (fitted − 2 products): the residual as a quadratic in y.
  private func residual(_ y: Matrix, of products: Matrix, and fitted: Matrix) -> Double {
    var sum = totalSquare
    for i in y.elements.indices { sum += y.elements[i] * (fitted.elements[i] - 2 * products.elements[i]) }
    return sum
  }

  /// The variables after ten steps down from `start`, and the length of the next; `at` gives residual and gradient, but for the factor 2.
  private func descended(
    from start: Matrix, step length: Double, at: (Matrix) -> (residual: Double, gradient: () -> Matrix)
  ) -> (Matrix, Double) {
    var (variables, step) = (start, length)
    var current = at(variables)
    for _ in 0..<10 {
      let direction = tangent(current.gradient() * (1 / Double(x.count)), variables)
      while step > 1e-12 {
        let moved = projected(variables - direction * step)
        let found = at(moved)
        guard found.residual <= current.residual * (1 + 1e-9) else {
          step /= 2
          continue
        }
        (variables, current) = (moved, found)
        step *= 1.2
        break
      }
      step = max(step, 1e-9)
    }
    return (variables, step)
  }

  /// The gradient in the variables before normalisation: G − (G ∘ A) 1.
  private func tangent(_ gradient: Matrix, _ at: Matrix) -> Matrix {
    gradient.mapped { i, row, result in
      var sum = 0.0
      for j in 0..<gradient.columns { sum += row[j] * at[i, j] }
      for j in 0..<gradient.columns { result[j] = row[j] - sum }
    }
  }

  /// Negative numbers to 0, rows to sum 1.
  private func projected(_ a: Matrix) -> Matrix {
    a.mapped { _, row, result in
      var sum = 0.0
      for j in 0..<a.columns {
        result[j] = max(0, row[j])
        sum += result[j]
      }
      for j in 0..<a.columns { result[j] = sum > 0 ? result[j] / sum : 1 / Double(a.columns) }
    }
  }
}

extension Matrix {
  fileprivate var count: Int { max(1, rows * columns) }

  fileprivate func mapped(
    _ body: (_ number: Int, _ row: UnsafePointer<Double>, _ result: UnsafeMutablePointer<Double>) -> Void
  ) -> Matrix {
    Matrix(rows: rows, columns: columns) { buffer in
      guard rows > 0, columns > 0 else { return }
      withUnsafeElements { elements in
        for i in 0..<rows { body(i, elements.baseAddress! + i * columns, buffer.baseAddress! + i * columns) }
      }
    }
  }
}
