import GenModels

extension DataLibrary {
  /// Loads what a specification names. Throws `SpecificationError` when it is wrong or doesn't fit the data,
  /// and `DataError` when the data are.
  public func load(_ text: String) throws -> Dataset { try load(Specification(text)) }

  /// Loads what a specification names. Throws `SpecificationError` when it doesn't fit the data, and
  /// `DataError` when the data aren't right.
  ///
  /// IDX images are read no further than the specification's first range asks for.
  public func load(_ specification: Specification) throws -> Dataset {
    var selections = specification.selections[...]
    var firstRange: ExampleRange?
    if case .range(let range)? = selections.first { firstRange = range }
    let dataset: Dataset
    let loader = DatasetLoader(library: self, specification: specification, range: firstRange)
    switch try loader.load() {
    case .whole(let whole): dataset = whole
    case .ranged(let part):
      dataset = part
      selections = selections.dropFirst()
    }
    return try selections.reduce(dataset) { try $0.applying($1, of: specification, in: self) }
  }

  /// The folder of the data that a specification names; nil for data without one.
  func folder(of specification: Specification) -> String? {
    switch specification.source {
    case .named(let set, let part): return storedSet(set, withPart: part)?.folder
    case .idx(let path, _), .npy(let path), .npz(let path, _), .csv(let path), .jsonl(let path),
      .sqlite(let path), .hwrt(let path), .strokes(let path):
      return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    case .folder(let path): return path
    case .postgres: return nil
    }
  }

  /// The weight of each class in the list that a selection names.
  func weights(
    _ list: Specification.Word, least: Int, ofClasses names: [String]?, _ specification: Specification
  ) throws -> [Int] {
    try ClassCounts(list, folder: folder(of: specification), of: specification).weights(
      ofClasses: names, least: least, list, of: specification)
  }

  /// Loads a table in the element type of its file, for work in `Double`: from `npy:`, `npz:` and `csv:`, and
  /// from sets that are NumPy archives. Throws as `load` does; selections are not possible here.
  public func array(_ specification: Specification) throws -> NumericArray {
    guard specification.selections.isEmpty else {
      throw SpecificationError(
        specification.text, column: 1,
        "ranges and filters can't be applied to the array as stored; load it as a data set")
    }
    let loader = DatasetLoader(library: self, specification: specification, range: nil)
    return try loader.array()
  }
}

extension Dataset {
  /// Loads what a specification names, with the usual data directories (see `DataLibrary`).
  public init(_ specification: String) throws { self = try DataLibrary().load(specification) }

  /// The examples that a selection keeps.
  func applying(
    _ selection: Specification.Selection, of specification: Specification, in library: DataLibrary
  ) throws -> Dataset {
    switch selection {
    case .range(let range): return self[try range.resolved(count: count, in: specification)]
    case .shuffle(let seed): return shuffled(seed: seed)
    case .minimum(let count):
      do { return try keepingClasses(withAtLeast: count) } catch {
        throw SpecificationError(specification.text, column: specification.column(of: "minimum"), "\(error)")
      }
    case .classes(let words, let areExcluded):
      let classes = try ClassFilter(self, specification).classes(words)
      return areExcluded ? excluding(classes: classes) : selecting(classes: classes)
    case .weights(let list, let least):
      let weights = try library.weights(list, least: least, ofClasses: classNames, specification)
      return selecting(ClassShares(weights: weights).positions(of: labels?.elements.map { Int($0) } ?? []))
    }
  }
}
