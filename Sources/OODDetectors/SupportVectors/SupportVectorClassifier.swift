import GenModels

/// Support vector machines of several classes, each class against all others (V. Vapnik, 1995): the class is that of the largest
/// decision value.
///
///     let machines = try SupportVectorClassifier(fitting: rows, labels: labels, kernel: .radial(), cost: 10)
///     try machines.labels(new)
///
/// A row of each class is needed, and two classes. Cost: that of a `SupportVectorMachine` for each class.
public struct SupportVectorClassifier: Model, ExampleReader {
  public typealias Examples = Matrix

  public static let kind = "support-vector-classifier"

  /// The machine of each class.
  public let machines: [SupportVectorMachine]

  public var exampleShape: Shape { machines[0].exampleShape }
  public var classCount: Int { machines.count }

  /// - Throws: `TableError` for entries that are not finite or too large, fewer than two classes, a class without rows, and what
  ///   `SupportVectorMachine` throws; `ExampleError` for labels that are none.
  public init(
    fitting x: Matrix, labels: Indexes, kernel: SupportVectorKernel = .radial(), cost: Double = 1,
    tolerance: Double = 1e-3
  ) throws {
    let table = try LabelledTable(x, labels, leastClasses: 2)
    machines = try table.rows.indices.map { label in
      try SupportVectorMachine(
        fitting: x, isPositive: table.labels.map { $0 == label }, cost: cost, kernel: kernel,
        tolerance: tolerance)
    }
  }

  /// The decision value of each class, a row an example.
  /// - Throws: `ExampleError` for rows of another width, NaN or infinities.
  public func decisionValues(_ x: Matrix) throws -> Matrix {
    try check(x)
    let columns = machines.map { $0.decisionValues(checked: x) }
    return Matrix(rows: x.rows, columns: classCount) { destination in
      for (label, column) in columns.enumerated() {
        for (row, value) in column.enumerated() { destination[row * classCount + label] = value }
      }
    }
  }

  /// The class of the largest decision value; of several the first.
  /// - Throws: As `decisionValues`.
  public func labels(_ x: Matrix) throws -> Indexes {
    let values = try decisionValues(x)
    return Indexes((0..<values.rows).map { i in (0..<classCount).max { values[i, $0] < values[i, $1] }! })
  }

  public struct Configuration: Codable, Hashable, Sendable {
    var classes: Int
  }

  public var configuration: Configuration { Configuration(classes: classCount) }

  public func encode(to archive: inout ModelArchive) throws {
    for (label, machine) in machines.enumerated() { try archive.setPart("class.\(label)", machine) }
  }

  public init(from archive: ModelArchive) throws {
    machines = try archive.classParts(archive.configuration(as: Configuration.self).classes)
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
