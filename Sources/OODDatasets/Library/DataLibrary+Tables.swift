import GenModels

extension DataLibrary {
  /// Loads a table in double precision, through every range, filter and shuffle. Images and other sets of 32-bit floats become
  /// tables of one example a row.
  ///
  /// - Parameters:
  ///   - specification: What to load.
  ///   - keepsGaps: Whether missing values of a CSV file become NaN, and NaN of an array stays, for whom fills them; else gaps are
  ///     refused, or what the specification says of them holds.
  ///   - columns: Columns that the table is to have, matched by name: those that are categories or times there are read so, and
  ///     stand for the same here.
  /// - Throws: `SpecificationError` when it doesn't fit the data, and `DataError` when the data aren't right, with the row of
  ///   the file.
  public func table(
    _ specification: Specification, keepsGaps: Bool = false, like columns: TableColumns? = nil
  ) throws -> DataTable {
    let loader = DatasetLoader(library: self, specification: specification, range: nil)
    if keepsGaps { try loader.refuseMissingOption() }
    guard let whole = try loader.table(keepsGaps: keepsGaps, like: columns) else {
      return try DataTable(load(specification))
    }
    let table = try specification.selections.reduce(whole) {
      try $0.applying($1, of: specification, in: self)
    }
    if !keepsGaps { try table.requireFinite() }
    return try columns.map { wanted throws(TableColumnsError) in try table.arranged(like: wanted) } ?? table
  }
}

extension DataTable {
  /// A data set, one example a row.
  init(_ dataset: Dataset) throws {
    let examples = dataset.examples
    let columns = examples.shape.dropFirst().reduce(1, *)
    self.init(
      name: dataset.name, values: Matrix(Tensor(examples.elements, shape: [dataset.count, columns])),
      columns: dataset.columnNames.map { TableColumns(names: $0) } ?? TableColumns(count: columns),
      labels: dataset.labels.map {
        TableLabels(
          indexes: $0.elements.map { Int($0) }, classNames: dataset.classNames,
          namesAreText: dataset.classesAreText)
      }, ids: dataset.ids, droppedRowCount: dataset.droppedRowCount, shape: Array(examples.shape),
      rowNumbers: dataset.rowNumbers)
  }

  /// Throws `DataError` for the first number that is NaN or infinite.
  fileprivate func requireFinite() throws {
    let bad = values.withUnsafeElements { elements in
      elements.firstIndex { !$0.isFinite }.map { (position: $0, value: elements[$0]) }
    }
    guard let bad else { return }
    let column = bad.position % values.columns
    throw DataError(
      .notFinite, in: name, at: .row(row(bad.position / values.columns), column: column),
      expected: "a finite number" + (columns.names.map { " in '\($0[column])'" } ?? ""), found: "\(bad.value)"
    )
  }
}
