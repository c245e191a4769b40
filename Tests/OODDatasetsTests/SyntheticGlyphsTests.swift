import GenModels
import OODDatasets
import Testing

/// Drawn digits and symbols, the data that come with the library.
struct SyntheticGlyphsTests {
  static let sets = [SyntheticGlyphs.digits, SyntheticGlyphs.symbols]

  /// FNV-1a over the bits of the pixels.
  static func hash(_ x: Tensor) -> UInt64 {
    x.elements.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { hash, value in
      (0..<4).reduce(hash) { hash, byte in
        (hash ^ UInt64((value.bitPattern >> (8 * UInt32(byte))) & 0xff)) &* 0x0000_0100_0000_01b3
      }
    }
  }

  @Test(arguments: sets) func imagesLikeThoseOfMNIST(set: SyntheticGlyphs) {
    let train = set.examples(0..<500, of: .train)
    #expect(train.images.shape == [500, 28, 28, 1])
    #expect(train.labels.shape == [500])
    let elements = train.images.elements
    // Symbols can be so lopsided that all of the ink staying in the image keeps their centre from the middle.
    let tolerance: Float = set.name == "synthetic-digits" ? 0.51 : 2.5
    for item in 0..<500 {
      let pixels = elements[item * 784..<(item + 1) * 784]
      #expect(pixels.max() == 1 && pixels.min() == 0)
      let mass = pixels.reduce(0, +)
      #expect(mass > 15 && mass < 300)
      var (x, y) = (Float(0), Float(0))
      for (index, pixel) in pixels.enumerated() {
        x += pixel * (Float(index % 28) + 0.5)
        y += pixel * (Float(index / 28) + 0.5)
      }
      #expect(abs(x / mass - 14) < tolerance && abs(y / mass - 14) < tolerance)
    }
  }

  @Test func theClasses() {
    #expect(SyntheticGlyphs.digits.classNames == (0...9).map(String.init))
    let symbols = SyntheticGlyphs.symbols.classNames
    #expect(symbols.count >= 60)
    #expect(Set(symbols).count == symbols.count)
    for name in [
      "\\alpha", "\\Omega", "\\int", "\\sum", "\\infty", "\\in", "\\rightarrow", "\\neq", "\\emptyset",
    ] {
      #expect(symbols.contains(name))
    }
  }

  @Test(arguments: sets) func everyBlockHoldsEachClassOnce(set: SyntheticGlyphs) {
    let classes = set.classNames.count
    let labels = set.examples(0..<3 * classes, of: .test, seed: 5).labels.elements
    for block in 0..<3 {
      #expect(labels[block * classes..<(block + 1) * classes].sorted() == Array(0..<classes))
    }
    #expect(labels.prefix(classes) != labels.dropFirst(classes).prefix(classes))
  }

  @Test(arguments: sets) func anItemIsTheSameInEveryRange(set: SyntheticGlyphs) {
    let all = set.examples(0..<200, of: .train, seed: 3)
    let some = set.examples(117..<160, of: .train, seed: 3)
    #expect(Array(all.images.elements[117 * 784..<160 * 784]) == some.images.elements)
    #expect(Array(all.labels.elements[117..<160]) == some.labels.elements)
    let alone = Parallelism.withThreads(1) { set.examples(0..<200, of: .train, seed: 3) }
    #expect(alone.images == all.images)
    let far = set.examples(4_000_000_000..<4_000_000_001, of: .train, seed: 3)
    #expect(far.images.elements.max() == 1)
    #expect(set.examples(7..<7, of: .train).images.shape == [0, 28, 28, 1])
  }

  @Test(arguments: sets) func seedsAndSplitsDiffer(set: SyntheticGlyphs) {
    let images = [
      set.examples(0..<50, of: .train), set.examples(0..<50, of: .test),
      set.examples(0..<50, of: .train, seed: 1),
      set.examples(50..<100, of: .train),
    ].flatMap { batch in (0..<50).map { Array(batch.images.elements[$0 * 784..<($0 + 1) * 784]) } }
    #expect(Set(images).count == images.count)
  }

  /// Known bits: a change of these hashes changes the data behind published figures.
  @Test(arguments: [(0, 6_700_409_660_023_456_552 as UInt64), (1, 16_401_865_697_082_069_549)])
  func theImagesNeverChange(set: Int, expected: UInt64) {
    let images = SyntheticGlyphsTests.sets[set].examples(0..<100, of: .train, seed: 0).images
    #expect(SyntheticGlyphsTests.hash(images) == expected)
  }

  @Test func asADataSet() {
    let test = SyntheticGlyphs.symbols.dataset(10..<20, of: .test, seed: 1)
    #expect(test.name == "synthetic-symbols:test[10..<20]")
    #expect(test.examples == SyntheticGlyphs.symbols.examples(10..<20, of: .test, seed: 1).images)
    #expect(test.count == 10 && test.classNames == SyntheticGlyphs.symbols.classNames)
  }

  @Test func sizeAndBoxAreParameters() {
    let images = SyntheticGlyphs.digits.examples(0..<20, of: .train, size: 40, box: 32).images
    #expect(images.shape == [20, 40, 40, 1])
    let rows = (0..<40).filter { row in (0..<40).contains { images[3, row, $0, 0] > 0 } }
    let columns = (0..<40).filter { column in (0..<40).contains { images[3, $0, column, 0] > 0 } }
    #expect((31...33).contains(max(rows.count, columns.count)))
  }

  /// The labels are those of what is drawn: the nearest class mean of training images names test images.
  @Test(arguments: [(0, 0.6), (1, 0.4)]) func labelsSayWhatIsDrawn(set: Int, accuracy: Double) {
    let set = SyntheticGlyphsTests.sets[set]
    let classes = set.classNames.count
    let (train, test) = (
      set.examples(0..<40 * classes, of: .train), set.examples(0..<10 * classes, of: .test)
    )
    var means = [[Float]](repeating: [Float](repeating: 0, count: 784), count: classes)
    train.images.withUnsafeElements { pixels in
      for (item, label) in train.labels.elements.enumerated() {
        for pixel in 0..<784 { means[label][pixel] += pixels[item * 784 + pixel] / 40 }
      }
    }
    let right = test.images.withUnsafeElements { pixels in
      test.labels.elements.enumerated().count { item, label in
        let distances = means.map { mean in
          (0..<784).reduce(Float(0)) { sum, pixel in
            let difference = pixels[item * 784 + pixel] - mean[pixel]
            return sum + difference * difference
          }
        }
        return distances.firstIndex(of: distances.min()!) == label
      }
    }
    #expect(Double(right) >= accuracy * Double(test.labels.count))
  }
}
