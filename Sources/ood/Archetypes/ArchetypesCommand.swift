import ArgumentParser
import GenModels
import OODDatasets

extension ArchetypeStart: ExpressibleByArgument {}
extension ArchetypalSettings.Solver: ExpressibleByArgument {}

struct ArchetypesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "archetypes",
    abstract: "Find the archetypes of a table: the extreme mixtures that every row is a mixture of.",
    discussion: """
      A. Cutler and L. Breiman, 1994. Prints the archetypes in the table's own units and how much of the squares about the mean \
      they leave. With --most the numbers of archetypes up to it are tried, and where the curve bends is taken. Missing cells \
      count for nothing. Columns count by their size: --standardize gives all the same.
      """)

  @Argument(help: "The table.") var table: String
  @Option(help: "Number of archetypes [3].") var count: Int?
  @Option(
    help: ArgumentHelp("Try 1 to this many and take where the residual's curve bends.", valueName: "count"))
  var most: Int?
  @Option(help: "furthestSum, plusPlus or random.") var start: ArchetypeStart = .furthestSum
  @Option(help: "Fits from different first rows; the best is kept.") var starts = 1
  @Option(help: "exact or projectedGradient.") var solver: ArchetypalSettings.Solver = .exact
  @Option(help: "How far beyond the rows' hull archetypes may lie, as a share of the way from the mean.")
  var relaxation = 0.0
  @Option(
    help: "From this many medians on a distance counts no more: outliers draw no archetype. 6 is usual."
  )
  var robustness: Double?
  @Flag(help: "Give each column mean 0 and standard deviation 1 first.") var standardize = false
  @Option(help: "Seed of starts that are drawn.") var seed: UInt64 = 0
  @Option(help: ArgumentHelp("Write the archetypes to a table.", valueName: "file")) var csv: String?
  @Option(help: ArgumentHelp("Write the rows' coefficients to a table.", valueName: "file")) var coefficients:
    String?
  @Option(help: ArgumentHelp("Save the model, a scorer by the distance to the hull.", valueName: "file"))
  var save: String?
  @Option(help: "text or json.") var format: OutputFormat = .text
  @OptionGroup var directory: DataDirectoryOption

  func validate() throws {
    try requireOption("--count", count, in: 1...65_536)
    try requireOption("--most", most, in: 3...1000)
    try requireOption("--starts", starts, in: 1...10_000)
    guard count == nil || most == nil else {
      throw ValidationError("--count says how many archetypes, and --most finds out: give one of them.")
    }
  }

  private var settings: ArchetypalSettings {
    var settings = ArchetypalSettings()
    settings.start = start
    settings.starts = starts
    settings.solver = solver
    settings.relaxation = relaxation
    settings.robustness = robustness
    return settings
  }

  func run() async throws {
    let outputs = try Outputs(["--csv": csv, "--coefficients": coefficients, "--save": save])
    let found = try directory.library.table(argument: table, keepsGaps: solver == .exact)
    let x = found.values
    let scales = standardize ? Self.scales(x) : Array(repeating: 1, count: x.columns)
    let scaled = Self.scaled(x, by: scales.map { 1 / $0 })
    let curve = try most.map { most in
      try Working.on("fitting 1 to \(most) archetypes to \(x.rows) rows") {
        try naming(table) {
          try ArchetypalAnalysis.residuals(of: scaled, archetypes: 1...most, settings: settings, seed: seed)
        }
      }
    }
    let number = count ?? curve.map { ArchetypalAnalysis.elbow(of: $0) + 1 } ?? 3
    let fit = try Working.on("fitting \(number) archetypes to \(x.rows) rows") {
      try naming(table) {
        try ArchetypalAnalysis.fit(scaled, archetypes: number, settings: settings, seed: seed)
      }
    }
    let mean = try ArchetypalAnalysis.fit(scaled, archetypes: 1).residual
    let archetypes = Self.scaled(fit.model.archetypes, by: scales)
    let model = ArchetypalAnalysis(archetypes: archetypes)
    try outputs["--csv"]?.write(CSVTable.bytes(of: archetypes.elements, columnCount: x.columns))
    try outputs["--coefficients"]?.write(CSVTable.bytes(of: fit.coefficients.elements, columnCount: number))
    if let place = outputs["--save"] {
      guard !standardize else {
        throw ValidationError(
          "--save keeps a model of the table's own units: standardize the table first, or leave --standardize out."
        )
      }
      var archive = try model.archive()
      archive.columnNames = found.columns.names
      let file = try archive.file()
      try place.write(saving: { try file.write(to: $0) })
    }
    let report = Report(
      rows: x.rows, columns: found.columns.names, archetypes: (0..<number).map { archetypes.row($0) },
      residual: fit.residual, residualShare: mean > 0 ? fit.residual / mean : 0, curve: curve)
    if format == .json { return try JSONOutput.print(report) }
    show(report, curve, mean)
  }

  private func show(_ report: Report, _ curve: [Double]?, _ mean: Double) {
    var table = TextTable(
      ["archetype"] + (report.columns ?? (0..<(report.archetypes.first?.count ?? 0)).map { "\($0)" }),
      rightAligned: Set(1...max(1, report.archetypes.first?.count ?? 1)))
    for (number, row) in report.archetypes.enumerated() {
      table.add(["\(number)"] + row.map { "\($0.rounded(digits: 4))" })
    }
    table.lines.forEach(Console.result)
    Console.result(
      "\((report.residualShare * 100).rounded(digits: 2))% of the squares about the mean of \(report.rows) rows are left"
    )
    guard let curve else { return }
    let width = 40.0
    for (number, residual) in curve.enumerated() {
      let share = mean > 0 ? residual / mean : 0
      let bar = String(repeating: "█", count: Int((share * width).rounded()))
      let mark = number + 1 == report.archetypes.count ? " ←" : ""
      Console.result("\(number + 1)\t\((share * 100).rounded(digits: 1))%\t\(bar)\(mark)")
    }
  }

  private static func scales(_ x: Matrix) -> [Double] {
    (0..<x.columns).map { j in
      let column = x.column(j).filter { !$0.isNaN }
      let mean = column.reduce(0, +) / Double(max(1, column.count))
      let deviation =
        (column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, column.count))).squareRoot()
      return deviation > 0 ? deviation : 1
    }
  }

  private static func scaled(_ x: Matrix, by factors: [Double]) -> Matrix {
    Matrix(
      rows: x.rows, columns: x.columns, elements: x.elements.enumerated().map { $1 * factors[$0 % x.columns] }
    )
  }

  private struct Report: Encodable {
    let rows: Int
    let columns: [String]?
    let archetypes: [[Double]]
    let residual, residualShare: Double
    let curve: [Double]?

    enum CodingKeys: String, CodingKey {
      case columns, archetypes, residual
      case rows = "n_train"
      case residualShare = "residual_share"
      case curve = "residuals_by_count"
    }
  }
}
