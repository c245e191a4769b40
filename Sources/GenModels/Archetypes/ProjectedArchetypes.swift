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
    func residual(_ a: Matrix) -> Double {
      let fitted = a.matrixProduct(gram)
      var sum = totalSquare
      for i in a.elements.indices { sum += a.elements[i] * (fitted.elements[i] - 2 * products.elements[i]) }
      return sum
    }
    var current = residual(coefficients)
    for _ in 0..<10 {
      let gradient = tangent(
        (coefficients.matrixProduct(gram) - products) * (1 / Double(x.count)), coefficients)
      while coefficientStep > 1e-12 {
        let moved = projected(coefficients - gradient * coefficientStep)
        let found = residual(moved)
        guard found <= current * (1 + 1e-9) else {
          coefficientStep /= 2
          continue
        }
        (coefficients, current) = (moved, found)
        coefficientStep *= 1.2
        break
      }
      coefficientStep = max(coefficientStep, 1e-9)
    }
  }

  private mutating func moveArchetypes() {
    let shared = coefficients.matrixProduct(coefficients, transposingSelf: true)
    let targets = coefficients.matrixProduct(x, transposingSelf: true)
    func residual(_ z: Matrix) -> Double {
      let fitted = shared.matrixProduct(z)
      var sum = totalSquare
      for i in z.elements.indices { sum += z.elements[i] * (fitted.elements[i] - 2 * targets.elements[i]) }
      return sum
    }
    var current = residual(archetypes)
    for _ in 0..<10 {
      let gradient = tangent(
        (shared.matrixProduct(archetypes) - targets).matrixProduct(x, transposingOther: true)
          * (1 / Double(x.count)), weights)
      while weightStep > 1e-12 {
        let moved = projected(weights - gradient * weightStep)
        let points = moved.matrixProduct(x)
        let found = residual(points)
        guard found <= current * (1 + 1e-9) else {
          weightStep /= 2
          continue
        }
        (weights, archetypes, current) = (moved, points, found)
        weightStep *= 1.2
        break
      }
      weightStep = max(weightStep, 1e-9)
    }
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
