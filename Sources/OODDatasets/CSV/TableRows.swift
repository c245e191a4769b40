import GenModels

/// The rows of a table while they are read: what all sources of rows share.
struct TableRows {
  let format: CSVFormat
  /// The names of the columns of features, where they have some.
  private(set) var columnNames: [String]?
  /// What is read from each field.
  private(set) var roles: [CSVFieldRole] = []
  private(set) var featureCount = 0
  /// The features of the rows of this piece, row by row.
  var values: [Double] = []
  var labels: [String] = []
  var ids: [String] = []
  /// For each column of features that holds categories, the codes of its names in the order of appearance.
  private var categories: [Int: CategoryCodes] = [:]
  private var droppedRowCount = 0
  /// Numbers of the rows that were kept, once one was dropped.
  private var rowNumbers: [Int]?
  /// Rows of all pieces so far, those that were left out included.
  private(set) var rowCount = 0
  private var firstRow = 0

  init(format: CSVFormat) { self.format = format }

  /// Rows of this piece, those that were left out included.
  var pieceRowCount: Int { rowCount - firstRow }
  var isFirstPiece: Bool { firstRow == 0 }

  /// Settles what each field holds.
  /// - Parameters:
  ///   - roles: For each field.
  ///   - names: For each field, where they have names.
  mutating func settle(_ roles: [CSVFieldRole], names: [String]?) {
    self.roles = roles
    featureCount = roles.count(where: \.isFeature)
    columnNames = names.map { names in names.indices.filter { roles[$0].isFeature }.map { names[$0] } }
  }

  /// Forgets the rows of the last piece.
  mutating func startPiece() {
    firstRow = rowCount
    values.removeAll(keepingCapacity: true)
    labels.removeAll(keepingCapacity: true)
    ids.removeAll(keepingCapacity: true)
    (categories, droppedRowCount) = ([:], 0)
    rowNumbers = firstRow > 0 ? [] : nil
  }

  mutating func keepRow() {
    rowNumbers?.append(rowCount)
    rowCount += 1
  }

  mutating func dropRow() {
    if rowNumbers == nil { rowNumbers = Array(0..<rowCount) }
    droppedRowCount += 1
    rowCount += 1
  }

  /// How much of the table there is, before a row that may have to be taken back.
  var mark: (values: Int, labels: Int, ids: Int) { (values.count, labels.count, ids.count) }

  /// Takes back what was added since.
  mutating func rewind(to mark: (values: Int, labels: Int, ids: Int)) {
    values.removeLast(values.count - mark.values)
    labels.removeLast(labels.count - mark.labels)
    ids.removeLast(ids.count - mark.ids)
  }

  /// The number of a name in the column of features that is read next.
  mutating func code(_ name: String) -> Double {
    Double(categories[values.count % featureCount, default: CategoryCodes()].code(name))
  }

  /// The rows of this piece.
  mutating func piece() -> CSVTable {
    let keptCount = pieceRowCount - droppedRowCount
    let kinds = sortedKinds(rowCount: keptCount)
    let (indexes, names) = roles.contains(.label) ? TableRows.classes(labels) : (nil, nil)
    return CSVTable(
      columnNames: columnNames, columnKinds: kinds, rowCount: keptCount, columnCount: featureCount,
      values: values, ids: roles.contains(.id) ? ids : nil, labels: indexes, classNames: names,
      droppedRowCount: droppedRowCount, rowNumbers: rowNumbers)
  }

  /// What the columns stand for, with the names of categories sorted and their codes in the table moved to match; nil where all are
  /// numbers.
  private mutating func sortedKinds(rowCount: Int) -> [ColumnKind]? {
    let features = roles.filter(\.isFeature)
    guard features.contains(where: { $0 != .number }) else { return nil }
    return features.enumerated().map { column, role in
      switch role {
      case .time: return .time
      case .category:
        let (names, codes) = (categories[column] ?? CategoryCodes()).sorted
        for row in 0..<rowCount {
          let value = values[row * features.count + column]
          if !value.isNaN { values[row * features.count + column] = Double(codes[Int(value)]) }
        }
        return .category(names)
      default: return .number
      }
    }
  }

  /// Distinct labels in order, and for each label its position among them.
  static func classes(_ labels: [String]) -> (Indexes, [String]) {
    let distinct = Set(labels)
    let numbers = Dictionary(
      uniqueKeysWithValues: distinct.compactMap { label in
        NumberText.plain.number(Array(label.utf8)).map { (label, $0) }
      })
    let byText = distinct.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
    let names =
      numbers.count == distinct.count
      ? byText.sorted { numbers[$0]! < numbers[$1]! } : byText
    let positions = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    return (Indexes(labels.map { positions[$0]! }), names)
  }
}
