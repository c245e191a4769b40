import GenModels
import OODDatasets
import Testing

/// Strokes drawn in other ways than MNIST's.
@Suite struct DrawingOptionsTests {
  typealias Ink = RasterizerTests.Ink
  let folder = TemporaryFolder()
  var library: DataLibrary { DataLibrary(directories: [folder.path]) }

  /// Two sets of strokes, one of images, and a list of a larger release.
  init() throws {
    let lines = [
      // A letter L, a flat bar, a dot, and a slanted line with a wide extent.
      #"{"latex":"L","strokes":[[[100,200],[100,260],[130,260]]]}"#,
      #"{"latex":"-","strokes":[[[0,0],[60,6]]]}"#,
      #"{"latex":".","strokes":[[[5,5]]]}"#,
      #"{"latex":"L","strokes":[[[0,0],[31,97],[45,90]]]}"#,
    ]
    folder.makeFolder("pen")
    try folder.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: "pen/strokes.jsonl")
    try folder.write(
      Array("symbol_id;latex;training_samples;test_samples\n1;L;2;1\n2;-;6;0\n3;.;1;1\n4;?;90;9\n".utf8),
      to: "pen/symbols-official-2000.csv")
    let pixels = [UInt8](repeating: 9, count: 4)
    try IDX.write(NumericArray(pixels, shape: [1, 2, 2]), to: folder.file("pen/all-images-idx3-ubyte"))
  }

  func images(_ options: String) throws -> Tensor { try library.load("pen:strokes" + options).examples }
  func image(_ number: Int, _ options: String) throws -> Tensor {
    try images(options).sliced(axis: 0, number..<number + 1).reshaped([28, 28, 1])
  }

  @Test("All options at their usual values change no bit")
  func usual() throws {
    let usual = "?aspect=kept&frame=28&box=20&pen=2.4&center=mass&antialias=yes"
    #expect(try images(usual) == images(""))
    #expect(try images("?margin=4") == images(""))
    let file = folder.file("pen/strokes.jsonl")
    #expect(try library.load("strokes:\(file)?pen=2.4").examples == images(""))
  }

  @Test("A stretched drawing fills the box along both axes, a kept one along the longer")
  func stretched() throws {
    let (kept, stretched) = (Ink(try image(0, "")), Ink(try image(0, "?aspect=stretched&center=box")))
    #expect(kept.rows.count == 20 && kept.columns.count == 12)
    #expect(stretched.rows == 4...23 && stretched.columns == 4...23)
    // Each axis by itself has a smallest extent: 6 of 17.6 units stay flat, of 3 they do not.
    #expect(try Ink(image(1, "?aspect=stretched")).rows.count < 12)
    #expect(try Ink(image(1, "?aspect=stretched&smallest=3")).rows.count == 20)
    // A dot has no extent to stretch.
    #expect(try image(2, "?aspect=stretched&smallest=0") == image(2, "?smallest=0"))
  }

  @Test("Frame, margin and pen say where ink may be")
  func frame() throws {
    let wide = try library.load("pen:strokes?frame=40&margin=3&pen=1.5&aspect=stretched&center=box").examples
    #expect(wide.shape == [4, 40, 40, 1])
    let ink = Ink(wide.sliced(axis: 0, 0..<1).reshaped([40, 40, 1]))
    #expect(ink.rows == 3...36 && ink.columns == 3...36)
    let (thin, thick) = (Ink(try image(0, "?pen=1")), Ink(try image(0, "?pen=4")))
    #expect(thick.sum > 3 * thin.sum)
  }

  @Test("By the box or by the mass: what comes to the middle", arguments: 0..<4)
  func center(number: Int) throws {
    let box = try Rasterizer(center: .box).image(of: RasterizerTests.letter)
    #expect(Ink(box).columns.lowerBound == 8 && Ink(box).columns.upperBound == 19)
    for pen in ["1.3", "2.4", "3.7"] {
      let ink = Ink(try image(number, "?center=box&smallest=0&pen=\(pen)"))
      // Exactly: as much room on the left as on the right, and above as below.
      #expect(ink.rows.lowerBound + ink.rows.upperBound == 27)
      #expect(ink.columns.lowerBound + ink.columns.upperBound == 27)
      let mass = Ink(try image(number, "?center=mass&smallest=0&pen=\(pen)")).center
      #expect(abs(mass.x - 14) <= 0.51 && abs(mass.y - 14) <= 0.51)
    }
  }

  @Test("Without anti-aliasing pixels are black or white, lines have no gaps, and nothing vanishes")
  func hardEdges() throws {
    for pen in ["1", "1.4", "2.4"] {
      let options = "?antialias=no&pen=\(pen)&center=box&smallest=0"
      let drawn = try images(options)
      #expect(drawn.elements.allSatisfy { $0 == 0 || $0 == 1 })
      for number in 0..<4 {
        let image = try image(number, options)
        #expect(image.elements.contains(1))
        #expect(isConnected(image), "\(number) \(pen)")
      }
    }
    // The area of a wide pen is nearly the same.
    let (hard, soft) = (Ink(try image(0, "?antialias=no&pen=4")), Ink(try image(0, "?pen=4")))
    #expect(abs(hard.sum / soft.sum - 1) < 0.1)
  }

  /// Whether all ink hangs together, corners included.
  private func isConnected(_ image: Tensor) -> Bool {
    var left = Set((0..<784).filter { image[$0 / 28, $0 % 28, 0] > 0 })
    guard let start = left.first else { return false }
    var waiting = [start]
    left.remove(start)
    while let pixel = waiting.popLast() {
      for dy in -1...1 {
        for dx in -1...1 where (0..<28).contains(pixel % 28 + dx) {
          let next = pixel + 28 * dy + dx
          if left.remove(next) != nil { waiting.append(next) }
        }
      }
    }
    return left.isEmpty
  }

  @Test(
    "A wrong option is refused at its place",
    arguments: [
      ("?aspect=tall", 20, "kept or stretched"), ("?aspect=", 20, "missing"),
      ("?center=ink", 20, "mass or box"), ("?antialias=maybe", 23, "yes or no"), ("?pen=thin", 17, "number"),
      ("?pen=0", 17, "0 < pen"), ("?pen=-1", 17, "negative"), ("?pen=nan", 17, "number"),
      ("?pen=20", 17, "0 < pen < box"), ("?box=29", 17, "box <= frame"), ("?box=1e99", 17, "box <= frame"),
      ("?frame=0", 19, "whole number"), ("?frame=5000", 19, "4096"), ("?frame=27.5", 19, "whole number"),
      ("?frame=12", 19, "frame 12"), ("?margin=14", 20, "0 < pen < box"),
      ("?box=20&margin=4", 27, "leave one of them out"), ("?smallest=-2", 22, "negative"),
      ("?antialias=no&pen=0.5", 30, "1 pixel wide"), ("?pen=2&pen=3", 19, "twice"),
      ("?thickness=2", 13, "aspect, frame, box"),
    ])
  func wrongOptions(options: String, column: Int, words: String) throws {
    let error = try #require(throws: SpecificationError.self) { try images(options) }
    #expect(error.column == column, "\(error)")
    #expect(error.message.contains(words), "\(error)")
  }

  @Test("What is not drawn from strokes has no options for drawing")
  func notDrawn() throws {
    for (text, words) in [
      ("pen:all?aspect=stretched", "pen:strokes"), ("synthetic-digits:test?pen=2", "made in one way"),
      ("two-moons:10?frame=28", "made in one way"),
    ] {
      let error = try #require(throws: SpecificationError.self) { try library.load(text) }
      #expect(error.message.contains(words), "\(error)")
    }
    #expect(throws: SpecificationError.self) { try Specification("npy:x.npy?pen=2") }
  }

  @Test("Drawings in several ways stand below each other on a sheet")
  func sheet() throws {
    let sets = [try images(""), try images("?aspect=stretched")]
    let sheet = ContactSheet(columns: 3, scale: 1, margin: 0, background: 7)
    let page = sheet.page(comparing: sets)
    // Two blocks of two rows; the second block has one example and two black cells a row.
    #expect(page.width == 3 * 28 && page.height == 4 * 28)
    for (set, row) in [(0, 0), (1, 1)] {
      let alone = sheet.page(of: sets[set].sliced(axis: 0, 0..<3))
      let (start, size) = (row * 28 * page.width, 28 * page.width)
      #expect(Array(page.pixels[start..<start + size]) == alone.pixels)
    }
    #expect(sheet.page(comparing: [sets[0]]) == sheet.page(of: sets[0]))
    #expect(sheet.comparisonShape(sets[0].shape, sets: 2) == [12, 28, 28, 1])
  }

  @Test("Classes get the shares of a list, and their examples are taken equally often")
  func weights() throws {
    // Of 4 drawings (L twice) 4 are chosen again: shares 3, 6 and 2 of 11 are 1.09, 2.18 and 0.73.
    let weighted = try library.load("pen:strokes?weights=official")
    #expect(weighted.classNames == ["-", ".", "L"])
    #expect(weighted.classCounts == [2, 1, 1])
    #expect((0..<4).map(weighted.row) == [1, 1, 2, 3])
    // Only classes that the list gives 3 examples or more: shares 1 and 2 of 3 drawings.
    #expect(try library.load("pen:strokes?weights=official,3").classCounts == [2, 0, 1])
    #expect(try library.load("pen:strokes?classes!=-&weights=official").classCounts == [0, 1, 2])
    let list = folder.file("pen/symbols-official-2000.csv")
    let file = folder.file("pen/strokes.jsonl")
    #expect(try library.load("strokes:\(file)?weights=\(list)").labels == weighted.labels)
    #expect(try library.load("strokes:\(file)?weights=official").labels == weighted.labels)
  }

  @Test("Lists that say nothing are refused")
  func wrongLists() throws {
    func refusal(_ text: String) throws -> SpecificationError {
      try #require(throws: SpecificationError.self) { try library.load(text) }
    }
    #expect(try refusal("pen:strokes?weights=official,1000").message.contains("1000 examples"))
    #expect(try refusal("pen:strokes?weights=official,0").column == 30)
    #expect(try refusal("pen:strokes?weights=,3").message.contains("missing"))
    #expect(try refusal("synthetic-digits:test[..<20]?weights=official").message.contains("symbols.csv"))
    #expect(try refusal("pen:all?weights=official").message.contains("named classes"))
    let missing = folder.file("none.csv")
    #expect(throws: DataError.self) { try library.load("pen:strokes?weights=\(missing)") }
    for text in [
      "", "latex;count\nL;3\n", "latex;samples\nL;many\n", "latex;samples\nL\n", "latex;samples\nL;-1\n",
    ] {
      let list = try folder.write(Array(text.utf8), to: "list.csv")
      #expect(throws: DataError.self, "\(text)") { try library.load("pen:strokes?weights=\(list)") }
    }
  }
}
