import OODDatasets
import Testing

/// Whether the first row of a table is data or names, and numbers that are written in other ways.
@Suite struct CSVFirstRowTests {
  private func table(_ text: String, _ format: CSVFormat = CSVFormat()) throws -> CSVTable {
    try CSVTable(bytes: Array(text.utf8), format: format)
  }

  private func fault(_ text: String, _ format: CSVFormat = CSVFormat()) throws -> DataError {
    try #require(throws: DataError.self) { try table(text, format) }
  }

  @Test(
    "Gaps and infinities in the first row are data: an error there, and no row is lost",
    arguments: [
      ("inf,7\n8,9\n", DataError.Reason.notFinite), ("4,+Infinity\n8,9\n", .notFinite),
      ("-INF,7\n8,9\n", .notFinite),
      ("N/a,7\n8,9\n", .missingValue), ("4,#N/A\n8,9\n", .missingValue), ("<na>,7\n8,9\n", .missingValue),
      ("4,NULL\n8,9\n", .missingValue), ("1.#QNAN,7\n8,9\n", .missingValue), ("4,none\n8,9\n", .missingValue),
      ("0x1F,7\n8,9\n", .malformed), ("2021-03-04,7\n8,9\n", .malformed),
    ])
  func firstRowOfData(text: String, reason: DataError.Reason) throws {
    let error = try fault(text)
    #expect(error.reason == reason, "\(error)")
    #expect("\(error)".contains("line 1"), "\(error)")
    if reason == .missingValue {
      let filled = try table(text, CSVFormat(missingValues: .fill(-1)))
      #expect(filled.rowCount == 2 && filled.columnNames == nil && filled.values.contains(-1))
      let dropped = try table(text, CSVFormat(missingValues: .dropRow))
      #expect(dropped.values == [8, 9] && dropped.droppedRowCount == 1 && dropped.rowNumbers == [1])
    }
  }

  @Test(
    "Words are names; numbers that count up beside a word are, too; other numbers beside a word are asked about"
  )
  func names() throws {
    #expect(try table("width,height\n5,6\n").columnNames == ["width", "height"])
    #expect(try table("0,1,2,class\n5,6,7,8\n").columnNames == ["0", "1", "2", "class"])
    let error = try fault("5.5,6.25,left\n5,6,7\n")
    #expect("\(error)".contains("header=yes") && "\(error)".contains("left"), "\(error)")
    #expect(try table("5.5,6.25,left\n5,6,7\n", CSVFormat(header: .present)).rowCount == 1)
  }

  @Test("Columns that are called 0, 1, 2 are asked about")
  func numberedNames() throws {
    for text in ["0,1,2,3\n.5,.25,4,6\n7,8,9,1\n", "0,1\n.5,.25\n7,8\n"] {
      let error = try fault(text)
      #expect("\(error)".contains("header=yes"), "\(error)")
      #expect(try table(text, CSVFormat(header: .present)).rowCount == 2)
      #expect(try table(text, CSVFormat(header: .absent)).rowCount == 3)
    }
    // Two classes and no names.
    #expect(try table("0,1\n1,1\n1,0\n").rowCount == 3)
  }

  @Test("Rows that end in a carriage return alone are rows", arguments: ["\r", "\r\n", "\n"])
  func lineEnds(end: String) throws {
    let named = try table(["u,v", "1,2", "3,4"].joined(separator: end) + end)
    #expect(named.columnNames == ["u", "v"] && named.values == [1, 2, 3, 4])
    let plain = try table(["1", "2.5", "4"].joined(separator: end))
    #expect(plain.values == [1, 2.5, 4])
    let quoted = try table(["\"a\(end)b\",c", "1,2"].joined(separator: end))
    #expect(quoted.rowCount == 1 && quoted.columnNames?.count == 2)
  }

  @Test("A header without rows, and rows that all have gaps, are errors")
  func nothing() throws {
    #expect(try fault("u,v,w\n").found.contains("column names"))
    #expect(try fault("u,v\n,1\n2,\n", CSVFormat(missingValues: .dropRow)).reason == .missingValue)
  }

  @Test("The message names the option that reads a number, and the option reads it")
  func otherNumbers() throws {
    let cases: [(text: String, option: String, specification: String, values: [Double])] = [
      ("u;v\n1,5;-2,25e1\n", "decimal=comma", "decimal=comma", [1.5, -22.5]),
      ("u,v\n\"12,345,678\",2\n", "thousands=comma", "thousands=comma", [12_345_678, 2]),
      ("u;v\n1.234.567,5;2\n", "decimal=comma", "decimal=comma&thousands=point", [1_234_567.5, 2]),
      ("u;v\n-1 234.5;2\n", "thousands=space", "thousands=space", [-1234.5, 2]),
      ("u;v\n1'234;2\n", "thousands=apostrophe", "thousands=apostrophe", [1234, 2]),
      ("u,v\n1_234,2\n", "thousands=underscore", "thousands=underscore", [1234, 2]),
    ]
    let folder = TemporaryFolder()
    for (text, option, specification, values) in cases {
      #expect("\(try fault(text))".contains(option), "\(text)")
      try folder.write(Array(text.utf8), to: "t.csv")
      let table = try DataLibrary().table(Specification("csv:\(folder.file("t.csv"))?\(specification)"))
      #expect(table.values.elements == values, "\(text)")
    }
    var grouped = CSVFormat()
    grouped.thousandsMark = UInt8(ascii: ",")
    #expect(try fault("u;v\n12,34;5\n", grouped).reason == .malformed)
  }

  @Test("UTF-16 is named, and read when it is asked for")
  func otherEncodings() throws {
    let text = "größe,b\n1,2\n3,4\n"
    for isBigEndian in [false, true] {
      let units = [0xFEFF] + Array(text.utf16)
      let bytes = units.flatMap {
        isBigEndian ? [UInt8($0 >> 8), UInt8($0 & 255)] : [UInt8($0 & 255), UInt8($0 >> 8)]
      }
      let error = try #require(throws: DataError.self) { try CSVTable(bytes: bytes) }
      #expect("\(error)".contains("encoding=utf16"), "\(error)")
      var format = CSVFormat()
      format.encoding = .utf16
      let table = try CSVTable(bytes: bytes, format: format)
      #expect(table.columnNames == ["größe", "b"] && table.values == [1, 2, 3, 4])
    }
    var format = CSVFormat()
    format.encoding = .latin1
    #expect(try CSVTable(bytes: [0xE4] + Array(",b\n1,2\n".utf8), format: format).columnNames == ["ä", "b"])
  }

  @Test("Excel's line sep= names the delimiter")
  func delimiterLine() throws {
    let table = try table("sep=|\nu|v\n1|2\n")
    #expect(table.columnNames == ["u", "v"] && table.values == [1, 2])
  }
}
