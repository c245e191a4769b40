import Foundation
import GenModels
import OODDatasets
import Testing

@Suite("Tables of JSON lines")
struct JSONLinesTableTests {
  private let text = """
    {"id": "a1", "time": "2024-03-01 12:00", "machine": "B", "load": 1.5, "open": true, "notes": {"x": [1]}}

    {"machine": "A", "load": -2e3, "id": 7, "time": 0, "open": false}
    {"id": "a3", "time": null, "machine": "B", "load": null, "open": true, "notes": []}
    """

  private func format(_ change: (inout CSVFormat) -> Void = { _ in }) -> CSVFormat {
    var format = CSVFormat()
    format.columns.id = "id"
    format.columns.times = ["time"]
    format.columns.categories = ["machine"]
    format.columns.dropped = ["notes"]
    change(&format)
    return format
  }

  private func read(_ text: String, _ format: CSVFormat = CSVFormat()) throws -> CSVTable {
    try JSONLinesTable.read(bytes: Array(text.utf8), format: format)
  }

  @Test("Ids, times, names, numbers, truths and gaps; members in any order")
  func whole() throws {
    let table = try read(text, format { $0.missingValues = .fill(.nan) })
    #expect(table.columnNames == ["time", "machine", "load", "open"])
    #expect(table.columnKinds == [.time, .category(["A", "B"]), .number, .number])
    #expect(table.ids == ["a1", "7", "a3"])
    #expect(table.matrix.row(0) == [1_709_294_400, 1, 1.5, 1])
    #expect(table.matrix.row(1) == [0, 0, -2000, 0])
    let last = table.matrix.row(2)
    #expect(last[0].isNaN && last[1] == 1 && last[2].isNaN && last[3] == 1)
    let dropped = try read(text, format { $0.missingValues = .dropRow })
    #expect(dropped.rowCount == 2 && dropped.droppedRowCount == 1)
  }

  @Test("It is the table of the CSV file with the same cells")
  func sameAsCSV() throws {
    let csv = try CSVTable(
      bytes: Array("id,x,k,label\nr0,1,u,good\nr1,2.5,v,bad\nr2,-3,u,good\n".utf8),
      format: format {
        $0.labelColumn = "label"
        $0.columns = CSVColumnRoles()
        $0.columns.id = "id"
        $0.columns.categories = ["k"]
      })
    let lines = try read(
      """
      {"id":"r0","x":1,"k":"u","label":"good"}
      {"id":"r1","x":2.5,"k":"v","label":"bad"}
      {"id":"r2","x":-3,"k":"u","label":"good"}
      """,
      format {
        $0.labelColumn = "label"
        $0.columns = CSVColumnRoles()
        $0.columns.id = "id"
        $0.columns.categories = ["k"]
      })
    #expect(lines.values == csv.values && lines.ids == csv.ids && lines.columnNames == csv.columnNames)
    #expect(
      lines.labels == csv.labels && lines.classNames == csv.classNames && lines.columnKinds == csv.columnKinds
    )
  }

  @Test(
    "What is no table is refused with its line",
    arguments: [
      ("", nil), ("[1, 2]", 1), ("{\"a\": 1}\n{\"a\": \"word\"}", 2), ("{\"a\": 1}\n{\"b\": 1}", 2),
      ("{\"a\": 1, \"a\": 2}", 1), ("{\"a\": [1]}", 1), ("{\"a\": 1}\n{\"a\": null}", 2), ("{\"a\": 1} x", 1),
      ("{\"a\": 1e999}", 1), ("{}", 1), ("{\"a\": 1", 1),
    ] as [(String, Int?)])
  func refused(text: String, line: Int?) {
    let error = #expect(throws: DataError.self) { try read(text) }
    if let line { #expect("\(error!)".contains("line \(line)"), "\(error!)") }
  }

  @Test("A specification names it, with its options and selections")
  func specification() throws {
    let path = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString).jsonl"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    let name = "jsonl:\(path)?id=id&time=time&category=machine&drop=notes&missing=drop[1..<2]"
    let table = try DataLibrary(directories: []).table(Specification(name))
    #expect(table.ids == ["7"] && table.values.row(0) == [0, 0, -2000, 0] && table.row(0) == 1)
    #expect(throws: SpecificationError.self) { try Specification("jsonl:\(path)?delimiter=tab") }
    let numbers = try Dataset("jsonl:\(path)?columns=open")
    #expect(numbers.examples == Tensor([1, 0, 1], shape: [3, 1]))
  }
}

@Suite("Tables in pieces")
struct TablePieceTests {
  @Test("The pieces are the table, bit for bit, with the numbers of its rows", arguments: [1, 3, 10, 64])
  func pieces(rowCount: Int) throws {
    let path = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString).csv"
    defer { try? FileManager.default.removeItem(atPath: path) }
    // Names appear in another order in every piece, and a row in five has a gap.
    let lines = (0..<41).map { row in
      "r\(row),\(row % 5 == 2 ? "" : "\(Double(row) / 7)"),\(["b", "a", "c"][row * 5 % 3])"
    }
    try (["id,x,kind"] + lines).joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    let specification = try Specification("csv:\(path)?id=id&category=kind&missing=drop")
    let library = DataLibrary(directories: [])
    let whole = try library.table(specification)
    var pieces = try #require(try library.pieces(specification, rowCount: rowCount, like: whole.columns))
    var (values, ids, rows, dropped): ([Double], [String], [Int], Int) = ([], [], [], 0)
    while let piece = try pieces.next() {
      #expect(piece.values.rows <= rowCount && piece.columns == whole.columns)
      values += piece.values.elements
      ids += piece.ids ?? []
      rows += (0..<piece.values.rows).map { piece.row($0) }
      dropped += piece.droppedRowCount
    }
    #expect(values == whole.values.elements && ids == whole.ids && dropped == whole.droppedRowCount)
    #expect(rows == (0..<whole.values.rows).map { whole.row($0) })
    #expect(try library.pieces(Specification("csv:\(path)[0..<3]"), rowCount: 2) == nil)
  }
}
