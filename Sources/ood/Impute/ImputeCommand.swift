import ArgumentParser
import GenModels
import OODDatasets

struct ImputeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "impute", abstract: "Fill the gaps of a table by a model of tables with gaps.",
    discussion: """
      FILE was written by ood train miwae. Each gap becomes its expectation given the row's other cells, from importance-weighted \
      draws (P.-A. Mattei and J. Frellsen, 2019); known cells stay as they are.
      """)

  @Argument(help: "The saved model.") var file: String
  @Option(help: ArgumentHelp("The table with gaps.", valueName: "spec")) var data: String
  @Option(help: ArgumentHelp("Where the filled table goes; - is standard output.", valueName: "file"))
  var csv: String
  @Option(help: "Draws for each row.") var samples = 1000
  @Option(help: "Decides the draws.") var seed: UInt64 = 0
  @Option(help: "Threads; all cores unless given. The result does not depend on it.") var threads: Int?
  @OptionGroup var directory: DataDirectoryOption

  func validate() throws {
    try requireOption("--samples", samples, in: 1...1 << 20)
    if let threads, threads < 1 { throw ValidationError("--threads must be 1 or more.") }
  }

  func run() async throws {
    let outputs = try Outputs(["--csv": csv])
    let loaded = try LoadedModel(contentsOf: file)
    guard let model = loaded.model as? MissingDataAutoencoder else {
      throw Failure(
        "\(file) holds a \(loaded.kind), which fills no gaps; ood train miwae makes a model that does.")
    }
    let table = try directory.library.table(argument: data, keepsGaps: true, like: loaded.columns)
    let gaps = table.values.elements.count { $0.isNaN }
    let filled = try Parallelism.withThreads(threads ?? Parallelism.threads) {
      try Working.on("filling \(gaps) gaps of \(table.values.rows) rows") {
        try naming(data, row: table.row) {
          try model.filled(table.values, samples: samples, seed: seed)
        }
      }
    }
    try outputs["--csv"]?.write(
      CSVTable.bytes(
        of: filled.elements, columnCount: filled.columns,
        columnNames: (loaded.columns ?? table.columns).names))
    Console.result("filled     \(gaps) gaps of \(table.values.rows) rows and \(filled.columns) columns")
  }
}
