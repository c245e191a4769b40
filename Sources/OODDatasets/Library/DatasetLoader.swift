import GenModels

/// Loads the source of one specification.
struct DatasetLoader {
  let library: DataLibrary
  let specification: Specification
  /// The specification's range, when it comes first, so that no more than it is read.
  let range: ExampleRange?

  /// What was loaded: everything, or the range only.
  enum Loaded {
    case whole(Dataset)
    case ranged(Dataset)
  }

  func load() throws -> Loaded {
    switch specification.source {
    case .named(let set, let part):
      if let made = MadeSet.all.first(where: { $0.name == set }) { return try make(made, part: part) }
      let (stored, part) = try find(set, part)
      return try load(part, of: stored)
    case .idx(let images, let labels):
      return try loadImages(images, labels: labels, classNames: nil, summary: "images of \(images)")
    case .npy(let path):
      let examples = try ExampleArray.tensor(NumPy.read(path, limit: limit), source: path)
      let labels = try npyLabels(count: examples.shape[0])
      return .whole(try assemble(examples, labels, nil, summary: "the array of \(path)", source: path))
    case .npz(let path, let key):
      return try archive(path, key: key, classNames: nil, summary: "arrays of \(path)")
    case .csv(let path), .jsonl(let path), .sqlite(let path), .postgres(let path):
      let table = try rowTable(CSVOptions(specification).format())
      guard table.columnKinds == nil else {
        throw SpecificationError(
          specification.text, column: 1,
          "only tables for detectors have times and categories; a model of numbers alone takes neither (drop= leaves columns out)"
        )
      }
      var dataset = try assemble(
        table.tensor(source: path), table.labels, table.classNames, summary: "the table of \(path)",
        source: path,
        columnNames: table.columnNames)
      dataset.classesAreText = true
      dataset.ids = table.ids
      dataset.droppedRowCount = table.droppedRowCount
      dataset.rowNumbers = table.rowNumbers
      return .whole(dataset)
    case .folder(let path): return try pictures(path)
    case .hwrt(let path):
      return try strokes(path, HWRTFile.read, classes: .symbols(path), summary: "drawings of \(path)")
    case .strokes(let path):
      return try strokes(path, StrokeLines.read, classes: .labels(nil), summary: "drawings of \(path)")
    }
  }

  private var limit: InflationLimit { library.limit }

  /// The table of a source of rows.
  private func rowTable(_ format: CSVFormat) throws -> CSVTable {
    guard var reader = try reader(format) else {
      preconditionFailure("\(specification) is read as rows, and there is no reader of its rows.")
    }
    return try reader.read()
  }

  /// The labels of an `npy:` specification.
  private func npyLabels(count: Int) throws -> Indexes? {
    try specification.options["labels"].map { labels in
      try ExampleArray.labels(NumPy.read(labels.text, limit: limit), count: count, source: labels.text)
    }
  }

  /// The whole table of the source in double precision; nil for a source that has none. Columns of a CSV file that are wanted as
  /// categories or times are read so.
  func table(keepsGaps: Bool, like columns: TableColumns? = nil) throws -> DataTable? {
    switch specification.source {
    case .npy(let path):
      let array = try NumPy.read(path, limit: limit)
      return try table(array, labels: npyLabels(count: array.shape.first ?? 0), classNames: nil, path: path)
    case .npz(let path, let key): return try table(archive: path, key: key, classNames: nil)
    case .csv, .jsonl, .sqlite, .postgres:
      return DataTable(
        name: specification.text, try rowTable(tableFormat(keepsGaps: keepsGaps, like: columns)))
    case .named(let set, let part):
      if MadeSet.all.contains(where: { $0.name == set }) { return nil }
      let (stored, part) = try find(set, part)
      switch part.form {
      case .table(let path): return try table(archive: path, key: nil, classNames: stored.classNames())
      case .array(let path, let name): return try table(archive: path, key: name, classNames: nil)
      case .images, .strokes, .hwrt: return nil
      }
    case .idx, .folder, .hwrt, .strokes: return nil
    }
  }

  /// Refuses a policy for gaps that are kept.
  func refuseMissingOption() throws {
    guard let word = specification.options["missing"] else { return }
    throw SpecificationError(
      specification.text, column: word.column,
      "gaps are filled later here, so nothing can be said of them: leave missing= out")
  }

  /// How rows are read for a detector.
  func tableFormat(keepsGaps: Bool, like columns: TableColumns?) throws -> CSVFormat {
    var format = try CSVOptions(specification).format()
    if keepsGaps {
      try refuseMissingOption()
      format.missingValues = .fill(.nan)
    }
    format.columns.adopt(names: columns?.names, kinds: columns?.kinds)
    return format
  }

  /// A reader of the source's rows; nil for sources that have none, and are read whole.
  func reader(_ format: CSVFormat) throws -> (any PieceReader)? {
    func stream(_ path: String) throws -> ByteStream {
      try ByteStream(FileSource.open(path, mostBytes: limit.byteCount), limit: limit)
    }
    switch specification.source {
    case .csv(let path): return TableReader(try CSVRows(stream(path), format: format), format: format)
    case .jsonl(let path):
      return TableReader(JSONLinesRows(try stream(path), format: format), format: format)
    case .sqlite, .postgres:
      return TableReader(QueryRows(try DatabaseQuery(specification).answer(), format: format), format: format)
    case .named, .idx, .npy, .npz, .folder, .hwrt, .strokes: return nil
    }
  }

  private func table(archive path: String, key: String?, classNames: [String]?) throws -> DataTable {
    let archive = try NumPyArchive(path, limit: limit)
    let (array, name) = try examples(archive, key: key, path: path)
    let labels = try labels(in: archive, key: key, of: name, count: array.shape.first ?? 0, path: path)
    return try table(array, labels: labels, classNames: classNames, path: "\(path), array '\(name)'")
  }

  private func table(
    _ array: NumericArray, labels: Indexes?, classNames: [String]?, path: String
  ) throws -> DataTable {
    guard (1...2).contains(array.shape.count) else {
      throw DataError(
        .malformed, in: path, expected: "a table, which has rows and columns",
        found: "an array of shape \(array.shape)")
    }
    let columns = array.shape.count == 2 ? array.shape[1] : 1
    if let labels { try check(labels, classNames, source: path) }
    return DataTable(
      name: specification.text,
      values: Matrix(rows: array.shape[0], columns: columns, elements: array.doubles()),
      columns: TableColumns(count: columns),
      labels: labels.map {
        TableLabels(indexes: $0.elements.map { Int($0) }, classNames: classNames, namesAreText: false)
      }, shape: array.shape, rowNumbers: nil)
  }

  /// The table of the source as stored.
  func array() throws -> NumericArray {
    switch specification.source {
    case .npy(let path): return try NumPy.read(path, limit: limit)
    case .npz(let path, let key):
      return try examples(NumPyArchive(path, limit: limit), key: key, path: path).array
    case .csv, .jsonl, .sqlite, .postgres: return try rowTable(CSVOptions(specification).format()).array
    case .named(let set, let part):
      switch try find(set, part).part.form {
      case .table(let path): return try examples(NumPyArchive(path, limit: limit), key: nil, path: path).array
      case .array(let path, let name): return try NumPyArchive(path, limit: limit).array(named: name)
      case .images, .strokes, .hwrt: break
      }
      fallthrough
    case .idx, .folder, .hwrt, .strokes:
      throw SpecificationError(specification.text, column: 1, "this is no table; load it as a data set")
    }
  }

  private func make(_ made: MadeSet, part: String) throws -> Loaded {
    try DrawingOptions.refuse(specification, because: "\(made.name) is made in one way only")
    var seed: UInt64 = 0
    if let word = specification.options["seed"] {
      guard let number = UInt64(word.text) else {
        throw SpecificationError(
          specification.text, column: word.column, "a seed is a whole number of at most 64 bits")
      }
      seed = number
    }
    let request = MadeSet.Request(specification: specification, part: part, range: range, seed: seed)
    let dataset = try made.make(request)
    return range == nil ? .whole(dataset) : .ranged(dataset)
  }

  /// A part of a set of the data directories.
  private func find(_ set: String, _ part: String) throws -> (set: StoredSet, part: StoredSet.Part) {
    guard let stored = library.storedSet(set, withPart: part) else {
      let made = MadeSet.all.map(\.name).joined(separator: ", ")
      let places = library.directories.joined(separator: ", ")
      let advice =
        KnownSet(named: set).map { $0.files.isEmpty ? "" : "; 'ood data fetch \($0.name)' downloads it" }
        ?? "; sets that need no files are \(made)"
      throw SpecificationError(
        specification.text, column: 1, "there is no data set '\(set)' in \(places)\(advice)")
    }
    if let word = specification.options["seed"] {
      throw SpecificationError(
        specification.text, column: word.column,
        "\(set) is recorded, not made: it has no seed (shuffle=SEED mixes it)")
    }
    guard let found = stored.part(part) else {
      throw SpecificationError(
        specification.text, column: set.count + 2,
        "\(set) has no part '\(part)' in \(stored.folder); it has \(stored.parts.map(\.name).joined(separator: ", "))"
      )
    }
    if !found.isDrawn {
      let drawn = stored.parts.filter { $0.isDrawn }.map { "\(set):\($0.name)" }
      try DrawingOptions.refuse(
        specification,
        because: "\(set):\(part) is stored as it is"
          + (drawn.isEmpty ? "" : "; drawn from strokes: \(drawn.joined(separator: ", "))"))
    }
    return (stored, found)
  }

  private func load(_ part: StoredSet.Part, of set: StoredSet) throws -> Loaded {
    let summary = KnownSet(named: set.name)?.summary ?? "the data of \(set.folder)"
    switch part.form {
    case .images(let path, let labels):
      return try loadImages(path, labels: labels, classNames: set.classNames(), summary: summary)
    case .table(let path):
      return try archive(path, key: nil, classNames: set.classNames(), summary: summary)
    case .array(let path, let name):
      return try archive(path, key: name, classNames: nil, summary: summary)
    case .strokes(let path):
      return try strokes(path, StrokeLines.read, classes: .labels(set.classNames()), summary: summary)
    case .hwrt(let path):
      return try strokes(path, HWRTFile.read, classes: .symbols(path), summary: summary)
    }
  }

  private func loadImages(_ path: String, labels: String?, classNames: [String]?, summary: String) throws
    -> Loaded
  {
    let count = try IDX.readHeader(path, limit: limit).shape[0]
    let rows = try range.map { try $0.resolved(count: count, in: specification) }
    var examples = try IDX.readTensor(path, range: rows, limit: limit)
    if examples.rank == 1 || examples.rank == 3 {
      examples = examples.withLastAxis
    }
    var chosen: Indexes?
    if let labels {
      let all = try IDX.read(labels, limit: limit)
      let indexes = try ExampleArray.labels(all, count: count, source: labels)
      chosen = rows.map { rows in Indexes(Array(indexes.elements[rows])) } ?? indexes
    }
    var dataset = try assemble(examples, chosen, classNames, summary: summary, source: labels ?? path)
    dataset.rowNumbers = rows.map { Array($0) }
    return rows == nil ? .whole(dataset) : .ranged(dataset)
  }

  private func pictures(_ path: String) throws -> Loaded {
    let form = try PictureOptions(specification).form()
    let folder = try PictureFolder(path)
    let rows = try range.map { try $0.resolved(count: folder.names.count, in: specification) }
    let chosen = rows ?? 0..<folder.names.count
    var dataset = try assemble(
      folder.images(chosen, form: form, limit: limit),
      folder.labels.map { Indexes(Array($0.elements[chosen])) }, folder.classNames,
      summary: "pictures of \(path)", source: path)
    dataset.ids = Array(folder.names[chosen])
    dataset.classesAreText = true
    dataset.rowNumbers = rows.map { Array($0) }
    return rows == nil ? .whole(dataset) : .ranged(dataset)
  }

  private func archive(_ path: String, key: String?, classNames: [String]?, summary: String) throws -> Loaded
  {
    let archive = try NumPyArchive(path, limit: limit)
    let (array, name) = try examples(archive, key: key, path: path)
    let examples = try ExampleArray.tensor(array, source: "\(path), array '\(name)'")
    let labels = try labels(in: archive, key: key, of: name, count: examples.shape[0], path: path)
    return .whole(try assemble(examples, labels, classNames, summary: summary, source: path))
  }

  /// The labels that were asked for; or an archive's own, which go with the examples that it was not told to choose.
  private func labels(
    in archive: NumPyArchive, key: String?, of examples: String, count: Int, path: String
  ) throws -> Indexes? {
    let usual = key == nil ? ["y", "labels"].first { archive.names.contains($0) && $0 != examples } : nil
    return try (specification.options["labels"]?.text ?? usual).map { labels in
      try ExampleArray.labels(
        archive.array(named: labels), count: count, source: "\(path), array '\(labels)'")
    }
  }

  /// The examples of an archive: the array asked for, or the only one, or the one called X, x, data or
  /// images.
  private func examples(_ archive: NumPyArchive, key: String?, path: String) throws -> (
    array: NumericArray, name: String
  ) {
    let names = archive.names
    let usual = names.count == 1 ? names[0] : ["X", "x", "data", "images"].first(where: names.contains)
    guard let name = key ?? usual else {
      throw DataError(
        .notFound, in: path, expected: "an array called X, x, data or images, or its name after '#'",
        found: names.isEmpty ? "no arrays" : names.joined(separator: ", "))
    }
    return (try archive.array(named: name), name)
  }

  private func strokes(
    _ path: String, _ read: (String, InflationLimit) throws -> [StrokeRecord],
    classes: StrokeExamples.Classes, summary: String
  ) throws -> Loaded {
    // Before reading, so that a wrong option costs no time.
    let drawing = try DrawingOptions(specification)
    let examples = try StrokeExamples(read(path, limit), path: path, classes: classes, drawing: drawing)
    var dataset = try assemble(
      examples.images, examples.labels, examples.classNames, summary: summary, source: path)
    dataset.classesAreText = true
    return .whole(dataset)
  }

  /// A data set, after a check that every label has a name.
  private func assemble(
    _ examples: Tensor, _ labels: Indexes?, _ classNames: [String]?, summary: String, source: String,
    columnNames: [String]? = nil
  ) throws -> Dataset {
    if let labels { try check(labels, classNames, source: source) }
    return Dataset(
      name: specification.text, summary: summary, examples: examples, labels: labels,
      classNames: labels == nil ? nil : classNames, columnNames: columnNames)
  }

  /// Throws unless every label has a name, where there are names.
  private func check(_ labels: Indexes, _ classNames: [String]?, source: String) throws {
    if let classNames,
      let row = labels.elements.firstIndex(where: { !classNames.indices.contains($0) })
    {
      throw DataError(
        .inconsistent, in: source, at: .row(row, column: nil),
        expected:
          "a label from 0 to \(classNames.count - 1), as the set has \(classNames.count) named classes",
        found: "\(labels.elements[row])")
    }
  }
}

extension Tensor {
  /// The same elements with an axis of extent 1 at the end.
  fileprivate var withLastAxis: Tensor {
    Tensor(shape: Shape(Array(shape) + [1])) { destination in
      withUnsafeElements { _ = destination.update(fromContentsOf: $0) }
    }
  }
}
