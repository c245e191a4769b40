import GenModels
import OODDatasets
import Testing

/// Tables in double precision through every selection, with the places of their rows and the names of their columns.
@Suite struct DataTableTests {
  let folder = TemporaryFolder()
  var library: DataLibrary { DataLibrary(directories: [folder.path]) }

  /// Numbers with more digits than 32-bit floats have.
  private let values = (0..<40).map { (i: Int) -> Double in
    let step = Double(i * 13 % 20) / 64
    return 4e3 + step + 1e-9 * Double(i)
  }

  init() throws {
    folder.makeFolder("set")
    let labels = NumericArray((0..<20).map { Int($0 % 3) }, shape: [20])
    try NumPy.write(NumericArray(values, shape: [20, 2]), to: folder.file("x.npy"))
    try NumPy.write(labels, to: folder.file("y.npy"))
    try NumPyArchive.write(
      [("X", NumericArray(values, shape: [20, 2])), ("y", labels)], to: folder.file("set/7_t.npz"))
    let rows = (0..<20).map { "\(values[2 * $0]),\(values[2 * $0 + 1]),\($0 % 3)" }
    try folder.write(Array(("a,b,k\n" + rows.joined(separator: "\n")).utf8), to: "t.csv")
  }

  private var sources: [String] {
    [
      "npy:\(folder.file("x.npy"))?labels=\(folder.file("y.npy"))", "npz:\(folder.file("set/7_t.npz"))",
      "set:t",
      "csv:\(folder.file("t.csv"))?label=k",
    ]
  }

  @Test("Every selection keeps every bit, and takes the rows that a data set takes")
  func selections() throws {
    for source in sources {
      let whole = try library.table(Specification(source))
      #expect(whole.values.elements == values, "\(source)")
      let join = source.contains("?") ? "&" : "?"
      for selection in [
        "[3..<11]", "[...4]", "[12...]", "\(join)shuffle=9", "\(join)classes=1", "\(join)classes!=#2",
        "\(join)minimum=7",
        "[2..<18]?shuffle=4&classes=0,1[1..<6]",
      ] {
        let text = source + selection
        let table = try library.table(Specification(text))
        let expected = (0..<table.values.rows).flatMap {
          [values[2 * table.row($0)], values[2 * table.row($0) + 1]]
        }
        #expect(table.values.elements == expected && table.values.rows > 0, "\(text)")
        let dataset = try library.load(text)
        #expect(dataset.examples.elements == table.values.elements.map { Float($0) }, "\(text)")
        #expect((0..<dataset.count).allSatisfy { dataset.row($0) == table.row($0) }, "\(text)")
        #expect(dataset.labels?.elements.map { Int($0) } == table.labels?.indexes, "\(text)")
      }
    }
  }

  @Test("Rows keep the numbers of their file, where gaps cost others")
  func rowNumbers() throws {
    try folder.write(Array("u,v\n1,2\n,4\n\n5,6\n7,NA\n9,10\n".utf8), to: "gaps.csv")
    let source = "csv:\(folder.file("gaps.csv"))?missing=drop"
    let table = try library.table(Specification(source))
    #expect((0..<table.values.rows).map { table.row($0) } == [0, 2, 4])
    #expect(table.droppedRowCount == 2)
    let part = try library.table(Specification(source + "[1...]"))
    #expect((0..<part.values.rows).map { part.row($0) } == [2, 4])
    #expect(try library.load(source).droppedRowCount == 2)
    let error = try #require(throws: DataError.self) {
      try NumPy.write(NumericArray([1.0, 2, 3, Double.nan], shape: [4, 1]), to: folder.file("nan.npy"))
      return try library.table(Specification("npy:\(folder.file("nan.npy"))[2...]"))
    }
    #expect(error.place == .row(3, column: 0), "\(error)")
  }

  @Test("Columns are matched by name, or the difference is named")
  func columns() throws {
    try folder.write(Array("p,q,r\n1,2,3\n4,5,6\n".utf8), to: "one.csv")
    try folder.write(Array("r,p,q\n3,1,2\n6,4,5\n".utf8), to: "two.csv")
    try folder.write(Array("p,q,s\n1,2,3\n".utf8), to: "three.csv")
    let one = try library.table(Specification("csv:" + folder.file("one.csv")))
    let two = try library.table(Specification("csv:" + folder.file("two.csv")))
    #expect(try two.arranged(like: one.columns).values == one.values)
    #expect(try one.arranged(like: two.columns).values == two.values)
    let dataset = try library.load("csv:" + folder.file("two.csv"))
    #expect(
      try dataset.arranged(like: one.columns).examples.elements == one.values.elements.map { Float($0) })
    let three = try library.table(Specification("csv:" + folder.file("three.csv")))
    #expect(throws: TableColumnsError.names(missing: ["r"], new: ["s"])) {
      try three.arranged(like: one.columns)
    }
    #expect(throws: TableColumnsError.repeated(["a"])) {
      try TableColumns(names: ["a", "b", "a"]).positions(of: TableColumns(names: ["a", "a", "b"]))
    }
    #expect(try TableColumns(count: 3).positions(of: one.columns) == nil)
    #expect(throws: TableColumnsError.counts(found: 2, wanted: 3)) {
      try TableColumns(count: 2).positions(of: one.columns)
    }
  }

  @Test("An archive of several tables has a part for each, and class names start where they do")
  func parts() throws {
    folder.makeFolder("pieces")
    try NumPyArchive.write(
      [
        ("train", NumericArray([1.0, 2], shape: [1, 2])), ("valid", NumericArray([3.0, 4], shape: [1, 2])),
      ],
      to: folder.file("pieces/river.npz"))
    let set = try #require(library.storedSets.first { $0.name == "pieces" })
    #expect(set.parts.map(\.name) == ["river-train", "river-valid"])
    for part in set.parts { #expect(try library.load("pieces:\(part.name)").count == 1) }
    #expect(try library.table(Specification("pieces:river-valid")).values.elements == [3, 4])

    folder.makeFolder("letters")
    try IDX.write(
      NumericArray([1, 2, 3, 4] as [UInt8], shape: [2, 1, 2]),
      to: folder.file("letters/all-images-idx3-ubyte"))
    try IDX.write(
      NumericArray([1, 3] as [UInt8], shape: [2]), to: folder.file("letters/all-labels-idx1-ubyte"))
    try folder.write(Array("1\ta\n2\tb\n3\tc\n".utf8), to: "letters/classes.txt")
    let letters = try library.load("letters:all?classes=c")
    #expect(letters.labels?.elements == [3] && letters.classNames == ["0", "a", "b", "c"])
    try folder.write(Array("1\ta\n1\tb\n".utf8), to: "letters/classes.txt")
    #expect(throws: DataError.self) { try library.load("letters:all") }
  }
}
