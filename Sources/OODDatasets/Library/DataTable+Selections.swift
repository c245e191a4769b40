import GenModels

extension DataTable {
  /// The rows that a selection keeps: the same ones, in the same order, as of a `Dataset`.
  func applying(
    _ selection: Specification.Selection, of specification: Specification, in library: DataLibrary
  ) throws -> DataTable {
    switch selection {
    case .range(let range): return selecting(Array(try range.resolved(count: values.rows, in: specification)))
    case .shuffle(let seed): return selecting(Dataset.shuffledPositions(count: values.rows, seed: seed))
    case .classes(let words, let areExcluded):
      let classes = try ClassFilter(labels: labels?.indexes, classNames: labels?.classNames, specification)
        .classes(words)
      let indexes = labels?.indexes ?? []
      return selecting(indexes.indices.filter { classes.contains(indexes[$0]) != areExcluded })
    case .minimum(let count): return try keepingClasses(withAtLeast: count, of: specification)
    case .weights(let list, let least):
      let weights = try library.weights(list, least: least, ofClasses: labels?.classNames, specification)
      return selecting(ClassShares(weights: weights).positions(of: labels?.indexes ?? []))
    }
  }

  private func keepingClasses(withAtLeast minimum: Int, of specification: Specification) throws -> DataTable {
    func fault(_ message: String) -> SpecificationError {
      SpecificationError(specification.text, column: specification.column(of: "minimum"), message)
    }
    guard let labels else { throw fault("these data have no classes to choose from") }
    let counts = Dictionary(labels.indexes.map { ($0, 1) }, uniquingKeysWith: +)
    let kept = counts.keys.filter { $0 >= 0 && counts[$0]! >= minimum }.sorted()
    guard !kept.isEmpty else {
      throw fault("no class has \(minimum) examples; the largest has \(counts.values.max() ?? 0)")
    }
    let numbers = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
    let positions = labels.indexes.indices.filter { numbers[labels.indexes[$0]] != nil }
    let chosen = TableLabels(
      indexes: positions.map { numbers[labels.indexes[$0]]! },
      classNames: labels.classNames.map { names in kept.map { names[$0] } },
      namesAreText: labels.numbers == nil)
    return selecting(positions, labels: chosen)
  }
}
