import GenModels

/// Drawn characters that stand in for handwriting where no data set is at hand: digits in place of MNIST, mathematical
/// and Greek symbols in place of HWRT, as images of the same kind (see `Rasterizer`).
///
/// Each character has several styles, which are strokes of our own design. A style is varied by control-point jitter,
/// stroke-wise shift, turn, scale and smooth elastic deformation, hurry (which rounds corners and smooths the path),
/// overshoot, slant, aspect, taper, turn, the pen's width and its pressure along the stroke.
///
/// ```swift
/// let train = SyntheticGlyphs.digits.examples(0..<60_000, of: .train, seed: 0)
/// train.images                                            // [60000, 28, 28, 1] in [0, 1]
/// train.labels                                            // [60000] of 0...9
/// ```
///
/// Item i of seed s is a function of the set, the split, s and i alone, with the same bits on every processor that
/// follows IEEE 754, whatever range it is asked for in and on any number of threads. Splits share no random numbers, so
/// each can be as large as is wanted. Every block of as many items as there are classes (counted from item 0) holds each
/// class once, in random order.
public struct SyntheticGlyphs: Sendable {
  /// Independent sequences of items.
  public enum Split: String, Sendable, CaseIterable {
    case train, test
  }

  /// Images `[count, size, size, 1]`, values in [0, 1], and the class of each.
  public struct Examples: Sendable {
    public let images: Tensor
    public let labels: Indexes
  }

  /// "synthetic-digits" or "synthetic-symbols".
  public let name: String
  private let alphabet: GlyphAlphabet
  private let variation: HandVariation

  private init(name: String, alphabet: GlyphAlphabet, variation: HandVariation) {
    self.name = name
    self.alphabet = alphabet
    self.variation = variation
  }

  /// The ten digits; the label of a digit is its value.
  public static let digits = SyntheticGlyphs(
    name: "synthetic-digits", alphabet: .digits, variation: .digits)

  /// Greek letters and mathematical symbols, none of which is a digit or a letter of the Latin alphabet.
  public static let symbols = SyntheticGlyphs(
    name: "synthetic-symbols", alphabet: .symbols, variation: .symbols)

  /// Names of the classes: the digits, or the symbols' LaTeX commands.
  public var classNames: [String] { alphabet.characters.map(\.name) }

  /// Items with those numbers.
  ///
  /// Costs about 20 µs an item on one core. Traps when the range begins below 0.
  ///
  /// - Parameters:
  ///   - items: Numbers from 0 on; an item depends on its number, the split and the seed alone.
  ///   - split: Training or test, which are independent.
  ///   - seed: Another seed gives other items.
  ///   - size: Pixels on a side of the images.
  ///   - box: Pixels on a side of the square that the ink is fitted into.
  public func examples(
    _ items: Range<Int>, of split: Split, seed: UInt64 = 0, size: Int = 28, box: Double = 20
  ) -> Examples {
    precondition(items.lowerBound >= 0, "Items are numbered from 0, and \(items) were asked for.")
    precondition(
      box > Double(variation.pen.upperBound) && box <= Double(size),
      "Characters need a box above \(variation.pen.upperBound) pixels and at most the image's size, "
        + "and box \(box) and size \(size) were given.")
    let random = RandomGenerator(seed: seed).split(name).split(split.rawValue)
    let labels = labels(items, random.split("labels"))
    let ink = random.split("ink")
    let images = Tensor(shape: [items.count, size, size, 1]) { destination in
      guard let base = destination.baseAddress else { return }
      nonisolated(unsafe) let images = base
      labels.withUnsafeElements { labels in
        nonisolated(unsafe) let labels = labels
        parallelFor(items.count, grain: 16) { range in
          var writer = GlyphWriter(variation: variation, size: size, box: Float(box))
          for index in range {
            var draws = GlyphDraws(ink.split(UInt64(items.lowerBound + index)))
            let style = alphabet.characters[Int(labels[index])].style(at: draws.uniform())
            writer.write(style, draws: &draws, into: images + index * size * size)
          }
        }
      }
    }
    return Examples(images: images, labels: labels)
  }

  /// Items with those numbers as a named data set: "synthetic-digits:train[0..<60000]".
  public func dataset(_ items: Range<Int>, of split: Split, seed: UInt64 = 0) -> Dataset {
    let made = examples(items, of: split, seed: seed)
    return Dataset(
      name: "\(name):\(split.rawValue)[\(items)]", summary: "drawn characters in \(classNames.count) classes",
      examples: made.images, labels: made.labels, classNames: classNames)
  }

  /// A random permutation of the classes for each block of items.
  private func labels(_ items: Range<Int>, _ random: RandomGenerator) -> Indexes {
    let classes = alphabet.characters.count
    return Indexes(shape: [items.count]) { labels in
      var block = -1
      var order: [Int] = []
      for (index, item) in items.enumerated() {
        if item / classes != block {
          block = item / classes
          var generator = random.split(UInt64(block))
          order = generator.permutation(classes).elements
        }
        labels[index] = Int32(order[item % classes])
      }
    }
  }
}
