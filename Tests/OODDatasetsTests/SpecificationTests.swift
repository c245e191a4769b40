import OODDatasets
import Testing

@Suite struct SpecificationTests {
  @Test func sources() throws {
    #expect(try Specification("mnist:train").source == .named(set: "mnist", part: "train"))
    #expect(
      try Specification("adbench:22_magic.gamma").source == .named(set: "adbench", part: "22_magic.gamma"))
    #expect(try Specification("two-moons:1000?seed=7").source == .named(set: "two-moons", part: "1000"))
    #expect(try Specification("idx:a.gz,b.gz").source == .idx(images: "a.gz", labels: "b.gz"))
    #expect(try Specification("idx:a").source == .idx(images: "a", labels: nil))
    #expect(try Specification("npy:/x y/é.npy").source == .npy("/x y/é.npy"))
    #expect(try Specification("npz:a.npz#X").source == .npz("a.npz", key: "X"))
    #expect(try Specification("npz:C:a").source == .npz("C:a", key: nil))
    #expect(try Specification("csv:a%5B1%5D%3F%2c%23%25.csv").source == .csv("a[1]?,#%.csv"))
    #expect(try Specification("hwrt:symbols").source == .named(set: "hwrt", part: "symbols"))
    #expect(try Specification("hwrt:train-data.csv").source == .hwrt("train-data.csv"))
    #expect(try Specification("strokes:s.jsonl.gz").source == .strokes("s.jsonl.gz"))
  }

  @Test(
    arguments: [
      ("[0..<1000]", 0, 1000), ("[5...9]", 5, 10), ("[7...]", 7, nil), ("[...9]", 0, 10), ("[..<9]", 0, 9),
      ("[3..<3]", 3, 3),
      ("[...]", 0, nil),
    ] as [(String, Int, Int?)])
  func ranges(text: String, lower: Int, upper: Int?) throws {
    guard case .range(let range)? = try Specification("mnist:test" + text).selections.first else {
      Issue.record("no range")
      return
    }
    #expect(range.lowerBound == lower)
    #expect(range.upperBound == upper)
    #expect(range.column == 11)
  }

  @Test func selectionsKeepTheirOrder() throws {
    let specification = try Specification(#"hwrt:symbols[10...]?classes!=digits,#5,%2C&shuffle=3[..<7]"#)
    #expect(specification.selections.count == 4)
    guard case .classes(let words, areExcluded: true) = specification.selections[1] else {
      Issue.record("no class filter")
      return
    }
    #expect(words.map(\.text) == ["digits", "#5", ","])
    #expect(words.map(\.column) == [30, 37, 40])
    #expect(specification.selections[2] == .shuffle(seed: 3))
    let options = try Specification("csv:a.csv?label=kind&missing=drop").options
    #expect(options["label"]?.text == "kind")
    #expect(options["missing"]?.column == 30)
  }

  @Test(arguments: [
    ("", 1), ("mnist", 6), ("mnist:", 7), (":test", 1), ("mnist:test[", 12), ("mnist:test[0", 13),
    ("mnist:test[0..5]", 13),
    ("mnist:test[0..<]", 16), ("mnist:test[5..<2]", 12), ("mnist:test[0..<5", 17), ("mnist:test[0..<5]x", 18),
    ("mnist:test[99999999999999999999...]", 12), ("mnist:test[...9223372036854775807]", 15),
    ("mnist:test?", 12), ("mnist:test?clases=1", 12),
    ("mnist:test?classes", 19), ("mnist:test?classes=", 20), ("mnist:test?classes=1,,2", 22),
    ("mnist:test?shuffle=x", 20),
    ("mnist:test?shuffle!=1", 19), ("mnist:test?seed=1&seed=2", 19), ("mnist:test?seed=1&", 19),
    ("mnist:test?label=3", 12),
    ("csv:", 5), ("csv:a%zz", 6), ("csv:a%4", 6), ("idx:a,", 7), ("npz:a#", 7), ("npz:#X", 5),
    ("mn ist:test", 3),
    ("mnist:a/b", 7), ("csv:a?seed=1", 7), ("npy:a#b%", 8),
  ])
  func mistakesAreShownWhereTheyAre(text: String, column: Int) throws {
    let error = try #require(throws: SpecificationError.self) { try Specification(text) }
    #expect(error.column == column, "\(error)")
    #expect(error.text == text)
    #expect(error.description.contains("\n" + String(repeating: " ", count: column + 1) + "^ "))
  }
}
