import GenModels
import OODDatasets
import Testing

@Suite struct CSVTests {
  func table(_ text: String, _ format: CSVFormat = CSVFormat()) throws -> CSVTable {
    try CSVTable(bytes: Array(text.utf8), name: "t.csv", format: format)
  }

  @Test func aTableWithAHeaderAndLabels() throws {
    let text = "length,species,width\n5.1,setosa,3.5\n6.2,\"virginica, wild\",2.9\n4.9,setosa,-1e-3\n"
    let table = try table(text, CSVFormat(labelColumn: "species"))
    #expect(table.columnNames == ["length", "width"])
    #expect(table.rowCount == 3)
    #expect(table.values == [5.1, 3.5, 6.2, 2.9, 4.9, -1e-3])
    #expect(table.classNames == ["setosa", "virginica, wild"])
    #expect(table.labels?.elements == [0, 1, 0])
    #expect(try table.tensor() == Tensor([5.1, 3.5, 6.2, 2.9, 4.9, -1e-3], shape: [3, 2]))
  }

  @Test(
    arguments: [
      ("1,2\n3,4\n", [1, 2, 3, 4]), ("1,2\r\n3,4\r\n", [1, 2, 3, 4]), ("1;2\n3;4", [1, 2, 3, 4]),
      ("1\t2\n3\t4\n\n", [1, 2, 3, 4]), ("1|2\n\n3|4\n", [1, 2, 3, 4]), ("\u{FEFF}1,2\n3,4", [1, 2, 3, 4]),
      (" 1 , 2\n3,\"4\"\n", [1, 2, 3, 4]), ("a,b\n1,2", [1, 2]), ("\"a \"\"x\"\"\",\"b\nc\"\n1,2", [1, 2]),
      ("7\n8\n", [7, 8]), ("+1.,.5\n1E3,-0\n", [1, 0.5, 1000, 0]),
    ] as [(String, [Double])])
  func waysToWriteATable(text: String, values: [Double]) throws {
    #expect(try table(text).values == values)
    let folder = TemporaryFolder()
    #expect(try CSVTable(folder.write(Gzip.compress(Array(text.utf8)), to: "t.csv.gz")).values == values)
  }

  @Test func numericLabelsAreOrderedAsNumbers() throws {
    let table = try table("1,10\n2,9\n3,10\n4,-1", CSVFormat(labelColumn: "1"))
    #expect(table.classNames == ["-1", "9", "10"])
    #expect(table.labels?.elements == [2, 1, 2, 0])
    #expect(table.columnNames == nil)
  }

  @Test func headersCanBeStated() throws {
    #expect(try table("1,2\n3,4", CSVFormat(header: .present)).columnNames == ["1", "2"])
    #expect(throws: DataError.self) { try self.table("a,b\n3,4", CSVFormat(header: .absent)) }
  }

  @Test func gapsFollowTheStatedPolicy() throws {
    let text = "a,b\n1,\n2,3\n,NA\n4,?\n"
    let error = try #require(throws: DataError.self) { try self.table(text) }
    #expect(error.reason == .missingValue)
    #expect(error.place == .line(2, column: 2))
    #expect(try table(text, CSVFormat(missingValues: .fill(-1))).values == [1, -1, 2, 3, -1, -1, 4, -1])
    let dropped = try table(text, CSVFormat(missingValues: .dropRow))
    #expect(dropped.values == [2, 3])
    #expect(dropped.rowCount == 1)
    #expect(dropped.droppedRowCount == 3)
  }

  @Test(
    arguments: [
      ("", .truncated, nil),
      ("1,2\n3\n", .inconsistent, .line(2, column: nil)),
      ("1,2\n3,4,5\n", .inconsistent, .line(2, column: nil)),
      ("1,2\n3,x4\n", .malformed, .line(2, column: 2)),
      ("1,2\n3,4 5\n", .malformed, .line(2, column: 2)),
      ("1,2\n0x10,4\n", .malformed, .line(2, column: 1)),
      ("1,2\n3,inf\n", .notFinite, .line(2, column: 2)),
      ("1,2\n-Infinity,1\n", .notFinite, .line(2, column: 1)),
      ("1,2\n1e999,1\n", .notFinite, .line(2, column: 1)),
      ("1,2\n3,\"4\n5,6\n", .malformed, .line(2, column: nil)),
      ("1,2\n3,\"4\"5\n", .malformed, .line(2, column: 2)),
      ("1,2\n3,4e\n", .malformed, .line(2, column: 2)),
      ("1,2\n\u{0},4\n", .malformed, .line(2, column: 1)),
    ] as [(String, DataError.Reason, DataError.Place?)])
  func badTablesAreRefusedWithLineAndColumn(text: String, reason: DataError.Reason, place: DataError.Place?)
    throws
  {
    let error = try #require(throws: DataError.self) { try self.table(text) }
    #expect(error.reason == reason, "\(error)")
    #expect(error.place == place)
  }

  @Test func unknownLabelColumnsAreNamed() throws {
    let error = try #require(throws: DataError.self) {
      try self.table("a,b\n1,2", CSVFormat(labelColumn: "c"))
    }
    #expect(error.reason == .notFound)
    #expect(error.found == "2 columns: a, b")
  }

  @Test func rowsLongerThanTheBuffer() throws {
    let row = (0..<200_000).map { "\($0)" }.joined(separator: ",")
    let table = try table(row + "\n" + row, CSVFormat(header: .absent))
    #expect(table.columnCount == 200_000)
    #expect(table.values == (0..<400_000).map { Double($0 % 200_000) })
  }

  @Test func manyRowsAcrossBuffers() throws {
    let text = (0..<50_000).map { "\($0),\(Double($0) / 7),\"\($0)\"" }.joined(separator: "\n")
    let table = try table(text)
    #expect(table.rowCount == 50_000)
    let wrong = (0..<50_000).filter { row in
      let number = Double(row)
      return table.values[3 * row..<3 * row + 3] != [number, number / 7, number]
    }
    #expect(wrong == [])
  }

  @Test func tablesReadBackAsWritten() throws {
    let values = [1.0, -0.0, .pi, 0x1p-1060, .greatestFiniteMagnitude, .leastNonzeroMagnitude]
    let text = CSVTable.bytes(of: values, columnCount: 2, columnNames: ["a, b", "say \"c\""])
    let table = try CSVTable(bytes: text)
    #expect(table.values.map(\.bitPattern) == values.map(\.bitPattern))
    #expect(table.columnNames == ["a, b", "say \"c\""])
    let folder = TemporaryFolder()
    try table.write(to: folder.file("t.csv.gz"))
    #expect(try CSVTable(folder.file("t.csv.gz")).values == values)
    let labelled = try self.table("x,kind\n1,b\n2,a", CSVFormat(labelColumn: "kind"))
    try labelled.write(to: folder.file("l.csv"))
    let back = try CSVTable(folder.file("l.csv"), format: CSVFormat(labelColumn: "label"))
    #expect(back.labels == labelled.labels)
    #expect(back.values == labelled.values)
  }
}
