#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How a table's columns of numbers, times and categories become features, which are numbers alone.
///
/// A number stays itself. A time becomes sines and cosines of the hour in its day, and where the training table spans a whole week
/// or a whole year, of the day in its week and of the day in its year, so that midnight lies beside 23:59. A category becomes what `coding` says; a missing or unknown one has no share in any name.
public struct ColumnEncoding: Sendable, Hashable, Codable {
  /// How names become numbers.
  public enum Coding: String, Sendable, Hashable, Codable, CaseIterable {
    /// A feature for each name: 1 where a row has it, else 0.
    case oneHot = "one-hot"
    /// The place among the sorted names.
    case ordinal
    /// The share of training rows with that name: rare names are small.
    case frequency
  }

  /// What each column holds.
  public let kinds: [ColumnKind]
  public let coding: Coding
  /// For each column of categories the share of training rows with each name; empty for the others.
  let frequencies: [[Double]]
  /// For each column of times how many cycles are features: the day, the week, the year; 0 for the others.
  let cycleCounts: [Int]

  /// Features that a name or a time may become in all.
  static let mostFeatures = 1 << 14

  /// The encoding of a training table.
  /// - Parameters:
  ///   - x: Categories as positions among their names, times in seconds since 1970, NaN for gaps.
  ///   - kinds: What each column holds.
  ///   - coding: How names become numbers.
  /// - Throws: `TableError.invalidSetting` for more names than there may be features.
  init(fitting x: Matrix, kinds: [ColumnKind], coding: Coding) throws(TableError) {
    precondition(
      kinds.count == x.columns, "A table of \(x.columns) columns has \(kinds.count) kinds of columns.")
    self.kinds = kinds
    self.coding = coding
    frequencies = kinds.enumerated().map { column, kind in
      guard coding == .frequency, case .category(let names) = kind else { return [] }
      var counts = [Double](repeating: 0, count: names.count)
      for value in x.column(column) {
        if let code = Self.code(value, among: names.count) { counts[code] += 1 }
      }
      return counts.map { $0 / Double(max(1, x.rows)) }
    }
    cycleCounts = kinds.enumerated().map { column, kind in
      guard kind == .time else { return 0 }
      let present = x.column(column).filter { !$0.isNaN }
      let span = (present.max() ?? 0) - (present.min() ?? 0)
      return 1 + Self.cycles.dropFirst().count { $0 <= span }
    }
    guard isIdentity || featureCount <= Self.mostFeatures else {
      throw .invalidSetting(
        name: "coding of categories", value: "\(coding.rawValue) with \(featureCount) features",
        expected: "one that makes at most \(Self.mostFeatures), such as frequency")
    }
  }

  private init(kinds: [ColumnKind]) {
    self.kinds = kinds
    coding = .oneHot
    frequencies = kinds.map { _ in [] }
    cycleCounts = kinds.map { _ in 0 }
  }

  /// Columns that stay what they are.
  static func identity(columns: Int) -> ColumnEncoding {
    ColumnEncoding(kinds: Array(repeating: .number, count: max(0, columns)))
  }

  /// Throws unless what a file says of the encoding makes sense.
  func requireSense() throws(ModelFileError) {
    guard frequencies.count == kinds.count, cycleCounts.count == kinds.count,
      zip(kinds, cycleCounts).allSatisfy({ ($0 == .time ? 1...Self.cycles.count : 0...0).contains($1) })
    else {
      throw .malformed(reason: "the coding of \(kinds.count) columns says something of others")
    }
    let isRight = kinds.indices.allSatisfy { column in
      guard case .category(let names) = kinds[column] else { return true }
      return Set(names).count == names.count
        && (coding != .frequency
          || frequencies[column].count == names.count
            && frequencies[column].allSatisfy { $0 >= 0 && $0 <= 1 })
    }
    guard isRight, featureCount <= max(Self.mostFeatures, kinds.count) else {
      throw .malformed(reason: "the coding of \(kinds.count) columns is not whole")
    }
  }

  /// Features that a column becomes.
  private func width(_ column: Int) -> Int {
    switch kinds[column] {
    case .number: 1
    case .time: 2 * cycleCounts[column]
    case .category(let names): coding == .oneHot ? names.count : 1
    }
  }

  /// Number of features.
  public var featureCount: Int { kinds.indices.reduce(0) { $0 + width($1) } }

  /// For each column the features that it becomes.
  public var featureRanges: [Range<Int>] {
    var start = 0
    return kinds.indices.map { column in
      defer { start += width(column) }
      return start..<start + width(column)
    }
  }

  /// Whether every column stays what it is.
  var isIdentity: Bool { kinds.allSatisfy { $0 == .number } }

  /// Whether a gap in a column is a feature's value like any other, so that nothing has to fill it.
  func acceptsGaps(_ column: Int) -> Bool {
    if case .category = kinds[column] { return coding != .ordinal }
    return false
  }

  /// The features of a table; NaN where a gap has none.
  func encoded(_ x: Matrix) -> Matrix {
    guard !isIdentity else { return x }
    let (width, columns) = (featureCount, kinds.count)
    return x.mapRows(width: width) { rows, count, result in
      for i in 0..<count { encode(rows + i * columns, to: result + i * width) }
    }
  }

  /// The features of one row. Takes no memory.
  func encode(_ row: UnsafePointer<Double>, to result: UnsafeMutablePointer<Double>) {
    var features = result
    for column in kinds.indices {
      let value = row[column]
      switch kinds[column] {
      case .number: features[0] = value
      case .time: Self.encode(value, cycles: cycleCounts[column], into: features)
      case .category(let names):
        let code = Self.code(value, among: names.count)
        switch coding {
        case .oneHot:
          for feature in 0..<names.count { features[feature] = feature == code ? 1 : 0 }
        case .ordinal: features[0] = code.map(Double.init) ?? .nan
        case .frequency: features[0] = code.map { frequencies[column][$0] } ?? 0
        }
      }
      features += width(column)
    }
  }

  /// The position among so many names; nil for a gap and for what is no position.
  static func code(_ value: Double, among count: Int) -> Int? {
    value >= 0 && value < Double(count) && value == value.rounded() ? Int(value) : nil
  }

  /// Seconds in a day, a week and a year of the Gregorian calendar.
  private static let cycles: [Double] = [86_400, 604_800, 31_556_952]

  private static func encode(_ time: Double, cycles count: Int, into features: UnsafeMutablePointer<Double>) {
    for number in 0..<count {
      let turns = time / cycles[number]
      let angle = 2 * Double.pi * (turns - turns.rounded(.down))
      features[2 * number] = sin(angle)
      features[2 * number + 1] = cos(angle)
    }
  }
}
