import Foundation
import GenModels
import OODDatasets
import Testing

#if SQLite
  import CSQLite

  @Suite("Tables from SQLite files")
  struct SQLiteTests {
    let path = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString).db"
    let library = DataLibrary(directories: [])

    init() throws {
      try run(
        """
        CREATE TABLE orders (id INTEGER PRIMARY KEY, shipped TIMESTAMP, machine VARCHAR(8), load REAL, open BOOLEAN, scan BLOB);
        INSERT INTO orders VALUES (9007199254740993, '2024-03-01 12:00', 'B', 1.5, 1, x'00'),
          (9007199254740995, '2024-03-02', 'NA', -2000, 0, NULL), (9007199254740997, NULL, 'B', NULL, 1, NULL);
        """)
    }

    private func run(_ statements: String) throws {
      var database: OpaquePointer?
      defer { sqlite3_close_v2(database) }
      try #require(sqlite3_open(path, &database) == SQLITE_OK)
      try #require(sqlite3_exec(database, statements, nil, nil, nil) == SQLITE_OK)
    }

    private func table(_ query: String, _ options: String = "", keepsGaps: Bool = true) throws -> DataTable {
      try library.table(Specification("sqlite:\(path)?query=\(query)\(options)"), keepsGaps: keepsGaps)
    }

    @Test(
      "Columns are what the database says: numbers, times, texts as categories; NULL is a gap and 'NA' a text"
    )
    func types() throws {
      let table = try table("SELECT id, shipped, machine, load, open FROM orders ORDER BY id", "&id=id")
      #expect(table.columns.names == ["shipped", "machine", "load", "open"])
      #expect(table.columns.kinds == [.time, .category(["B", "NA"]), .number, .number])
      // Beyond the whole numbers that a double tells apart.
      #expect(table.ids == ["9007199254740993", "9007199254740995", "9007199254740997"])
      #expect(
        table.values.row(0) == [1_709_294_400, 0, 1.5, 1]
          && table.values.row(1) == [1_709_337_600, 1, -2000, 0])
      let last = table.values.row(2)
      #expect(last[0].isNaN && last[1] == 0 && last[2].isNaN && last[3] == 1)
    }

    @Test("It is the table of the CSV file with the same cells, as a data set too")
    func sameAsCSV() throws {
      try run(
        "CREATE TABLE t (x REAL, k TEXT, label TEXT); INSERT INTO t VALUES (0.1, 'u', 'good'), (2.5, 'v', 'bad'), (-3e20, 'u', 'good')"
      )
      let csv = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString).csv"
      try "x,k,label\n0.1,u,good\n2.5,v,bad\n-3e20,u,good\n".write(
        toFile: csv, atomically: true, encoding: .utf8)
      let expected = try library.table(Specification("csv:\(csv)?label=label&category=k?classes=good"))
      let found = try table("SELECT * FROM t", "&label=label?classes=good", keepsGaps: false)
      #expect(
        found.values == expected.values && found.columns == expected.columns
          && found.labels == expected.labels)
      #expect(found.row(1) == 2)
      let dataset = try library.load("sqlite:\(path)?query=SELECT x FROM t[1..<2]")
      #expect(dataset.examples == Tensor([2.5], shape: [1, 1]) && dataset.columnNames == ["x"])
    }

    @Test("Pieces are the whole; a calculated column is what its first row holds", arguments: [1, 2, 100])
    func pieces(rowCount: Int) throws {
      let query =
        "WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i < 40) "
        + "SELECT i / 7.0 AS x, CASE WHEN i %25 3 = 0 THEN 'a' ELSE 'b' END AS k, nullif(i, 5) AS i FROM c"
      let specification = try Specification("sqlite:\(path)?query=\(query)&missing=drop")
      let whole = try library.table(specification)
      #expect(whole.values.rows == 40 && whole.columns.kinds == [.number, .category(["a", "b"]), .number])
      var pieces = try #require(try library.pieces(specification, rowCount: rowCount, like: whole.columns))
      var (values, rows): ([Double], [Int]) = ([], [])
      while let piece = try pieces.next() {
        values += piece.values.elements
        rows += (0..<piece.values.rows).map { piece.row($0) }
      }
      #expect(values == whole.values.elements && rows == (0..<40).map { whole.row($0) })
    }

    @Test(
      "What can't be read is refused in the database's words, and nothing can be written",
      arguments: [
        ("SELECT nope FROM orders", "no such column: nope"), ("SELECT", "incomplete input"),
        ("DELETE FROM orders RETURNING load", "attempt to write a readonly database"),
        ("DROP TABLE orders", "no columns"),
        ("SELECT load FROM orders; DELETE FROM orders", "DELETE FROM orders"),
        ("SELECT load FROM orders WHERE 0", "no row"), ("SELECT scan FROM orders", "bytes"),
        (" ", "found none"),
        ("SELECT 9e999 AS x", "finite number in 'x'"),
        ("SELECT 'word' AS x UNION ALL SELECT 1e999", "category"),
        ("SELECT load, machine FROM orders ORDER BY id", "missing"),
        ("SELECT 1 AS x UNION ALL SELECT 'a'", "'a'"),
      ])
    func refused(query: String, words: String) throws {
      do {
        let table = try table(query, keepsGaps: false)
        // A text and a number are both names.
        #expect(
          words == "category" && table.columns.kinds == [.category(["inf", "word"])], "\(table.values)")
      } catch let error as DataError {
        #expect("\(error)".contains(words), "\(error)")
      }
      #expect(try self.table("SELECT count(*) AS n FROM orders").values.row(0) == [3])
    }

    @Test("Without a query its tables are told; what is no database is named")
    func noDatabase() throws {
      let error = #expect(throws: SpecificationError.self) { try library.load("sqlite:\(path)") }
      #expect("\(error!)".contains("there are orders"))
      for other in [path + "-none", "/etc/hosts", "/"] {
        #expect(throws: DataError.self) { try library.load("sqlite:\(other)?query=SELECT 1") }
      }
      #expect(!FileManager.default.fileExists(atPath: path + "-none"))
      #expect(throws: SpecificationError.self) {
        try library.load("sqlite:\(path)?query=SELECT 1&delimiter=tab")
      }
    }
  }
#else
  @Test("A build without SQLite says how to get it")
  func noSQLite() throws {
    let error = #expect(throws: SpecificationError.self) { try Dataset("sqlite:shop.db?query=SELECT 1") }
    #expect("\(error!)".contains("--traits SQLite"))
  }
#endif
