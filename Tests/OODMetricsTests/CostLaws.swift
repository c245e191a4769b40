import GenModels
import OODDetectors
import OODMetrics
import Testing

/// How the cost of scorers grows with rows and columns, in numbers that don't depend on the machine: the
/// entries of a fitted scorer, and the distances and steps that a fit takes.
@Suite("Laws of cost")
struct CostLaws {
  /// What a fitted scorer keeps: about a constant times nʳ dᶜ numbers.
  struct Size: Sendable, CustomTestStringConvertible {
    let name: String
    let rows, columns: Double
    let fit: @Sendable (Matrix) throws -> any TableScorer

    init(
      _ name: String, rows: Double, columns: Double,
      fit: @escaping @Sendable (Matrix) throws -> any TableScorer
    ) {
      (self.name, self.rows, self.columns, self.fit) = (name, rows, columns, fit)
    }

    var testDescription: String { name }

    static let all = [
      Size("three-sigma", rows: 0, columns: 1) { try ThreeSigmaDetector(fitting: $0) },
      Size("median-deviation", rows: 0, columns: 1) { try MedianDeviationDetector(fitting: $0) },
      Size("hbos", rows: 0, columns: 1) { try HBOS(fitting: $0) },
      Size("ecod", rows: 1, columns: 1) { try ECOD(fitting: $0) },
      Size("copod", rows: 1, columns: 1) { try COPOD(fitting: $0) },
      Size("isolation-forest", rows: 0, columns: 0) {
        try IsolationForest(fitting: $0, using: RandomGenerator(seed: 1))
      },
      Size("extended-isolation-forest", rows: 0, columns: 1) {
        try ExtendedIsolationForest(fitting: $0, using: RandomGenerator(seed: 1))
      },
      Size("loda", rows: 0, columns: 0) { try LODA(fitting: $0, using: RandomGenerator(seed: 1)) },
      Size("pca", rows: 0, columns: 2) { try PrincipalComponentDetector(fitting: $0) },
      Size("knn", rows: 1, columns: 1) { try NearestNeighbours(fitting: $0) },
      Size("lof", rows: 1, columns: 1) { try LocalOutlierFactor(fitting: $0) },
      Size("clusters", rows: 0, columns: 1) { try ClusterScorer(fitting: $0, starts: 1) },
      Size("kernel-density", rows: 1, columns: 1) { try KernelDensity(fitting: $0) },
      Size("mahalanobis", rows: 0, columns: 2) { try Mahalanobis(fitting: $0) },
      Size("gaussian-mixture", rows: 0, columns: 2) { try GaussianMixture(fitting: $0, components: 2) },
      Size("gaussian-mixture, diagonal", rows: 0, columns: 1) {
        try GaussianMixture(fitting: $0, components: 2, shape: .diagonal)
      },
    ]
  }

  @Test("A fitted scorer keeps as much as its documentation says", arguments: Size.all)
  func size(_ law: Size) throws {
    let (n, d) = (1200, 24)
    func bytes(_ n: Int, _ d: Int) throws -> Double {
      // What does not grow, above all the header, is taken off.
      let whole = try law.fit(ReferenceTable.normal(n, d)).archive().file().bytes().count
      let least = try law.fit(ReferenceTable.normal(300, 1)).archive().file().bytes().count
      return Double(max(1, whole - (law.rows == 0 && law.columns == 0 ? 0 : min(least, 2000))))
    }
    let one = try bytes(n, d)
    let (rowFactor, columnFactor) = (try bytes(4 * n, d) / one, try bytes(n, 4 * d) / one)
    #expect(within(rowFactor, power: law.rows), "4 times the rows keep \(rowFactor) times as much")
    #expect(
      within(columnFactor, power: law.columns), "4 times the columns keep \(columnFactor) times as much")
  }

  /// Whether quadrupling something multiplied by 4^power, to half a power.
  private func within(_ factor: Double, power: Double) -> Bool {
    let (low, high) = ([0: 0.5, 1: 2, 2: 8][power]!, [0: 2.0, 1: 8, 2: 32][power]!)
    return factor > low && factor < high
  }

  @Test("A search of few columns looks at few rows, however many there are")
  func treeSearch() throws {
    let queries = ReferenceTable.normal(200, 2, seed: 5)
    let counts = try [2_000, 32_000].map { n in
      try NeighbourIndex(ReferenceTable.normal(n, 2)).nearestCountingDistances(5, to: queries).1
    }
    // Some leaves of 32 rows for each query, not n rows; 16 times the rows take about as many.
    #expect(counts[0] < 200 * 32 * 8)
    #expect(Double(counts[1]) < 1.5 * Double(counts[0]))
  }

  @Test("A search of many columns measures few rows besides the products that rule the others out")
  func productSearch() throws {
    let queries = ReferenceTable.normal(200, 40, seed: 5)
    let counts = try [1_000, 16_000].map { n in
      try NeighbourIndex(ReferenceTable.normal(n, 40)).nearestCountingDistances(5, to: queries).1
    }
    #expect(counts.allSatisfy { $0 >= 200 * 5 && $0 < 200 * 5 * 4 }, "\(counts)")
  }

  @Test("A search in another metric measures every row once")
  func directSearch() throws {
    let index = try NeighbourIndex(ReferenceTable.normal(500, 40), metric: .manhattan)
    #expect(try index.nearestCountingDistances(5, to: ReferenceTable.normal(7, 40)).1 == 7 * 500)
    let equal = Matrix(rows: 3000, columns: 2, repeating: 1)
    // All at one place: no box can be left out, and none is looked at twice.
    #expect(try NeighbourIndex(equal).nearestCountingDistances(5, to: equal).1 <= 3000 * 3000)
  }

  @Test("Support vector steps grow no faster than the square of the rows")
  func supportVectorSteps() throws {
    let steps = try [200, 800].map { try OneClassSVM(fitting: ReferenceTable.normal($0, 3)).iterations }
    #expect(steps[0] >= 50 && steps[1] < 16 * steps[0], "\(steps)")
  }
}
