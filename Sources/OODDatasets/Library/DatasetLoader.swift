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
      let examples = try ExampleArray.tensor(NumPy.read(path), source: path)
      let labels = try specification.options["labels"].map { labels in
        try ExampleArray.labels(NumPy.read(labels.text), count: examples.shape[0], source: labels.text)
      }
      return .whole(try assemble(examples, labels, nil, summary: "the array of \(path)", source: path))
    case .npz(let path, let key):
      return try archive(path, key: key, classNames: nil, summary: "arrays of \(path)")
    case .csv(let path):
      let table = try CSVTable(path, format: CSVOptions(specification).format())
      return .whole(
        try assemble(
          table.tensor(source: path), table.labels, table.classNames, summary: "the table of \(path)",
          source: path))
    case .hwrt(let path):
      return try strokes(
        HWRTFile.read(path), path: path, classes: .symbols(path), summary: "drawings of \(path)")
    case .strokes(let path):
      return try strokes(
        StrokeLines.read(path), path: path, classes: .labels(nil), summary: "drawings of \(path)")
    }
  }

  /// The table of the source as stored.
  func array() throws -> NumericArray {
    switch specification.source {
    case .npy(let path): return try NumPy.read(path)
    case .npz(let path, let key): return try examples(NumPyArchive(path), key: key, path: path).array
    case .csv(let path): return try CSVTable(path, format: CSVOptions(specification).format()).array
    case .named(let set, let part):
      if case .table(let path) = try find(set, part).part.form {
        return try examples(NumPyArchive(path), key: nil, path: path).array
      }
      fallthrough
    case .idx, .hwrt, .strokes:
      throw SpecificationError(specification.text, column: 1, "this is no table; load it as a data set")
    }
  }

  private func make(_ made: MadeSet, part: String) throws -> Loaded {
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
    return (stored, found)
  }

  private func load(_ part: StoredSet.Part, of set: StoredSet) throws -> Loaded {
    let summary = KnownSet(named: set.name)?.summary ?? "the data of \(set.folder)"
    switch part.form {
    case .images(let path, let labels):
      return try loadImages(path, labels: labels, classNames: set.classNames(), summary: summary)
    case .table(let path):
      return try archive(path, key: nil, classNames: set.classNames(), summary: summary)
    case .strokes(let path):
      return try strokes(
        StrokeLines.read(path), path: path, classes: .labels(set.classNames()), summary: summary)
    case .hwrt(let path):
      return try strokes(HWRTFile.read(path), path: path, classes: .symbols(path), summary: summary)
    }
  }

  private func loadImages(_ path: String, labels: String?, classNames: [String]?, summary: String) throws
    -> Loaded
  {
    let count = try IDX.readHeader(path).shape[0]
    let rows = try range.map { try $0.resolved(count: count, in: specification) }
    var examples = try IDX.readTensor(path, range: rows)
    if examples.rank == 1 || examples.rank == 3 {
      examples = examples.withLastAxis
    }
    var chosen: Indexes?
    if let labels {
      let all = try IDX.read(labels)
      let indexes = try ExampleArray.labels(all, count: count, source: labels)
      chosen = rows.map { rows in Indexes(Array(indexes.elements[rows])) } ?? indexes
    }
    let dataset = try assemble(examples, chosen, classNames, summary: summary, source: labels ?? path)
    return rows == nil ? .whole(dataset) : .ranged(dataset)
  }

  private func archive(_ path: String, key: String?, classNames: [String]?, summary: String) throws -> Loaded
  {
    let archive = try NumPyArchive(path)
    let (array, name) = try examples(archive, key: key, path: path)
    let examples = try ExampleArray.tensor(array, source: "\(path), array '\(name)'")
    // An archive's own labels go with the examples that it was not told to choose.
    let usual = key == nil ? ["y", "labels"].first { archive.names.contains($0) && $0 != name } : nil
    let labels = try (specification.options["labels"]?.text ?? usual).map { labels in
      try ExampleArray.labels(
        archive.array(named: labels), count: examples.shape[0], source: "\(path), array '\(labels)'")
    }
    return .whole(try assemble(examples, labels, classNames, summary: summary, source: path))
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
    _ records: [StrokeRecord], path: String, classes: StrokeExamples.Classes, summary: String
  ) throws -> Loaded {
    let examples = try StrokeExamples(records, path: path, classes: classes, specification)
    return .whole(
      try assemble(examples.images, examples.labels, examples.classNames, summary: summary, source: path))
  }

  /// A data set, after a check that every label has a name.
  private func assemble(
    _ examples: Tensor, _ labels: Indexes?, _ classNames: [String]?, summary: String, source: String
  ) throws -> Dataset {
    if let labels, let classNames,
      let row = labels.elements.firstIndex(where: { !classNames.indices.contains($0) })
    {
      throw DataError(
        .inconsistent, in: source, at: .row(row, column: nil),
        expected:
          "a label from 0 to \(classNames.count - 1), as the set has \(classNames.count) named classes",
        found: "\(labels.elements[row])")
    }
    return Dataset(
      name: specification.text, summary: summary, examples: examples, labels: labels,
      classNames: labels == nil ? nil : classNames)
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
