import GenModels

/// A data set that is made on demand, with no files: drawn characters and toy distributions.
public struct MadeSet: Sendable {
  public let name: String
  public let summary: String
  /// The parts, such as "train", or "COUNT" where the part is a number of examples.
  public let parts: [String]
  /// Makes the examples of a part.
  let make: @Sendable (Request) throws -> Dataset

  /// What is asked for.
  struct Request {
    let specification: Specification
    let part: String
    /// The examples wanted, when the specification starts with a range.
    let range: ExampleRange?
    let seed: UInt64

    /// Where the part starts in the specification, in characters counted from 1.
    var partColumn: Int {
      specification.text.firstIndex(of: ":").map {
        specification.text.distance(from: specification.text.startIndex, to: $0) + 2
      } ?? 1
    }
  }

  /// The sets that can be made.
  public static let all: [MadeSet] =
    [
      glyphs(.digits, summary: "drawn digits in ten classes, 28 x 28: an embedded stand-in for handwriting"),
      glyphs(.symbols, summary: "drawn Greek and mathematical symbols, 28 x 28"),
    ] + ToyDistributions.all.map(toy)

  /// Most points of a toy set.
  private static let mostPoints = 1 << 28

  private static func toy(_ distribution: any ToyDistribution) -> MadeSet {
    let summary = "points of the plane in \(distribution.classCount) classes"
    return MadeSet(name: distribution.name, summary: summary, parts: ["COUNT"]) { request in
      guard let count = Int(request.part), (0...mostPoints).contains(count) else {
        throw SpecificationError(
          request.specification.text, column: request.partColumn,
          "\(distribution.name) takes a number of points of at most \(mostPoints), as in '\(distribution.name):1000'"
        )
      }
      let all = distribution.dataset(count: count, seed: request.seed)
      var chosen =
        try request.range.map { all[try $0.resolved(count: count, in: request.specification)] } ?? all
      chosen.name = request.specification.text
      return chosen
    }
  }

  /// Examples of a split when no range says how many.
  private static let usualCounts: [SyntheticGlyphs.Split: Int] = [.train: 60_000, .test: 10_000]

  private static func glyphs(_ glyphs: SyntheticGlyphs, summary: String) -> MadeSet {
    MadeSet(name: glyphs.name, summary: summary, parts: SyntheticGlyphs.Split.allCases.map(\.rawValue)) {
      request in
      guard let split = SyntheticGlyphs.Split(rawValue: request.part) else {
        throw SpecificationError(
          request.specification.text, column: request.partColumn,
          "\(glyphs.name) has no part '\(request.part)'; it has train and test")
      }
      let range = request.range ?? ExampleRange(lowerBound: 0, upperBound: nil, column: 1)
      let start = range.lowerBound
      let end = range.upperBound ?? max(start, usualCounts[split]!)
      guard end <= Int(Int32.max) else {
        throw SpecificationError(
          request.specification.text, column: range.column, "examples are numbered with 31 bits")
      }
      let made = glyphs.examples(start..<end, of: split, seed: request.seed)
      var dataset = Dataset(
        name: request.specification.text, summary: summary, examples: made.images, labels: made.labels,
        classNames: glyphs.classNames)
      dataset.rowNumbers = request.range.map { _ in Array(start..<end) }
      return dataset
    }
  }
}
