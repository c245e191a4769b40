import GenModels

/// Recorded strokes as labelled images.
struct StrokeExamples {
  /// How recordings come to their classes.
  enum Classes {
    /// By their label: in the order of these names, or else of their Unicode scalars.
    case labels([String]?)
    /// By HWRT's number of the symbol, in that order; named by `symbols.csv` beside the file, where it is.
    case symbols(String)
  }

  let images: Tensor
  let labels: Indexes
  let classNames: [String]

  /// Draws the recordings that have a class, as the specification says. Throws `DataError` when none has, or a drawing can't
  /// be drawn.
  init(_ records: [StrokeRecord], path: String, classes: Classes, drawing: DrawingOptions) throws {
    let keys: [String?]
    var names: [String: String] = [:]
    switch classes {
    case .labels: keys = records.map(\.label)
    case .symbols(let path):
      keys = records.map { $0.symbolID.map(String.init) }
      names = try StrokeExamples.symbolNames(beside: path)
    }
    let ordered: [String]
    if case .labels(let known?) = classes {
      ordered = known
    } else {
      ordered = Set(keys.compactMap(\.self)).sorted { a, b in
        if let x = Int(a), let y = Int(b), x != y { return x < y }
        return a.unicodeScalars.lexicographicallyPrecedes(b.unicodeScalars)
      }
    }
    let position = Dictionary(ordered.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    if let unknown = keys.firstIndex(where: { $0 != nil && position[$0!] == nil }) {
      throw DataError(
        .inconsistent, in: path, at: .row(unknown, column: nil), expected: "a label that classes.txt names",
        found: "'\(keys[unknown]!)'")
    }
    let chosen = records.indices.filter { keys[$0] != nil }
    guard !chosen.isEmpty else {
      throw DataError(
        .notFound, in: path, expected: "drawings with a label", found: "\(records.count) without")
    }
    do {
      let smallest =
        drawing.smallestExtent.map { [Double](repeating: $0, count: records.count) }
        ?? StrokeExamples.smallestExtents(records)
      images = try drawing.rasterizer.images(
        of: chosen.map { records[$0].drawing }, smallestExtents: chosen.map { smallest[$0] })
    } catch {
      throw DataError(.malformed, in: path, expected: "strokes that can be drawn", found: "\(error)")
    }
    labels = Indexes(chosen.map { position[keys[$0]!]! })
    classNames = ordered.map { names[$0] ?? $0 }
  }

  /// For each recording the extent below which it isn't enlarged, so that dots stay dots: 15% of the median
  /// symbol of its expression where the recordings come from expressions (their units differ by device), else
  /// 17.6 screen pixels.
  private static func smallestExtents(_ records: [StrokeRecord]) -> [Double] {
    func extent(_ drawing: Drawing) -> Double {
      let points = drawing.strokes.joined()
      guard let first = points.first else { return 0 }
      var (left, right, top, bottom) = (first.x, first.x, first.y, first.y)
      for point in points {
        (left, right) = (min(left, point.x), max(right, point.x))
        (top, bottom) = (min(top, point.y), max(bottom, point.y))
      }
      return max(right - left, bottom - top)
    }
    struct Expression: Hashable {
      let source: String?
      let number: Int
    }
    func expression(_ record: StrokeRecord) -> Expression? {
      record.expressionID.map { Expression(source: record.source, number: $0) }
    }
    var extents: [Expression: [Double]] = [:]
    for record in records {
      if let expression = expression(record) {
        extents[expression, default: []].append(extent(record.drawing))
      }
    }
    let smallest = extents.mapValues { values in
      let sorted = values.sorted()
      let middle = sorted.count / 2
      let median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
      return 0.15 * median
    }
    return records.map { record in expression(record).flatMap { smallest[$0] } ?? 17.6 }
  }

  /// LaTeX by number from `symbols.csv` in the folder of a file (columns `symbol_id;latex;…`); empty when
  /// there is none.
  private static func symbolNames(beside path: String) throws -> [String: String] {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    let file = folder + "symbols.csv"
    guard Directory.isFile(file) else { return [:] }
    let rows = TextRows(try ByteStream(FileSource.open(file), limit: .standard), quote: UInt8(ascii: "'"))
    let format = RowFields(delimiter: UInt8(ascii: ";"), quote: UInt8(ascii: "'"))
    var names: [String: String] = [:]
    while let row = try rows.next() {
      let fields = try format.split(row, source: file, line: rows.line)
      guard fields.count >= 2 else { continue }
      names[String(decoding: fields[0], as: UTF8.self)] = String(decoding: fields[1], as: UTF8.self)
    }
    return names
  }
}
