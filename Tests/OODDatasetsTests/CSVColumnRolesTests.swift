import GenModels
import OODDatasets
import Testing

/// Tables with ids, times and categories.
@Suite struct CSVColumnRolesTests {
  private func table(_ text: String, _ change: (inout CSVFormat) -> Void) throws -> CSVTable {
    var format = CSVFormat()
    change(&format)
    return try CSVTable(bytes: Array(text.utf8), format: format)
  }

  private let orders = #"""
    order,shipped,machine,weight,note,late
    a-1,1970-01-02,press,5.5,"fine, so far",no
    "b ""2""",1970-01-01 00:00:30.5,lathe,6,,yes
    c-3,60,press,7,x,no

    """#

  @Test(
    "Ids name rows, times become seconds, categories positions among sorted names, and the rest is left out")
  func roles() throws {
    let table = try table(orders) {
      $0.columns.id = "order"
      $0.columns.times = ["shipped"]
      $0.columns.categories = ["machine"]
      $0.columns.dropped = ["note"]
      $0.labelColumn = "late"
    }
    #expect(table.ids == ["a-1", "b \"2\"", "c-3"])
    #expect(table.columnNames == ["shipped", "machine", "weight"])
    #expect(table.columnKinds == [.time, .category(["lathe", "press"]), .number])
    #expect(table.values == [86_400, 1, 5.5, 30.5, 0, 6, 60, 1, 7])
    #expect(table.classNames == ["no", "yes"] && table.labels?.elements == [0, 1, 0])
  }

  @Test("Only some columns are taken where they are named")
  func chosen() throws {
    let table = try table(orders) {
      $0.columns.id = "order"
      $0.columns.chosen = ["weight"]
    }
    #expect(table.columnNames == ["weight"] && table.values == [5.5, 6, 7] && table.columnKinds == nil)
    #expect(table.ids?.count == 3)
  }

  @Test("Columns are meant by number where there is no header")
  func withoutHeader() throws {
    let table = try table("x,9,1\ny,8,2\n") {
      $0.columns.categories = ["0"]
      $0.columns.dropped = ["2"]
    }
    #expect(table.columnNames == nil && table.values == [0, 9, 1, 8])
    #expect(table.columnKinds == [.category(["x", "y"]), .number])
  }

  @Test(
    "Times are read in the forms of ISO 8601",
    arguments: [
      ("1970-01-01", 0), ("2024-03-01", 1_709_251_200), ("2024-02-29T12:30Z", 1_709_209_800),
      ("2024-03-01 12:30:05.25", 1_709_296_205.25), ("2024-03-01T12:30:00+02:00", 1_709_289_000),
      ("2024-03-01T12:30-0530", 1_709_316_000), ("1969-12-31 23:59:59", -1), ("1600-01-01", -11_676_096_000),
      ("2100-03-01", 4_107_542_400), ("12.5", 12.5), ("-3", -3), ("2024-03-01T24:00", 1_709_337_600),
    ] as [(String, Double)])
  func times(text: String, seconds: Double) throws {
    let table = try table("t,x\n\(text),1\n") { $0.columns.times = ["t"] }
    #expect(table.values[0] == seconds)
  }

  @Test(
    "What is no time is refused with its line and the forms",
    arguments: [
      "2023-02-29", "2024-13-01", "2024-03-01T25:00", "2024-03-01T12", "01.03.2024", "soon",
      "2024-03-01T12:30+99:00",
      "2024-03-01 12:30x", "inf",
    ])
  func noTimes(text: String) throws {
    let error = try #require(throws: DataError.self) {
      try table("t,x\n2024-03-01,1\n\(text),1\n") { $0.columns.times = ["t"] }
    }
    #expect("\(error)".contains("line 3") && "\(error)".contains("2024-03-01T12:30Z"), "\(error)")
  }

  @Test("Gaps in times and categories follow the policy for gaps")
  func gaps() throws {
    let text = "t,c,x\n2024-03-01,a,1\n,b,2\n2024-03-02,,3\n2024-03-03,a,\n"
    func read(_ policy: CSVFormat.MissingValues) throws -> CSVTable {
      try table(text) {
        $0.columns.times = ["t"]
        $0.columns.categories = ["c"]
        $0.missingValues = policy
      }
    }
    #expect(throws: DataError.self) { try read(.refuse) }
    let dropped = try read(.dropRow)
    #expect(dropped.rowCount == 1 && dropped.droppedRowCount == 3)
    let filled = try read(.fill(.nan))
    #expect(filled.values[3].isNaN && filled.values[7].isNaN && filled.values[11].isNaN)
    #expect(filled.columnKinds?[1] == .category(["a", "b"]) && filled.values[4] == 1)
  }

  @Test("Columns that are not there, twice there, or of two roles are refused by name")
  func wrongRoles() throws {
    func refuses(_ word: String, _ change: (inout CSVFormat) -> Void) throws {
      let error = try #require(throws: DataError.self) { try table("a,b,b,c\n1,2,3,4\n", change) }
      #expect("\(error)".contains(word), "\(error)")
    }
    try refuses("'z'") { $0.columns.id = "z" }
    try refuses("'b'") { $0.columns.dropped = ["b"] }
    try refuses("one role") {
      $0.columns.id = "a"
      $0.columns.categories = ["a"]
    }
    try refuses("a column of numbers") {
      $0.columns.id = "a"
      $0.columns.chosen = []
    }
    // A word in a column of numbers: the message says how to name such columns.
    let error = try #require(throws: DataError.self) { try table("a,b\n1,2\n3,left\n") { _ in } }
    #expect("\(error)".contains("category="), "\(error)")
  }

  @Test("A table is arranged like another one, with its numbers for categories, and unseen names are counted")
  func arranged() throws {
    let folder = TemporaryFolder()
    let first = try folder.write("c,x,t\na,1,2024-03-01\nb,2,2024-03-02\n".utf8, to: "first.csv")
    let second = try folder.write("t,x,c\n2024-03-03,3,z\n2024-03-04,4,b\n".utf8, to: "second.csv")
    let library = DataLibrary(directories: [])
    let training = try library.table(Specification("csv:\(first)?category=c&time=t"))
    #expect(training.columns.kinds == [.category(["a", "b"]), .number, .time])
    // What is a category and what a time follows from the training table.
    let table = try library.table(Specification("csv:\(second)"), like: training.columns)
    #expect(table.columns == training.columns)
    #expect(table.values[0, 0].isNaN && table.values[1, 0] == 1 && table.values[1, 1] == 4)
    #expect(table.unseenCounts == [1, 0, 0])
    #expect(throws: TableColumnsError.self) {
      try library.table(Specification("csv:\(first)?category=c,x&time=t"), like: training.columns)
    }
    // Models of numbers alone don't take them.
    #expect(throws: SpecificationError.self) { try library.load("csv:\(first)?category=c&time=t") }
  }
}
