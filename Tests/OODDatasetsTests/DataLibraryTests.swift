import GenModels
import OODDatasets
import Testing

@Suite struct DataLibraryTests {
  let folder = TemporaryFolder()
  var library: DataLibrary { DataLibrary(directories: [folder.path]) }

  /// A data directory with a set of six images in three classes, and one of a table.
  init() throws {
    folder.makeFolder("shapes")
    let pixels = (0..<6 * 4).map { UInt8($0 * 10) }
    try IDX.write(NumericArray(pixels, shape: [6, 2, 2]), to: folder.file("shapes/all-images-idx3-ubyte.gz"))
    try IDX.write(
      NumericArray([0, 1, 2, 0, 1, 2] as [UInt8], shape: [6]),
      to: folder.file("shapes/all-labels-idx1-ubyte.gz"))
    try folder.write(Array("0\tx\t2\n1\t7\t2\n2\t\\pi\t2\n".utf8), to: "shapes/classes.txt")
    folder.makeFolder("tables")
    try NumPyArchive.write(
      [
        ("X", NumericArray([1.5, 2, 3, 4], shape: [2, 2])),
        ("y", NumericArray([0, 1], shape: [2])),
      ],
      to: folder.file("tables/3_small.npz"))
  }

  @Test func setsAreFoundByName() throws {
    #expect(library.storedSets.map(\.name) == ["shapes", "tables"])
    let shapes = try library.load("shapes:all")
    #expect(shapes.examples.shape == [6, 2, 2, 1])
    #expect(shapes.examples[1, 0, 0, 0] == Float(40) / 255)
    #expect(shapes.classNames == ["x", "7", "\\pi"])
    let table = try library.load("tables:small")
    #expect(table.examples == Tensor([1.5, 2, 3, 4], shape: [2, 2]))
    #expect(table.labels?.elements == [0, 1])
    #expect(try library.array(Specification("tables:3_small")).elementType == .float64)
  }

  @Test func selectionsApplyFromLeftToRight() throws {
    func labels(_ text: String) throws -> [Int]? { try library.load(text).labels?.elements }
    #expect(try labels("shapes:all[1..<5]") == [1, 2, 0, 1])
    #expect(try labels("shapes:all[1..<5][2...]") == [0, 1])
    #expect(try labels("shapes:all?classes=x") == [0, 0])
    #expect(try labels("shapes:all?classes=#0,\\pi") == [0, 2, 0, 2])
    #expect(try labels("shapes:all?classes=digits") == [1, 1])
    #expect(try labels("shapes:all?classes=letters,symbols") == [0, 2, 0, 2])
    #expect(try labels("shapes:all?classes!=digits") == [0, 2, 0, 2])
    #expect(try labels("shapes:all[..<3]?classes=x") == [0])
    #expect(try labels("shapes:all?classes=x[..<1]") == [0])
    let shuffled = try library.load("shapes:all?shuffle=4")
    var expected = try library.load("shapes:all").shuffled(seed: 4)
    expected.name = shuffled.name
    #expect(shuffled == expected)
  }

  @Test func theFirstDirectoryThatHasThePartWins() throws {
    let other = TemporaryFolder()
    other.makeFolder("shapes")
    try IDX.write(
      NumericArray([1, 2, 3, 4] as [UInt8], shape: [1, 2, 2]), to: other.file("shapes/few-images-idx3-ubyte"))
    let both = DataLibrary(directories: [other.path, folder.path])
    #expect(try both.load("shapes:few").count == 1)
    #expect(try both.load("shapes:few").labels == nil)
    #expect(try both.load("shapes:all").count == 6)
    #expect(both.storedSets.first { $0.name == "shapes" }?.parts.map(\.name) == ["few"])
  }

  @Test func filesAreLoadedByTheirFormat() throws {
    let images = folder.file("shapes/all-images-idx3-ubyte.gz")
    let labels = folder.file("shapes/all-labels-idx1-ubyte.gz")
    #expect(try library.load("idx:\(images),\(labels)[4...]").labels?.elements == [1, 2])
    #expect(try library.load("idx:\(images)").labels == nil)
    let archive = folder.file("tables/3_small.npz")
    #expect(try library.load("npz:\(archive)#y").examples == Tensor([0, 1], shape: [2, 1]))
    #expect(try library.load("npz:\(archive)#X?labels=y").labels?.elements == [0, 1])
    try NumPy.write(NumericArray([0, 51, 255, 102] as [UInt8], shape: [1, 2, 2]), to: folder.file("i.npy"))
    #expect(
      try library.load("npy:\(folder.file("i.npy"))").examples
        == Tensor([0, 0.2, 1, 0.4], shape: [1, 2, 2, 1]))
    let csv = try folder.write(Array("a;kind\n1;u\n;v\n3;u\n".utf8), to: "t.csv")
    let table = try library.load("csv:\(csv)?label=kind&missing=-7&delimiter=semicolon&header=yes")
    #expect(table.examples.elements == [1, -7, 3])
    #expect(table.classNames == ["u", "v"])
    #expect(try library.load("csv:\(csv)?label=kind&missing=drop&classes=u").count == 2)
    let strokes = try folder.write(
      Array(
        "{\"latex\":\"b\",\"strokes\":[[[0,0],[9,90]]]}\n{\"latex\":\"a\",\"strokes\":[[[0,0],[90,0]]]}\n"
          .utf8), to: "s.jsonl")
    let drawn = try library.load("strokes:\(strokes)")
    #expect(drawn.examples.shape == [2, 28, 28, 1])
    #expect(drawn.classNames == ["a", "b"] && drawn.labels?.elements == [1, 0])
    let hwrt = try folder.write(
      Array("symbol_id;data\n9;[[{\"x\":0,\"y\":0},{\"x\":50,\"y\":90}]]\n10;[[{\"x\":0,\"y\":0}]]\n".utf8),
      to: "h.csv")
    try folder.write(Array("symbol_id;latex\n10;\\beta\n".utf8), to: "symbols.csv")
    #expect(try library.load("hwrt:\(hwrt)").classNames == ["9", "\\beta"])
  }

  @Test func madeSetsTakeAnyRange() throws {
    let digits = try library.load("synthetic-digits:train[100..<120]?seed=3")
    #expect(digits.examples.shape == [20, 28, 28, 1])
    let first = try library.load("synthetic-digits:train[110..<111]?seed=3")
    #expect(first.examples == digits[10..<11].examples)
    #expect(try library.load("synthetic-digits:train[110..<111]").examples != first.examples)
    #expect(try library.load("synthetic-symbols:test[..<5]").classNames?.contains("\\alpha") == true)
  }

  @Test func toySetsAreMadeInAnyNumber() throws {
    let moons = try library.load("two-moons:100?seed=7")
    #expect(moons.examples.shape == [100, 2])
    #expect(moons.classCounts?.count == 2)
    #expect(try library.load("two-moons:100?seed=7[10..<20]").examples == moons[10..<20].examples)
    #expect(try library.load("two-moons:100").examples != moons.examples)
    for set in MadeSet.all where set.parts == ["COUNT"] {
      #expect(try library.load("\(set.name):5").count == 5)
    }
  }

  @Test func smallClassesAreLeftOut() throws {
    let kept = try library.load("shapes:all[..<5]?minimum=2")
    #expect(kept.classNames == ["x", "7"])
    #expect(kept.labels?.elements == [0, 1, 0, 1])
  }

  @Test(arguments: [
    ("shapes:all?seed=1", 17), ("shapes:all?minimum=9", 12), ("two-moons:many", 11),
    ("two-moons:9[..<10]", 12),
    ("nothing:train", 1), ("shapes:none", 8), ("shapes:all[0..<7]", 11), ("shapes:all[7...]", 11),
    ("shapes:all?classes=q", 20),
    ("shapes:all?classes=x,#9", 22), ("shapes:all?classes=0", 20), ("synthetic-digits:validation", 18),
    ("synthetic-digits:train[..<3]?seed=x", 35),
  ])
  func whatDoesNotFitTheDataIsShownInTheSpecification(text: String, column: Int) throws {
    let error = try #require(throws: SpecificationError.self) { try library.load(text) }
    #expect(error.column == column, "\(error)")
  }

  @Test func damagedSetsAreRefused() throws {
    try IDX.write(
      NumericArray([0, 1, 2] as [UInt8], shape: [3]), to: folder.file("shapes/all-labels-idx1-ubyte.gz"))
    #expect(try #require(throws: DataError.self) { try library.load("shapes:all") }.reason == .inconsistent)
    try IDX.write(
      NumericArray([0, 1, 2, 3, 0, 1] as [UInt8], shape: [6]),
      to: folder.file("shapes/all-labels-idx1-ubyte.gz"))
    let error = try #require(throws: DataError.self) { try library.load("shapes:all") }
    #expect(error.place == .row(3, column: nil))
    try folder.write(Array("0\tx\n2\ty\n".utf8), to: "shapes/classes.txt")
    #expect(
      try #require(throws: DataError.self) { try library.load("shapes:all") }.place == .line(2, column: 1))
  }
}
