import Foundation
import GenModels
import OODDatasets
import Testing

#if PostgreSQL
  @Suite("Tables from PostgreSQL servers", .serialized)
  struct PostgreSQLTests {
    private let library = DataLibrary(directories: [])

    @Test(
      "A real server: types, gaps, pieces, refusals",
      .enabled(
        if: LoopbackPostgreSQL.programs != nil,
        "PostgreSQL's server is not installed (apt install postgresql)"))
    func server() throws {
      let server = try LoopbackPostgreSQL(programs: #require(LoopbackPostgreSQL.programs))
      try server.execute(
        """
        CREATE TYPE mood AS ENUM ('calm', 'loud');
        CREATE TABLE orders AS SELECT 9007199254740993 + i AS id, timestamptz '2024-03-01 12:00+02' + i * interval '1 day' AS shipped,
          CASE WHEN i % 2 = 0 THEN 'B' ELSE 'NA' END AS machine, CASE WHEN i <> 2 THEN (i / 8.0)::numeric(9,4) END AS load,
          i = 1 AS open, (CASE WHEN i = 0 THEN 'loud' ELSE 'calm' END)::mood AS mood, '{}'::jsonb AS note
        FROM generate_series(0, 40) AS i;
        """)
      let place = "postgres:\(server.address)"
      func table(_ query: String, _ options: String = "", keepsGaps: Bool = false) throws -> DataTable {
        try library.table(Specification("\(place)?query=\(query)\(options)"), keepsGaps: keepsGaps)
      }
      let whole = try table("SELECT * FROM orders ORDER BY id", "&id=id&drop=note", keepsGaps: true)
      #expect(whole.columns.names == ["shipped", "machine", "load", "open", "mood"])
      #expect(
        whole.columns.kinds == [
          .time, .category(["B", "NA"]), .number, .number, .category(["calm", "loud"]),
        ])
      #expect(whole.ids?.prefix(2) == ["9007199254740993", "9007199254740994"])
      #expect(whole.values.row(1) == [1_709_287_200 + 86_400, 1, 0.125, 1, 0])
      #expect(whole.values[2, 2].isNaN && whole.values[2, 4] == 0)

      let specification = try Specification("\(place)?query=SELECT * FROM orders ORDER BY id&id=id&drop=note")
      var pieces = try #require(
        try library.pieces(specification, rowCount: 7, keepsGaps: true, like: whole.columns))
      var values: [Double] = []
      while let piece = try pieces.next() { values += piece.values.elements }
      #expect(values.map(\.bitPattern) == whole.values.elements.map(\.bitPattern))

      for (query, words) in [
        ("SELECT nope FROM orders", "column \"nope\" does not exist"), ("SELECT note FROM orders", "jsonb"),
        ("DELETE FROM orders RETURNING load", "read-only"), ("DROP TABLE orders", "read-only"),
        ("SELECT 1; DELETE FROM orders", "multiple commands"),
        ("SELECT load FROM orders WHERE false", "no row"),
        ("SELECT 1 / (id - 9007199254740995) AS x FROM orders", "division by zero"), (" ", "no columns"),
        ("SELECT 'infinity'::float8 AS x", "finite number in 'x'"),
        ("SELECT load FROM orders", "missing values"),
      ] {
        let error = #expect(throws: DataError.self) { try table(query) }
        #expect("\(error!)".contains(words), "\(error!)")
      }
      #expect(try table("SELECT count(*) AS n FROM orders").values.row(0) == [41])
      // Abandoned in the middle of a thousand million rows, which are made as they are asked for: the next question comes at once.
      var endless = try #require(
        try library.pieces(
          Specification("\(place)?query=SELECT generate_series(1, 1000000000) AS i"), rowCount: 3)
      )
      #expect(try endless.next()?.values.elements == [1, 2, 3])
      let error = #expect(throws: SpecificationError.self) { try library.load(place) }
      #expect("\(error!)".contains("there are orders"))
    }

    @Test("No server, a wrong address and a password in it are told")
    func refused() {
      for (address, words) in [
        ("host=127.0.0.1 port=1", "server"), ("hots=1", "hots"), ("//u:secret@127.0.0.1/x", "PGPASSWORD"),
        ("host=127.0.0.1 password=secret", "PGPASSWORD"),
      ] {
        let error = #expect(throws: DataError.self) { try library.load("postgres:\(address)?query=SELECT 1") }
        #expect("\(error!)".contains(words) && !"\(error!)".contains("secret"), "\(error!)")
      }
    }
  }
#else
  @Test("A build without PostgreSQL says how to get it")
  func noPostgreSQL() throws {
    let error = #expect(throws: SpecificationError.self) { try Dataset("postgres:shop?query=SELECT 1") }
    #expect("\(error!)".contains("--traits PostgreSQL"))
  }
#endif
