import GenModels
import OODDetectors
import OODMetrics
import Testing

@Suite("Neighbours")
struct NeighbourTests {
  /// Every distance, sorted by distance and row.
  private static func reference(
    _ k: Int, _ points: Matrix, _ queries: Matrix, _ metric: DistanceMetric, excludingSelf: Bool
  ) -> (rows: [Int32], distances: [Double]) {
    var rows: [Int32] = []
    var distances: [Double] = []
    for i in 0..<queries.rows {
      let all = (0..<points.rows).filter { !(excludingSelf && $0 == i) }.map { j -> (Double, Int) in
        let differences = zip(points.row(j), queries.row(i)).map { abs($0 - $1) }
        let distance =
          switch metric {
          case .euclidean: differences.reduce(0) { $0 + $1 * $1 }.squareRoot()
          case .manhattan: differences.reduce(0, +)
          case .chebyshev: differences.max()!
          }
        return (distance, j)
      }
      let nearest = all.sorted { $0 < $1 }.prefix(k)
      rows += nearest.map { Int32($0.1) }
      distances += nearest.map(\.0)
    }
    return (rows, distances)
  }

  @Test(
    "The nearest rows are those that a search of all finds", arguments: [1, 3, 12, 13, 40, 100],
    DistanceMetric.allCases)
  func nearest(columns: Int, metric: DistanceMetric) throws {
    let points = ReferenceTable.normal(700, columns)
    let queries = ReferenceTable.normal(60, columns, seed: 2)
    let index = try NeighbourIndex(points, metric: metric)
    let found = try index.nearest(7, to: queries)
    let expected = Self.reference(7, points, queries, metric, excludingSelf: false)
    #expect(found.rows == expected.rows)
    #expect(agree(found.distances, expected.distances, 1e-13))
    let graph = try index.nearestToEachOther(7)
    let expectedGraph = Self.reference(7, points, points, metric, excludingSelf: true)
    #expect(graph.rows == expectedGraph.rows)
    #expect(agree(graph.distances, expectedGraph.distances, 1e-13))
  }

  /// Rows near a plane of six dimensions, in clusters whose distance from the centre is `spread` times their own width; some rows occur twice,
  /// the last ones lie apart from the plane.
  private static func clusters(_ rows: Int, spread: Double, seed: UInt64) -> Matrix {
    let columns = 130
    let plane = ReferenceTable.normal(6, columns, seed: 11)
    let noise = ReferenceTable.normal(rows, columns, seed: seed) * 0.1
    var random = RandomGenerator(seed: seed)
    let places = Matrix(random.normal([rows, 6])) * plane + noise
    return Matrix(
      (0..<rows).map { i in
        let from = i % 10 == 0 ? i / 2 : i
        let apart = i > rows - 20 ? ReferenceTable.normal(1, columns, seed: UInt64(i)) * 3 : noise
        return (0..<columns).map { k in
          places[from, k] + apart[i > rows - 20 ? 0 : from, k] + spread * plane[from % 4, k]
        }
      })
  }

  @Test(
    "Where a few directions tell rows apart they are compared first, and what is found stays the same",
    arguments: [0, 3, 1e4])
  func leadingDirections(spread: Double) throws {
    let points = Self.clusters(4200, spread: spread, seed: 21)
    let index = try NeighbourIndex(points)
    #expect(index.comparesLeadingDirections)
    let near = Self.clusters(60, spread: spread, seed: 22)
    let queries = Matrix((0..<60).map { near.row($0) } + [points.row(7), near.row(0).map { $0 * 1e4 }])
    let found = try index.nearest(5, to: queries)
    let expected = Self.reference(5, points, queries, .euclidean, excludingSelf: false)
    #expect(found.rows == expected.rows)
    #expect(agree(found.distances, expected.distances, spread == 1e4 ? 1e-9 : 1e-12))
    // Each row among the others, and with the row itself, which is at distance 0.
    let (graph, withSelf) = (try index.nearestToEachOther(4), try index.nearest(5, to: points))
    for i in 0..<points.rows {
      #expect(graph.distances(of: i).elementsEqual(withSelf.distances(of: i).dropFirst()))
    }
    // The rows that have a query within their own reach.
    let all = Self.reference(
      points.rows, points, Matrix((0..<8).map { near.row($0) }), .euclidean, excludingSelf: false)
    let counts = (0..<8).map { i in
      (i * points.rows..<(i + 1) * points.rows).count {
        all.distances[$0] <= graph.distances(of: Int(all.rows[$0])).last!
      }
    }
    let indegree = try NeighbourGraphIndegree(fitting: points, neighbours: 4)
    #expect(try indegree.score(near).prefix(8).elementsEqual(counts.map { $0 == 0 ? 0 : -Double($0) }))
    #expect(try Parallelism.withThreads(1) { try index.nearestToEachOther(4) }.rows == graph.rows)
  }

  @Test("Rows that no few directions tell apart are compared whole")
  func noLeadingDirections() throws {
    #expect(try !NeighbourIndex(ReferenceTable.normal(4200, 128)).comparesLeadingDirections)
    #expect(try !NeighbourIndex(Matrix(rows: 4200, columns: 128, repeating: 3)).comparesLeadingDirections)
  }

  @Test("Whole numbers have many equal distances, and rows far away or close together lose no digits")
  func hardTables() throws {
    for columns in [2, 16] {
      var random = RandomGenerator(seed: 3)
      let whole = random.integers(1200 * columns, below: 3).elements.map(Double.init)
      var offset = whole.map { $0 * 1e-6 + 1e6 }
      offset[0] = -1e9
      for elements in [whole, offset] {
        let points = Matrix(rows: 1200, columns: columns, elements: elements)
        let graph = try NeighbourIndex(points).nearestToEachOther(4)
        let expected = Self.reference(4, points, points, .euclidean, excludingSelf: true)
        #expect(graph.distances == expected.distances || agree(graph.distances, expected.distances, 1e-13))
        // Ties are broken by row where the distances are exact.
        if elements == whole { #expect(graph.rows == expected.rows) }
      }
    }
  }

  @Test("A query's neighbours do not depend on the batch or the threads", arguments: [4, 30])
  func batches(columns: Int) throws {
    let points = ReferenceTable.normal(1500, columns)
    let queries = ReferenceTable.normal(300, columns, seed: 5)
    let scorer = try NearestNeighbours(fitting: points, neighbours: 3)
    let whole = try scorer.score(queries)
    #expect(try (0..<300).map { try scorer.score(Matrix([queries.row($0)]))[0] } == whole)
    #expect(try Parallelism.withThreads(1) { try scorer.score(queries) } == whole)
    let training = try scorer.trainingScores()
    #expect(try Parallelism.withThreads(1) { try scorer.trainingScores() } == training)
    // Leaving one out is scoring without it.
    let others = Matrix((1..<1500).map { points.row($0) })
    #expect(
      try NearestNeighbours(fitting: others, neighbours: 3).score(Matrix([points.row(0)])) == [training[0]])
  }

  @Test("Distances are scikit-learn's")
  func distances() throws {
    let expected: [NearestNeighbours.Distance: [Double]] = [
      .largest: [0.5640864644761948, 0.6709625721317654, 0.6817074631758531],
      .mean: [0.5029513919456226, 0.5094758568727096, 0.5737149671519225],
      .median: [0.5100055819471906, 0.4947304560973751, 0.6057757548693186],
    ]
    for (distance, values) in expected {
      let scorer = try NearestNeighbours(fitting: ReferenceTable.training, neighbours: 5, distance: distance)
      #expect(agree(try scorer.score(ReferenceTable.fresh), values, 1e-12))
    }
  }

  @Test("The indegree counts the rows that have a point among their nearest", arguments: [2, 20])
  func indegree(columns: Int) throws {
    let points = ReferenceTable.normal(300, columns)
    let scorer = try NeighbourGraphIndegree(fitting: points, neighbours: 4)
    var counts = [Double](repeating: 0, count: 300)
    for row in try NeighbourIndex(points).nearestToEachOther(4).rows { counts[Int(row)] -= 1 }
    #expect(scorer.trainingScores().map { $0 == 0 ? 0 : $0 } == counts)
    let far = Matrix(rows: 1, columns: columns, repeating: 100)
    #expect(try scorer.score(far) == [0])
  }

  @Test("Bad tables are refused")
  func refusals() throws {
    let two = Matrix([[0.0, 1], [2, 3]])
    #expect(throws: TableError.self) { try NearestNeighbours(fitting: two, neighbours: 3) }
    #expect(throws: TableError.self) { try NearestNeighbours(fitting: two, neighbours: 0) }
    #expect(throws: TableError.self) { try NearestNeighbours(fitting: two, neighbours: 2).trainingScores() }
    #expect(throws: TableError.self) { try NearestNeighbours(fitting: Matrix([[.nan, 1]]), neighbours: 1) }
    #expect(throws: TableError.self) { try NearestNeighbours(fitting: Matrix([[1e200, 1]]), neighbours: 1) }
    let scorer = try NearestNeighbours(fitting: two, neighbours: 2)
    #expect(throws: ExampleError.self) { try scorer.score(Matrix([[1, 2, 3]])) }
    #expect(throws: ExampleError.self) { try scorer.score(Matrix([[1, .infinity]])) }
    #expect(
      try NearestNeighbours(fitting: Matrix([[1.0, 1]]), neighbours: 1).score(Matrix([[4, 5]])) == [5])
  }
}

@Suite("Local outlier factor")
struct LocalOutlierFactorTests {
  @Test("The textbook's four points")
  func fourPoints() throws {
    let points = Matrix([[0.0, 0], [0, 1], [1, 1], [3, 0]])
    let scorer = try LocalOutlierFactor(fitting: points, neighbours: 2, metric: .manhattan)
    #expect(agree(scorer.trainingScores, [0.875, 4.0 / 3, 0.875, 2], 1e-9))
  }

  @Test("Scores are scikit-learn's")
  func reference() throws {
    let scorer = try LocalOutlierFactor(fitting: ReferenceTable.training, neighbours: 20)
    #expect(
      agree(
        try scorer.score(ReferenceTable.fresh), [0.9793885985546453, 1.0201839075016461, 0.982846069202141],
        1e-11))
    #expect(
      agree(
        Array(scorer.trainingScores.prefix(3)), [1.0057009575462768, 0.9776323248596585, 1.0109843546232888],
        1e-11))
  }

  @Test(
    "Rows that occur more than k times have the factor 1; their neighbours' is huge unless rows count once")
  func duplicates() throws {
    let others = ReferenceTable.normal(40, 2, seed: 8)
    let rows = Matrix(Array(repeating: [0.5, 0.5], count: 30) + (0..<40).map { others.row($0) })
    let scorer = try LocalOutlierFactor(fitting: rows, neighbours: 5)
    #expect(scorer.trainingScores.allSatisfy { $0.isFinite })
    #expect(agree([scorer.trainingScores[0]], [1]))
    #expect(scorer.trainingScores.max()! > 1e6)
    let distinct = try LocalOutlierFactor(fitting: rows, neighbours: 5, distinct: true)
    #expect(distinct.index.points.rows == 41)
    #expect(distinct.trainingScores.count == 70)
    #expect(distinct.trainingScores.max()! < 10)
    #expect(throws: TableError.self) {
      try LocalOutlierFactor(fitting: Matrix((0..<30).map { _ in [1.0, 2] }), neighbours: 5, distinct: true)
    }
  }
}
