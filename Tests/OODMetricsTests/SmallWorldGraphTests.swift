import GenModels
import OODDetectors
import OODMetrics
import Testing

@Suite("Approximate neighbours")
struct SmallWorldGraphTests {
  private static let points = ReferenceTable.normal(3000, 20)
  private static let queries = ReferenceTable.normal(200, 20, seed: 2)

  @Test("A graph finds nearly all neighbours, more of them the broader its search")
  func recall() throws {
    let shares = try [10, 30, 100, 400].map {
      try NeighbourIndex(Self.points, search: .approximate(.init(breadth: $0))).recall(10, of: Self.queries)
    }
    #expect(shares == shares.sorted())
    #expect(shares[0] < shares[3], "a search of ten nodes is not as good as one of four hundred")
    #expect(shares[2] > 0.95 && shares[3] > 0.995)
    #expect(try NeighbourIndex(Self.points).recall(10, of: Self.queries) == 1)
  }

  @Test("What is found has the distances of double precision, sorted")
  func distances() throws {
    let lists = try NeighbourIndex(Self.points, search: .approximate()).nearest(5, to: Self.queries)
    for i in 0..<lists.count {
      let exact = lists.rows(of: i).map { row in
        zip(Self.points.row(Int(row)), Self.queries.row(i)).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
          .squareRoot()
      }
      #expect(zip(exact, lists.distances(of: i)).allSatisfy { abs($0 - $1) <= 1e-12 * $0 })
      #expect(Array(lists.distances(of: i)) == lists.distances(of: i).sorted())
      #expect(Set(lists.rows(of: i)).count == 5)
    }
  }

  @Test("A graph is the same for any number of threads, and in pieces of queries")
  func threads() throws {
    func found(_ threads: Int, _ queries: Matrix) throws -> NeighbourLists {
      try Parallelism.withThreads(threads) {
        try NeighbourIndex(Self.points, search: .approximate(.init(breadth: 20))).nearest(5, to: queries)
      }
    }
    let (one, three) = (try found(1, Self.queries), try found(3, Self.queries))
    #expect(one == three)
    let piece = try found(2, Self.queries.rows(50..<60))
    #expect(Array(piece.rows) == Array(one.rows[250..<300]))
  }

  @Test("Copies, clusters and rows far away are found too")
  func hardTables() throws {
    // A hundred copies of each of twenty rows, in order.
    let copies = Matrix((0..<2000).map { Array(Self.points.row($0 / 100)) })
    let index = try NeighbourIndex(copies, search: .approximate())
    let lists = try index.nearest(5, to: copies.rows(stride(from: 0, to: 2000, by: 50).map { Int32($0) }))
    #expect(lists.distances.filter { $0 == 0 }.count >= lists.distances.count * 9 / 10)
    // Clusters a thousand deviations apart, one behind the other.
    let clusters = Matrix((0..<2000).map { i in Self.points.row(i).map { $0 + Double(i / 200) * 1000 } })
    let apart = try NeighbourIndex(clusters, search: .approximate())
    #expect(try apart.recall(5, of: clusters.rows(stride(from: 7, to: 2000, by: 20).map { Int32($0) })) > 0.9)
    // Beyond single precision, and beyond squares.
    for far in [1e20, 1e200, .greatestFiniteMagnitude] {
      let query = Matrix([[Double](repeating: far, count: 20)])
      let (graph, all) = (
        try index.nearest(3, to: query), try NeighbourIndex(copies).nearest(3, to: query)
      )
      #expect(graph == all)
    }
  }

  @Test("Few rows, one column and more neighbours than a search keeps")
  func small() throws {
    // Gaps that differ, so that no two distances from a point are equal.
    let line = Matrix((0..<9).map { [Double(1 << $0)] })
    for k in 1...9 {
      let (graph, all) = (
        try NeighbourIndex(line, search: .approximate(.init(breadth: 1))).nearest(k, to: line),
        try NeighbourIndex(line).nearest(k, to: line)
      )
      #expect(graph == all, "\(k) neighbours")
    }
    let one = try NeighbourIndex(Matrix([[4, 5]]), search: .approximate())
    #expect(try one.nearest(1, to: Matrix([[1, 1]])).distances == [5])
    #expect(try NeighbourIndex(line, search: .approximate()).nearestToEachOther(2).rows(of: 0) == [1, 2])
  }

  @Test("Rows that are one in single precision come in the order of double precision", arguments: [0, 1e6])
  func closeRows(offset: Double) throws {
    // Forty places, twenty-five rows at each, that differ by 1e-8 of the table's extent.
    let close = Matrix(
      (0..<1000).map { i in
        Self.points.row(i % 40).map { $0 + Double(i / 40) * 4e-8 + offset }
      })
    let asked = Matrix((0..<100).map { i in Self.queries.row(i).map { $0 + offset } })
    let index = try NeighbourIndex(close, search: .approximate(.init(breadth: 1000)))
    for k in [1, 7, 60] {
      #expect(
        try index.nearest(k, to: asked) == NeighbourIndex(close).nearest(k, to: asked), "\(k) neighbours")
    }
  }

  @Test("Settings out of range and other metrics are refused")
  func badSettings() throws {
    for change in [
      { (settings: inout SmallWorldGraph.Settings) in settings.links = 1 },
      { $0.breadth = 0 }, { $0.constructionBreadth = -3 },
    ] {
      var settings = SmallWorldGraph.Settings()
      change(&settings)
      #expect(throws: TableError.self) {
        try NeighbourIndex(Self.points, search: .approximate(settings))
      }
    }
    #expect {
      try NearestNeighbours(fitting: Self.points, metric: .manhattan, search: .approximate())
    } throws: {
      "\($0)".contains("euclidean")
    }
  }
}
