import GenModels

/// Support vector machines of several classes, each class against all others (V. Vapnik, 1995): the class is that of the largest
/// decision value, and "unknown" where none is above 0.
///
/// ```swift
/// let machines = try SupportVectorClassifier(fitting: rows, labels: labels, kernel: .radial(), cost: 10)
/// try machines.decide(new)
/// ```
///
/// The score is −maxₖ fₖ(x). A row of each class is needed, and two classes; of two one machine tells both, so that nothing is
/// "unknown" but on its plane. Cost: that of a `SupportVectorMachine` for each class.
public struct SupportVectorClassifier: Model, OpenSetClassifier {
  public typealias Examples = Matrix

  public static let kind = "support-vector-classifier"

  /// The machine of each class; of two classes that of the first alone.
  public let machines: [SupportVectorMachine]
  public let classCount: Int

  public var exampleShape: Shape { machines[0].exampleShape }

  /// - Throws: `TableError` for entries that are not finite or too large, fewer than two classes, a class without rows, and what
  ///   `SupportVectorMachine` throws; `ExampleError` for labels that are none.
  public init(
    fitting x: Matrix, labels: Indexes, kernel: SupportVectorKernel = .radial(), cost: Double = 1,
    tolerance: Double = 1e-3
  ) throws {
    let table = try LabelledTable(x, labels, leastClasses: 2)
    classCount = table.rows.count
    machines = try (0..<(classCount == 2 ? 1 : classCount)).map { label in
      try SupportVectorMachine(
        fitting: x, isPositive: table.labels.map { $0 == label }, cost: cost, kernel: kernel,
        tolerance: tolerance)
    }
  }

  /// The decision value of each class, a row an example.
  /// - Throws: `ExampleError` for rows of another width, NaN or infinities.
  public func decisionValues(_ x: Matrix) throws -> Matrix {
    try check(x)
    return decisionValues(checked: x)
  }

  func decisionValues(checked x: Matrix) -> Matrix {
    var columns = machines.map { $0.decisionValues(checked: x) }
    if classCount == 2 { columns.append(columns[0].map { -$0 }) }
    return Matrix(rows: x.rows, columns: classCount) { destination in
      for (label, column) in columns.enumerated() {
        for (row, value) in column.enumerated() { destination[row * classCount + label] = value }
      }
    }
  }

  /// How many support vectors the machine of a class has on its own side and on the others'.
  func supportCounts(of label: Int) -> (own: Int, others: Int) {
    let coefficients = machines[min(label, machines.count - 1)].coefficients
    let positives = coefficients.count { $0 > 0 }
    let isTurned = label >= machines.count
    return isTurned
      ? (coefficients.count - positives, positives) : (positives, coefficients.count - positives)
  }

  public func decide(checked x: Matrix) throws -> [OpenSetDecision] {
    let values = decisionValues(checked: x)
    return (0..<values.rows).map { i in
      let row = values.row(i)
      let largest = row.max()!
      return OpenSetDecision(
        nearestClass: row.firstIndex(of: largest)!, isUnknown: largest <= 0, score: -largest)
    }
  }

  public struct Configuration: Codable, Hashable, Sendable {
    var classes: Int
  }

  public var configuration: Configuration { Configuration(classes: classCount) }

  public func encode(to archive: inout ModelArchive) throws {
    for (label, machine) in machines.enumerated() { try archive.setPart("class.\(label)", machine) }
  }

  public init(from archive: ModelArchive) throws {
    classCount = try archive.configuration(as: Configuration.self).classes
    guard classCount >= 2 else {
      throw ModelFileError.malformed(reason: "it tells \(classCount) classes from each other")
    }
    machines = try archive.classParts(classCount == 2 ? 1 : classCount)
  }
}

extension SupportVectorClassifier: LabelledTableFitted {
  public static let summary = "a support vector machine for each class against the others"
  public static let defaultFitSettings = SupportVectorSettings()

  public static func fitted(
    to x: Matrix, labels: Indexes, settings: SupportVectorSettings
  ) throws -> SupportVectorClassifier {
    try SupportVectorClassifier(
      fitting: x, labels: labels, kernel: settings.supportVectorKernel, cost: settings.cost,
      tolerance: settings.tolerance)
  }
}

extension ModelArchive {
  /// The models of that many classes, which take the same examples.
  func classParts<Part: Model>(_ classes: Int, _ name: String = "class") throws -> [Part] {
    guard classes >= 1, classes <= partNames.count else {
      throw ModelFileError.malformed(reason: "it has \(partNames.count) parts for \(classes) classes")
    }
    let parts = try (0..<classes).map { try part("\(name).\($0)", as: Part.self) }
    guard parts.allSatisfy({ $0.exampleShape == parts[0].exampleShape }) else {
      throw ModelFileError.malformed(reason: "its classes take examples of different shapes")
    }
    return parts
  }
}
