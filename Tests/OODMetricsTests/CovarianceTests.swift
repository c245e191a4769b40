import GenModels
import OODDetectors
import OODMetrics
import Testing

@Suite("Covariances")
struct CovarianceTests {
  @Test("Mahalanobis distances are scikit-learn's")
  func reference() throws {
    let (x, fresh) = (ReferenceTable.training, ReferenceTable.fresh)
    #expect(
      agree(
        try Mahalanobis(fitting: x).score(fresh), [1.948070418266366, 6.420672356663759, 5.886402437551489]))
    let shrunk = try Mahalanobis(fitting: x, covariance: .ledoitWolf)
    #expect(agree(try shrunk.score(fresh), [1.7152250183550706, 5.655975264865263, 4.930773266844753]))
    #expect(agree([try Moments.ledoitWolf(x).shrinkage], [0.048295485099403936]))
  }

  @Test("Contributions sum to the score")
  func contributions() throws {
    let scorer = try Mahalanobis(fitting: ReferenceTable.training)
    let contributions = try scorer.contributions(ReferenceTable.fresh)
    let sums = (0..<3).map { contributions.row($0).reduce(0, +) }
    #expect(agree(sums, try scorer.score(ReferenceTable.fresh), 1e-10))
    // A deviation in one uncorrelated feature is that feature's alone.
    let plain = try Mahalanobis(Moments(mean: [0, 0], covariance: Matrix(diagonal: [4, 1])))
    #expect(try plain.contributions(Matrix([[6.0, 0]])) == Matrix([[9.0, 0]]))
  }

  @Test("A singular covariance is refused, pseudo-inverted or shrunk, as asked")
  func singular() throws {
    let x = Matrix(
      (0..<20).map { (i: Int) -> [Double] in
        let five = Double(i % 5)
        return [five, 7, 2 * five, Double(i % 7)]
      })
    let scorer = try Mahalanobis(fitting: x)
    #expect(scorer.rank == 2)
    // Off the rows' plane counts nothing, on it everything.
    let centre = scorer.moments.mean
    #expect(abs(try scorer.score(Matrix([[centre[0], 99, centre[2], centre[3]]]))[0]) < 1e-9)
    #expect(throws: TableError.self) { try Mahalanobis(fitting: x, whenSingular: .refused) }
    #expect(try Mahalanobis(fitting: x, covariance: .ledoitWolf, whenSingular: .refused).rank == 4)
    #expect(throws: TableError.self) { try Mahalanobis(fitting: Matrix([[1.0, 2], [1, 2], [1, 2]])) }
    #expect(throws: TableError.self) { try Mahalanobis(fitting: Matrix([[1.0, 2]])) }
    let wide = try Mahalanobis(fitting: ReferenceTable.normal(5, 9))
    #expect(wide.rank == 4)
    #expect(try wide.score(ReferenceTable.normal(5, 9, seed: 2)).allSatisfy(\.isFinite))
  }

  @Test("The chi-squared distribution has its tabulated quantiles")
  func chiSquared() {
    #expect(
      agree(
        [ChiSquared(3).quantile(0.975), ChiSquared(1).quantile(0.5)], [9.348403604496148, 0.454936423119572]))
    #expect(
      agree(
        [ChiSquared(50).cumulative(40), ChiSquared(2).cumulative(2)],
        [0.1567726218262377, 0.632120558828558], 1e-9
      ))
  }
}

@Suite("Minimum covariance determinant")
struct MinimumCovarianceDeterminantTests {
  @Test("Outliers do not move it", arguments: [300, 2500])
  func robust(rows: Int) throws {
    var x = ReferenceTable.normal(rows, 3)
    for i in 0..<rows / 4 { for k in 0..<3 { x[i, k] = 0.1 * x[i, k] + 20 } }
    let estimate = try MinimumCovarianceDeterminant(fitting: x)
    #expect(estimate.raw.mean.allSatisfy { abs($0) < 0.3 })
    #expect(estimate.moments.covariance.diagonal.allSatisfy { $0 > 0.7 && $0 < 1.3 })
    #expect(estimate.support.first! >= rows / 4)
    #expect(estimate.support.count == (rows + 5) / 2)
    #expect(try Moments(of: x).mean.allSatisfy { $0 > 3 })
    let scores = try Mahalanobis(fitting: x, covariance: .minimumDeterminant()).score(x)
    #expect(scores.prefix(rows / 4).min()! > scores.suffix(rows - rows / 4).max()!)
  }

  @Test("No choice of half of a few rows has a smaller determinant")
  func exhaustive() throws {
    let x = ReferenceTable.normal(12, 2, seed: 4)
    let estimate = try MinimumCovarianceDeterminant(fitting: x)
    let h = estimate.support.count
    var least = Double.infinity
    for mask in 0..<1 << 12 where mask.nonzeroBitCount == h {
      let rows = (0..<12).filter { mask >> $0 & 1 == 1 }.map { x.row($0) }
      let c = try Moments(of: Matrix(rows)).covariance
      least = min(least, c[0, 0] * c[1, 1] - c[0, 1] * c[1, 0])
    }
    let c = estimate.raw.covariance
    #expect(agree([c[0, 0] * c[1, 1] - c[0, 1] * c[1, 0]], [least], 1e-9))
  }

  @Test("In one dimension it is the exact minimum, and the same seed gives the same bits")
  func oneDimension() throws {
    let x = ReferenceTable.normal(101, 1, seed: 6)
    let estimate = try MinimumCovarianceDeterminant(fitting: x)
    let (sorted, h) = (x.elements.sorted(), estimate.support.count)
    let least = try (0...101 - h).map {
      try Moments(of: Matrix(rows: h, columns: 1, elements: Array(sorted[$0..<$0 + h]))).covariance[0, 0]
    }.min()!
    #expect(agree([estimate.raw.covariance[0, 0]], [least], 1e-10))
    let y = ReferenceTable.normal(400, 4)
    let (one, many) = (
      try Parallelism.withThreads(1) { try MinimumCovarianceDeterminant(fitting: y, seed: 3) },
      try Parallelism.withThreads(4) { try MinimumCovarianceDeterminant(fitting: y, seed: 3) }
    )
    #expect(one.moments == many.moments)
  }

  @Test("No exchange of a row in the support for another lowers the determinant", arguments: [1, 2, 3])
  func exchanges(seed: UInt64) throws {
    let x = ReferenceTable.normal(60, 4, seed: 9)
    let estimate = try MinimumCovarianceDeterminant(fitting: x, seed: seed)
    func logDeterminant(_ rows: [Int]) throws -> Double {
      try Cholesky(Moments(of: Matrix(rows.map { x.row($0) })).covariance).logDeterminant
    }
    let least = try logDeterminant(estimate.support)
    #expect(abs(least - estimate.logDeterminant) < 1e-9)
    let others = Set(0..<60).subtracting(estimate.support)
    for place in estimate.support.indices {
      for other in others {
        var rows = estimate.support
        rows[place] = other
        #expect(try logDeterminant(rows) > least - 1e-9)
      }
    }
  }

  @Test("Half the rows in a plane have no determinant: regularised, or refused")
  func exactFit() throws {
    var x = ReferenceTable.normal(100, 3)
    for i in 0..<70 { x[i, 1] = 0 }
    let estimate = try MinimumCovarianceDeterminant(fitting: x)
    #expect(estimate.regularization == MinimumCovarianceDeterminant.exactFitRegularization)
    #expect(estimate.logDeterminant.isFinite)
    // Off the plane counts, and farther off counts more.
    let centre = estimate.moments.mean
    let distances = try Mahalanobis(estimate.moments).score(
      Matrix((0..<4).map { [centre[0], centre[1] + Double($0), centre[2]] }))
    #expect(distances[0] < 1e-9 && distances[1] > 5)
    #expect(distances == distances.sorted() && distances.allSatisfy(\.isFinite))
    // Half the entries of the only column are equal.
    let column = Matrix((0..<40).map { [$0 < 30 ? 2.0 : Double($0)] })
    #expect(try MinimumCovarianceDeterminant(fitting: column).regularization > 0)
    #expect(throws: TableError.self) { try MinimumCovarianceDeterminant(fitting: x, whenExact: .refused) }
    #expect(throws: TableError.self) {
      try MinimumCovarianceDeterminant(fitting: column, whenExact: .refused)
    }
    let regular = try MinimumCovarianceDeterminant(fitting: x, regularization: 0.1)
    #expect(regular.logDeterminant.isFinite && regular.regularization == 0.1)
    #expect(try MinimumCovarianceDeterminant(fitting: ReferenceTable.normal(100, 3)).regularization == 0)
    // A constant column is no obstacle.
    var constant = ReferenceTable.normal(100, 3)
    for i in 0..<100 { constant[i, 1] = 5 }
    #expect(try MinimumCovarianceDeterminant(fitting: constant).raw.mean[1] == 5)
    #expect(throws: TableError.self) { try MinimumCovarianceDeterminant(fitting: x, supportFraction: 1.5) }
    #expect(throws: TableError.self) {
      try MinimumCovarianceDeterminant(fitting: ReferenceTable.normal(3, 5))
    }
  }
}
