import GenModels
import Testing

/// The laws of the factorizations, in both precisions and for sizes from nothing to beyond LAPACK's blocks.
@Suite struct LinearAlgebraTests {
  static let sizes = [0, 1, 2, 3, 10, 33, 120]

  /// A matrix whose elements lie in [-1, 1) and depend on the seed alone.
  static func random(_ rows: Int, _ columns: Int, seed: Int) -> Matrix {
    var state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 | 1
    return Matrix(
      rows: rows, columns: columns,
      elements: (0..<rows * columns).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 40) / Double(1 << 23) - 1
      })
  }

  static func symmetric(_ size: Int, seed: Int) -> Matrix {
    let a = random(size, size, seed: seed)
    return a + a.transposed
  }

  /// A covariance with eigenvalues of at least 1/2.
  static func positiveDefinite(_ size: Int, seed: Int) -> Matrix {
    let a = random(size, size + 5, seed: seed)
    return a.matrixProduct(a, transposingOther: true) * (1 / Double(size + 5))
      + Matrix.identity(size) * 0.5
  }

  static func distance(_ a: Matrix, _ b: Matrix) -> Double {
    #expect(a.rows == b.rows && a.columns == b.columns)
    return (a - b).elements.map(\.magnitude).max() ?? 0
  }

  @Test func solvesASmallSystem() throws {
    let a = Matrix([[2, 1], [1, 3]])
    let x = try LU(a).solve([3, 5])
    #expect((x[0] - 0.8).magnitude < 1e-15 && (x[1] - 1.4).magnitude < 1e-15)
    let lu = try LU(a)
    #expect((lu.determinant - 5).magnitude < 1e-14)
    let factor = try Cholesky(a)
    #expect((factor.logDeterminant - 1.6094379124341003).magnitude < 1e-15)
  }

  // MARK: Cholesky

  @Test("L·Lᵀ = A, A·solve(B) = B, and A·A⁻¹ = I", arguments: sizes)
  func choleskyLaws(size: Int) throws {
    let a = Self.positiveDefinite(size, seed: 1)
    let b = Self.random(size, 3, seed: 2)
    let cholesky = try Cholesky(a)
    let l = cholesky.factor
    for i in 0..<size {
      #expect(l[i, i] > 0)
      for j in i + 1..<max(size, i + 1) { #expect(l[i, j] == 0) }
    }
    #expect(Self.distance(l * l.transposed, a) < 1e-13)
    #expect(Self.distance(a * cholesky.solve(b), b) < 1e-12)
    #expect(Self.distance(a * cholesky.inverse, .identity(size)) < 1e-12)
    #expect(Self.distance(l * cholesky.whiten(b), b) < 1e-12)
    #expect(cholesky.inverse == cholesky.inverse.transposed)
    if size > 0 { #expect(cholesky.solve(b.column(1)).elementsEqual(cholesky.solve(b).column(1), by: near)) }

    let single = try Cholesky(Tensor(a))
    #expect(Self.distance(Matrix(single.factor), l) < 1e-5)
    #expect(Self.distance(a * Matrix(single.solve(Tensor(b))), b) < 1e-4)
    #expect((Double(single.logDeterminant) - cholesky.logDeterminant).magnitude < 1e-4)
  }

  private func near(_ a: Double, _ b: Double) -> Bool { (a - b).magnitude < 1e-12 }

  @Test func choleskyReadsTheLowerTriangleOnly() throws {
    var a = Self.positiveDefinite(6, seed: 3)
    let factor = try Cholesky(a).factor
    a[0, 5] = 100
    a[2, 3] = -100
    #expect(try Cholesky(a).factor == factor)
  }

  @Test func choleskyNamesTheBlockThatIsNotPositiveDefinite() {
    var a = Matrix.identity(5)
    a[2, 2] = -1
    #expect(throws: LinearAlgebraError.notPositiveDefinite(minor: 3, size: 5)) { try Cholesky(a) }
    #expect(throws: LinearAlgebraError.notPositiveDefinite(minor: 3, size: 5)) { try Cholesky(Tensor(a)) }
    let text = LinearAlgebraError.notPositiveDefinite(minor: 3, size: 5).description
    #expect(text.contains("5 by 5") && text.contains("3 by 3"))
  }

  // MARK: LU

  @Test("A·A⁻¹ = I, A·solve(B) = B, and solve agrees with itself on vectors", arguments: sizes)
  func luLaws(size: Int) throws {
    let a = Self.random(size, size, seed: 4) + Matrix.identity(size) * 3
    let b = Self.random(size, 4, seed: 5)
    let lu = try LU(a)
    #expect(Self.distance(a * (try lu.inverse()), .identity(size)) < 1e-10)
    #expect(Self.distance((try a.inverse()) * a, .identity(size)) < 1e-10)
    #expect(Self.distance(a * (try lu.solve(b)), b) < 1e-10)
    #expect(Self.distance(try a.solve(b), try lu.solve(b)) == 0)
    if size > 0 {
      let x = try lu.solve(b.column(2))
      #expect(zip(x, try lu.solve(b).column(2)).allSatisfy { ($0 - $1).magnitude < 1e-10 })
    }
    let single = try LU(Tensor(a)).solve(Tensor(b))
    #expect(Self.distance(a * Matrix(single), b) < 2e-3)
  }

  @Test("The log-determinant and its sign are those of the eigenvalues", arguments: sizes)
  func logDeterminantIsThatOfTheEigenvalues(size: Int) throws {
    let a = Self.symmetric(size, seed: 6)
    let values = try SymmetricEigen(a).values
    let lu = try LU(a)
    let sign = values.reduce(1.0) { $1 < 0 ? -$0 : $0 }
    #expect(lu.determinantSign == sign)
    // exp(log|det|) would overflow for the largest: compare the logarithm through products of ratios.
    let spd = Self.positiveDefinite(size, seed: 7)
    #expect((try LU(spd).logDeterminant - (try Cholesky(spd).logDeterminant)).magnitude < 1e-10)
    #expect(try LU(spd).determinantSign == 1)
    let product = values.reduce(1.0, *)
    if size < 40 { #expect((lu.determinant - product).magnitude <= 1e-9 * product.magnitude) }
    #expect((Double(try LU(Tensor(a)).logDeterminant) - lu.logDeterminant).magnitude < 1e-2)
  }

  @Test func rowExchangesChangeTheSign() throws {
    let swap = Matrix([[0, 1, 0], [1, 0, 0], [0, 0, 1]])
    let cycle = Matrix([[0, 1, 0], [0, 0, 1], [1, 0, 0]])
    #expect(try LU(swap).determinant == -1)
    #expect(try LU(swap).determinantSign == -1)
    #expect(try LU(cycle).determinant == 1)
    #expect(try LU(cycle).determinantSign == 1)
    #expect(try LU(cycle).solve([1, 2, 3]) == [3, 1, 2])
  }

  @Test func singularMatricesHaveADeterminantButNoSolution() throws {
    let a = Matrix([[1, 2, 3], [2, 4, 6], [1, 0, 1]])
    let lu = try LU(a)
    #expect(lu.isSingular)
    #expect(lu.logDeterminant == -.infinity)
    #expect(lu.determinantSign == 0)
    #expect(lu.determinant == 0)
    #expect(throws: LinearAlgebraError.self) { try lu.solve([1, 2, 3]) }
    #expect(throws: LinearAlgebraError.singular(pivot: 1, size: 2)) {
      try Matrix([[1, 1], [1, 1]]).inverse()
    }
    #expect(throws: LinearAlgebraError.singular(pivot: 1, size: 2)) {
      try LU(Tensor.ones([2, 2])).solve(Tensor.ones([2, 1]))
    }
  }

  // MARK: Triangles

  @Test("op(T)·X = B for both triangles", arguments: sizes)
  func triangularSolutions(size: Int) throws {
    // The other half holds what must not be read.
    let full = Self.random(size, size, seed: 8) * 0.1 + Matrix.identity(size) * 2
    let b = Self.random(size, 5, seed: 9)
    for triangle in [Triangle.lower, .upper] {
      for transposed in [false, true] {
        for unit in [false, true] {
          var t = full
          for i in 0..<size {
            if unit { t[i, i] = 1 }
            for j in 0..<size where triangle == .lower ? j > i : j < i { t[i, j] = 0 }
          }
          let x = try full.solveTriangular(b, triangle, transposed: transposed, unitDiagonal: unit)
          #expect(Self.distance((transposed ? t.transposed : t) * x, b) < 1e-11)
          let single = try Tensor(full).solveTriangular(
            Tensor(b), triangle, transposed: transposed, unitDiagonal: unit)
          #expect(Self.distance((transposed ? t.transposed : t) * Matrix(single), b) < 1e-4)
        }
      }
    }
  }

  @Test func triangularSolutionNamesTheZero() {
    var t = Matrix.identity(4)
    t[2, 2] = 0
    let b = Matrix(rows: 4, columns: 1, repeating: 1)
    #expect(throws: LinearAlgebraError.singular(pivot: 2, size: 4)) { try t.solveTriangular(b, .lower) }
    #expect(throws: Never.self) { try t.solveTriangular(b, .lower, unitDiagonal: true) }
  }

  // MARK: Eigenvalues and singular values

  @Test("Q·Λ·Qᵀ = A with orthonormal Q and ascending values", arguments: sizes)
  func eigenLaws(size: Int) throws {
    let a = Self.symmetric(size, seed: 10)
    let eigen = try SymmetricEigen(a)
    let q = eigen.vectors
    #expect(eigen.values == eigen.values.sorted())
    #expect(Self.distance(q * Matrix(diagonal: eigen.values) * q.transposed, a) < 1e-12)
    #expect(Self.distance(q.transposed * q, .identity(size)) < 1e-13)
    let single = try SymmetricEigen(Tensor(a))
    #expect(zip(single.values, eigen.values).allSatisfy { (Double($0) - $1).magnitude < 1e-4 })
    let vectors = Matrix(single.vectors)
    let values = Matrix(diagonal: single.values.map(Double.init))
    #expect(Self.distance(vectors * values * vectors.transposed, a) < 1e-4)
  }

  @Test func eigenReadsTheLowerTriangleOnly() throws {
    var a = Self.symmetric(5, seed: 11)
    let values = try SymmetricEigen(a).values
    a[0, 4] = 100
    #expect(try SymmetricEigen(a).values == values)
  }

  @Test(
    "U·S·Vᵀ = A with orthonormal factors and descending values",
    arguments: [(0, 3), (3, 0), (1, 1), (4, 4), (30, 7), (7, 30), (90, 90)])
  func singularValueLaws(rows: Int, columns: Int) throws {
    let a = Self.random(rows, columns, seed: 12)
    let svd = try SingularValues(a)
    let (u, v) = (svd.left, svd.rightTransposed)
    let rank = min(rows, columns)
    #expect(svd.values.count == rank)
    #expect(svd.values == svd.values.sorted(by: >) && svd.values.allSatisfy { $0 >= 0 })
    #expect(Self.distance(u * Matrix(diagonal: svd.values) * v, a) < 1e-12)
    #expect(Self.distance(u.transposed * u, .identity(rank)) < 1e-13)
    #expect(Self.distance(v * v.transposed, .identity(rank)) < 1e-13)
    let single = try SingularValues(Tensor(a))
    let values = Matrix(diagonal: single.values.map(Double.init))
    #expect(Self.distance(Matrix(single.left) * values * Matrix(single.rightTransposed), a) < 1e-4)
  }

  // MARK: Least squares

  @Test("The residual is orthogonal to the columns", arguments: [(1, 1), (6, 6), (20, 3), (50, 17), (5, 0)])
  func leastSquaresLaws(rows: Int, columns: Int) throws {
    let a = Self.random(rows, columns, seed: 13)
    let b = Self.random(rows, 2, seed: 14)
    let x = try a.leastSquares(b)
    #expect(
      Self.distance(a.transposed * (a * x - b), Matrix(rows: columns, columns: 2, repeating: 0)) < 1e-12)
    let single = Matrix(try Tensor(a).leastSquares(Tensor(b)))
    #expect(Self.distance(single, x) < 1e-3)
  }

  @Test func leastSquaresRefusesDependentColumns() {
    let a = Matrix([[1, 0], [2, 0], [3, 0]])
    let b = Matrix([[1], [2], [4]])
    #expect(throws: LinearAlgebraError.dependentColumns(rows: 3, columns: 2)) { try a.leastSquares(b) }
  }

  // MARK: Refusals

  @Test("NaN and infinities are refused with their place", arguments: [Double.nan, .infinity, -.infinity])
  func notFinite(value: Double) {
    var a = Matrix.identity(4)
    a[2, 1] = value
    let error = LinearAlgebraError.notFinite(row: 2, column: 1)
    #expect(throws: error) { try Cholesky(a) }
    #expect(throws: error) { try LU(a) }
    #expect(throws: error) { try SymmetricEigen(a) }
    #expect(throws: error) { try SingularValues(a) }
    #expect(throws: error) { try a.leastSquares(.identity(4)) }
    #expect(throws: error) { try Matrix.identity(4).leastSquares(a) }
    #expect(throws: error) { try Matrix.identity(4).solve(a) }
    #expect(throws: error) { try Matrix.identity(4).solveTriangular(a, .upper) }
    #expect(throws: error) { try Cholesky(Tensor(a)) }
    #expect(throws: error) { try SingularValues(Tensor(a)) }
    #expect(error.description.contains("row 2, column 1"))
  }

  @Test func refusesShapesThatDoNotFit() async {
    await #expect(processExitsWith: .failure) { _ = try Cholesky(Matrix(rows: 2, columns: 3, repeating: 1)) }
    await #expect(processExitsWith: .failure) { _ = try LU(Matrix(rows: 2, columns: 3, repeating: 1)) }
    await #expect(processExitsWith: .failure) { _ = try Cholesky(Tensor.zeros([4])) }
    await #expect(processExitsWith: .failure) { _ = try LU(Matrix.identity(3)).solve(Matrix.identity(2)) }
    await #expect(processExitsWith: .failure) { _ = try Cholesky(Matrix.identity(3)).solve([1, 2]) }
    await #expect(processExitsWith: .failure) {
      _ = try Matrix(rows: 2, columns: 3, repeating: 1).leastSquares(Matrix.identity(2))
    }
    await #expect(processExitsWith: .failure) { _ = Matrix([[1, 2], [3]]) }
    await #expect(processExitsWith: .failure) { _ = Matrix.identity(3)[3, 0] }
  }

  // MARK: Matrix

  @Test func matrixHoldsItsElementsByRows() {
    var a = Matrix([[1, 2, 3], [4, 5, 6]])
    #expect(a.rows == 2 && a.columns == 3)
    #expect(a[1, 0] == 4)
    #expect(a.row(1) == [4, 5, 6] && a.column(2) == [3, 6])
    #expect(a.transposed == Matrix([[1, 4], [2, 5], [3, 6]]))
    #expect(a.diagonal == [1, 5])
    #expect(a + a == 2 * a && a - a == Matrix(rows: 2, columns: 3, repeating: 0) && -a == a * -1)
    let copy = a
    a[0, 0] = 9
    #expect(copy[0, 0] == 1 && a[0, 0] == 9)
    #expect(Matrix(Tensor(copy)) == copy)
    #expect(Tensor(copy).shape == [2, 3])
  }
}
