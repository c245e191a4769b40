import GenModels

/// A one-class support vector machine for each class (B. Schölkopf et al., 2001): an example is of the class whose machine holds it
/// best, and "unknown" where none holds it.
///
/// ```swift
/// let machines = try ClasswiseOneClassSVM(fitting: rows, labels: labels, nu: 0.1)
/// ```
///
/// The score is the least over the classes of (ρₖ − Σ αᵢ K(xᵢ, x)) / Σ αᵢ: above 0 outside all. The division makes classes of
/// different sizes alike: it is in units of the kernel. One class is enough.
public struct ClasswiseOneClassSVM: Model, OpenSetClassifier {
  public static let kind = "classwise-one-class-svm"

  /// The machine of each class.
  public let machines: [OneClassSVM]

  /// - Throws: What `OneClassSVM` throws; `TableError.tooFewRows` for a class without rows; `ExampleError` for labels that are none.
  public init(
    fitting x: Matrix, labels: Indexes, nu: Double = 0.1, kernel: SupportVectorKernel = .radial(),
    tolerance: Double = 1e-3
  ) throws {
    let table = try LabelledTable(x, labels)
    machines = try table.rows.indices.map { label in
      try OneClassSVM(fitting: table.table(of: label), nu: nu, kernel: kernel, tolerance: tolerance)
    }
  }

  public var exampleShape: Shape { machines[0].exampleShape }
  public var classCount: Int { machines.count }

  public func decide(checked x: Matrix) throws -> [OpenSetDecision] {
    let scores = try machines.map { machine in
      let total = machine.coefficients.reduce(0, +)
      return try machine.score(checked: x).map { $0 / total }
    }
    return (0..<x.rows).map { i in
      let nearest = scores.indices.min { scores[$0][i] < scores[$1][i] }!
      return OpenSetDecision(
        nearestClass: nearest, isUnknown: scores[nearest][i] > 0, score: scores[nearest][i])
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
    machines = try archive.classParts(archive.configuration(as: Configuration.self).classes)
  }
}

extension ClasswiseOneClassSVM: LabelledTableFitted {
  public static let summary = "a one-class support vector machine for each class"
  public static let defaultFitSettings = SupportVectorSettings()

  public static func fitted(
    to x: Matrix, labels: Indexes, settings: SupportVectorSettings
  ) throws -> ClasswiseOneClassSVM {
    try ClasswiseOneClassSVM(
      fitting: x, labels: labels, nu: settings.nu, kernel: settings.supportVectorKernel,
      tolerance: settings.tolerance)
  }
}
