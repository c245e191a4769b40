import GenModels

/// The Weibull-calibrated support vector machine (W. J. Scheirer, L. P. Jain and T. E. Boult, 2014): for each class a machine against
/// the others, whose decision value f is turned into probabilities by the extremes of both sides, and a one-class machine that says
/// whether the example is near the class at all:
///
///     P(k | x) = P_η · P_ψ   where P_O > leastSupport, else 0,
///
/// P_η = 1 − the Weibull distribution of −f over the class's rows with the smallest f; P_ψ = the Weibull distribution of f over the other
/// rows with the largest f; P_O = 1 − the Weibull distribution of the one-class score over the class's rows with the largest. Tails
/// have 1.5 times as many rows as the machine has support vectors on that side (over the number of other classes for P_ψ), at least
/// 3 and at most all.
///
/// The score is 1 − maxₖ P(k | x); "unknown" where that is above 1 − `leastProbability`. Two classes are needed. Cost: two machines
/// for each class.
public struct WeibullSVM: Model, OpenSetClassifier {
  public static let kind = "weibull-svm"

  public struct Settings: Codable, Hashable, Sendable {
    /// δ_τ, between 0 and 1.
    public var leastSupport: Double
    /// δ_R, between 0 and 1.
    public var leastProbability: Double

    public init(leastSupport: Double = 0.001, leastProbability: Double = 0.1) {
      self.leastSupport = leastSupport
      self.leastProbability = leastProbability
    }
  }

  public let configuration: Settings
  /// The machine of each class against the others.
  public let machines: SupportVectorClassifier
  /// The one-class machine of each class.
  public let oneClassMachines: [OneClassSVM]
  private let calibrations: [Calibration]

  /// The three tails of a class.
  private struct Calibration: Sendable {
    let inclusion, exclusion, support: WeibullTail
  }

  /// - Parameters:
  ///   - x: An example a row.
  ///   - labels: The class of each row.
  ///   - cost: C of the machines.
  ///   - nu: ν of the one-class machines.
  ///   - kernel: Of all machines.
  ///   - settings: When an example is "unknown".
  ///   - tolerance: Of the solver.
  /// - Throws: What the machines throw; `TableError` for settings out of range, a class with fewer than three rows, and where the
  ///   decision values that a tail is fitted to are all equal.
  public init(
    fitting x: Matrix, labels: Indexes, cost: Double = 1, nu: Double = 0.1,
    kernel: SupportVectorKernel = .radial(), settings: Settings = Settings(), tolerance: Double = 1e-3
  ) throws {
    for (name, value) in [
      ("leastSupport", settings.leastSupport), ("leastProbability", settings.leastProbability),
    ] {
      guard value >= 0, value <= 1 else {
        throw TableError.invalidSetting(name: name, value: "\(value)", expected: "between 0 and 1")
      }
    }
    let table = try LabelledTable(x, labels, rowsOfClass: 3, leastClasses: 2)
    let machines = try SupportVectorClassifier(
      fitting: x, labels: labels, kernel: kernel, cost: cost, tolerance: tolerance)
    oneClassMachines = try table.rows.indices.map {
      try OneClassSVM(fitting: table.table(of: $0), nu: nu, kernel: kernel, tolerance: tolerance)
    }
    let decisions = try machines.decisionValues(x)
    let oneClass = oneClassMachines
    calibrations = try table.rows.indices.map { label in
      let (positives, negatives) = machines.supportCounts(of: label)
      let values = decisions.column(label)
      func tail(_ numbers: [Double], _ vectors: Double, _ what: String) throws -> WeibullTail {
        guard let tail = WeibullTail(largest: max(3, Int((1.5 * vectors).rounded())), of: numbers) else {
          throw TableError.noSpread(what: "The \(what) of class \(label)")
        }
        return tail
      }
      return Calibration(
        inclusion: try tail(
          table.rows[label].map { -values[$0] }, Double(positives), "smallest decision values"),
        exclusion: try tail(
          table.labels.indices.filter { table.labels[$0] != label }.map { values[$0] },
          Double(negatives) / Double(table.rows.count - 1), "largest decision values outside"),
        support: try tail(
          oneClass[label].score(table.table(of: label)), Double(oneClass[label].coefficients.count),
          "one-class scores"))
    }
    self.machines = machines
    configuration = settings
  }

  public var exampleShape: Shape { machines.exampleShape }
  public var classCount: Int { machines.classCount }

  /// P(k | x) of each class, a row an example. They don't sum to 1: an example may be of no class.
  /// - Throws: `ExampleError` for rows of another width, NaN or infinities.
  public func probabilities(_ x: Matrix) throws -> Matrix {
    let decisions = try machines.decisionValues(x)
    let supports = try oneClassMachines.map { try $0.score(x) }
    return Matrix(rows: x.rows, columns: classCount) { destination in
      for i in 0..<x.rows {
        for (label, tails) in calibrations.enumerated() {
          let value = decisions[i, label]
          let isNear = 1 - tails.support.cumulative(supports[label][i]) > configuration.leastSupport
          destination[i * classCount + label] =
            isNear ? (1 - tails.inclusion.cumulative(-value)) * tails.exclusion.cumulative(value) : 0
        }
      }
    }
  }

  public func decide(checked x: Matrix) throws -> [OpenSetDecision] {
    let probabilities = try probabilities(x)
    let decisions = try machines.decisionValues(x)
    return (0..<x.rows).map { i in
      // Where no class is near, the machines still tell which is nearest.
      let nearest = (0..<classCount).max {
        (probabilities[i, $0], decisions[i, $0]) < (probabilities[i, $1], decisions[i, $1])
      }!
      let probability = probabilities[i, nearest]
      return OpenSetDecision(
        nearestClass: nearest, isUnknown: probability < configuration.leastProbability, score: 1 - probability
      )
    }
  }

  public func encode(to archive: inout ModelArchive) throws {
    try archive.setPart("machines", machines)
    for (label, machine) in oneClassMachines.enumerated() {
      try archive.setPart("one-class.\(label)", machine)
    }
    archive["tails"] = .float64(
      calibrations.flatMap { [$0.inclusion, $0.exclusion, $0.support].flatMap(\.parameters) },
      shape: [classCount, 12])
  }

  public init(from archive: ModelArchive) throws {
    configuration = try archive.configuration(as: Settings.self)
    machines = try archive.part("machines", as: SupportVectorClassifier.self)
    oneClassMachines = try archive.classParts(machines.classCount, "one-class")
    guard oneClassMachines[0].exampleShape == machines.exampleShape else {
      throw ModelFileError.malformed(reason: "its machines take examples of different shapes")
    }
    let numbers = try archive.finiteDoubles("tails", shape: [machines.classCount, 12])
    func tail(_ number: Int) throws -> WeibullTail {
      try WeibullTail(parameters: numbers[number * 4..<(number + 1) * 4])
    }
    calibrations = try (0..<machines.classCount).map {
      Calibration(
        inclusion: try tail(3 * $0), exclusion: try tail(3 * $0 + 1), support: try tail(3 * $0 + 2))
    }
  }
}

extension WeibullSVM: LabelledTableFitted {
  public static let summary = "machines calibrated by the extremes of both sides (Scheirer et al. 2014)"
  public static let defaultFitSettings = SupportVectorSettings()

  /// With the paper's thresholds.
  public static func fitted(
    to x: Matrix, labels: Indexes, settings: SupportVectorSettings
  ) throws -> WeibullSVM {
    try WeibullSVM(
      fitting: x, labels: labels, cost: settings.cost, nu: settings.nu, kernel: settings.supportVectorKernel,
      tolerance: settings.tolerance)
  }
}
