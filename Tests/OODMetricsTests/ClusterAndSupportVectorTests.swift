import GenModels
import OODDetectors
import OODMetrics
import Testing

@Suite("Clustering")
struct ClusteringTests {
  /// Clusters of 100, 90 and 10 rows around (0, 0), (20, 0) and (0, 30).
  private static let table: Matrix = {
    let noise = ReferenceTable.normal(200, 2)
    return Matrix(
      (0..<200).map { (i: Int) -> [Double] in
        let (right, up): (Double, Double) = i < 100 ? (0, 0) : i < 190 ? (20, 0) : (0, 30)
        return [noise[i, 0] + right, noise[i, 1] + up]
      })
  }()

  @Test("k-means finds separate clusters")
  func clusters() throws {
    let clusters = try KMeans(fitting: Self.table, clusters: 3)
    #expect(clusters.sizes.sorted() == [10, 90, 100])
    #expect(Set(clusters.labels[0..<100]).count == 1)
    #expect(clusters.inertia < 600)
  }

  @Test("Each rule scores as it says")
  func rules() throws {
    let clusters = try KMeans(fitting: Self.table, clusters: 3)
    let queries = Matrix([[0.0, 0], [0, 30], [20, 50]])
    let distance = try ClusterScorer(clusters, rule: .distance).score(queries)
    #expect(distance[0] < 1 && distance[1] < 1 && distance[2] > 25)
    let size = try ClusterScorer(clusters, rule: .size).score(queries)
    #expect(size == [-0.5, -0.05, -0.05])
    let factor = try ClusterScorer(clusters, rule: .localOutlierFactor())
    #expect(factor.isLarge.filter { $0 }.count == 2)
    let scores = try factor.score(queries)
    // A row of the small cluster is as far as the nearest large one.
    #expect(scores[0] < 1 && abs(scores[1] - 30) < 1 && scores[2] > 45)
    let weighted = try ClusterScorer(clusters, rule: .localOutlierFactor(weighted: true)).score(queries)
    #expect(agree(weighted, [scores[0] * 100, scores[1] * 10, scores[2] * 10]))
  }

  @Test("Rows are with the nearest centre, centres are means, and no row's move lowers the inertia")
  func settled() throws {
    let x = ReferenceTable.normal(150, 3, seed: 8)
    let clusters = try KMeans(fitting: x, clusters: 6, starts: 2)
    func squaredDistance(_ i: Int, _ centre: [Double]) -> Double {
      zip(x.row(i), centre).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    func inertia(_ labels: [Int]) throws -> Double {
      try (0..<6).reduce(0.0) { sum, j in
        let rows = labels.indices.filter { labels[$0] == j }
        guard !rows.isEmpty else { return sum }
        let mean = try Moments(of: Matrix(rows.map { x.row($0) })).mean
        return sum + rows.reduce(0.0) { $0 + squaredDistance($1, mean) }
      }
    }
    #expect(abs(try inertia(clusters.labels) - clusters.inertia) < 1e-9)
    for i in 0..<150 {
      let distances = (0..<6).map { squaredDistance(i, clusters.centres.row($0)) }
      #expect(distances[clusters.labels[i]] == distances.min())
      for j in 0..<6 {
        var labels = clusters.labels
        labels[i] = j
        #expect(try inertia(labels) > clusters.inertia - 1e-6)
      }
    }
  }

  @Test("Fewer different rows than clusters leave clusters empty, without NaN")
  func duplicates() throws {
    let same = Matrix((0..<12).map { (i: Int) -> [Double] in [Double(i % 2), 1] })
    let clusters = try KMeans(fitting: same, clusters: 5)
    #expect(clusters.inertia == 0 && clusters.sizes.reduce(0, +) == 12)
    #expect(try ClusterScorer(clusters, rule: .localOutlierFactor()).score(same).allSatisfy(\.isFinite))
    #expect(throws: TableError.self) { try KMeans(fitting: same, clusters: 13) }
    #expect(throws: TableError.self) { try KMeans(fitting: same, clusters: 0) }
    #expect(throws: TableError.self) { try ClusterScorer(clusters, rule: .localOutlierFactor(share: 2)) }
  }
}

@Suite("One-class support vector machine")
struct OneClassSVMTests {
  @Test("Decision values are libsvm's")
  func reference() throws {
    let x = ReferenceTable.training
    let radial = try OneClassSVM(fitting: x, nu: 0.2, tolerance: 1e-9)
    let expected = [-0.5128529347818884, 0.1111581199176479, -0.14366420398708435]
    #expect(zip(try radial.score(ReferenceTable.fresh), expected).allSatisfy { abs($0 - $1) < 1e-6 })
    let linear = try OneClassSVM(fitting: x, nu: 0.2, kernel: .linear, tolerance: 1e-9)
    let expectedLinear = [-8.535677794557143, -9.865595843394411, -9.635709577827027]
    #expect(zip(try linear.score(ReferenceTable.fresh), expectedLinear).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test("The objective is that of the coefficients, and near the least as the tolerance says")
  func objective() throws {
    let x = ReferenceTable.normal(80, 2, seed: 3)
    for kernel in [SupportVectorKernel.linear, .radial(gamma: 0.5)] {
      let exact = try OneClassSVM(fitting: x, kernel: kernel, tolerance: 1e-9)
      let rough = try OneClassSVM(fitting: x, kernel: kernel)
      let least = try #require(exact.objective)
      #expect(try #require(rough.objective) - least <= 1e-3 * 0.5 * 80)
      var sum = 0.0
      for i in 0..<exact.coefficients.count {
        for j in 0..<exact.coefficients.count {
          let (a, b) = (exact.supportVectors.row(i), exact.supportVectors.row(j))
          let product = zip(a, b).reduce(0.0) { $0 + $1.0 * $1.1 }
          let square = zip(a, b).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
          let value = kernel == .linear ? product : exponential(-0.5 * square)
          sum += exact.coefficients[i] * exact.coefficients[j] * value
        }
      }
      #expect(abs(sum / 2 - least) <= 1e-7 * max(1, least))
    }
  }

  @Test("ν bounds the shares of outliers and of support vectors", arguments: [0.05, 0.3, 0.7])
  func nu(nu: Double) throws {
    let x = ReferenceTable.normal(1000, 3)
    let machine = try OneClassSVM(fitting: x, nu: nu, tolerance: 1e-6)
    #expect(abs(machine.coefficients.reduce(0, +) - nu * 1000) < 1e-9 * 1000)
    let outside = try machine.score(x).filter { $0 > 1e-5 }.count
    #expect(Double(outside) <= nu * 1000 + 1e-9)
    #expect(Double(machine.supportVectors.rows) >= nu * 1000 - 1e-9)
    // A small cache changes the time only.
    let small = try OneClassSVM(fitting: x, nu: nu, tolerance: 1e-6, cacheBytes: 0)
    #expect(small.coefficients == machine.coefficients && small.offset == machine.offset)
  }

  @Test("Equal rows and bad settings")
  func degenerate() throws {
    let same = Matrix((0..<9).map { _ in [2.0, 2] })
    #expect(try OneClassSVM(fitting: same).score(same).allSatisfy { abs($0) < 1e-9 })
    #expect(try OneClassSVM(fitting: Matrix([[1.0]])).score(Matrix([[1.0]])).allSatisfy(\.isFinite))
    #expect(throws: TableError.self) { try OneClassSVM(fitting: same, nu: 0) }
    #expect(throws: TableError.self) { try OneClassSVM(fitting: same, nu: 1.2) }
    #expect(throws: TableError.self) { try OneClassSVM(fitting: same, kernel: .radial(gamma: -1)) }
    #expect(throws: TableError.self) { try OneClassSVM(fitting: Matrix([[.nan]])) }
  }
}
