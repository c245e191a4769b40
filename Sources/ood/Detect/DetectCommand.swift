import ArgumentParser
import GenModels
import OODDatasets

struct DetectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detect",
    abstract: "Score a table with a classical detector.",
    discussion: """
      ood detect METHOD --train SPEC --score SPEC     fits one method and scores
      ood detect compare --train SPEC --score SPEC --labels SPEC     runs all of them
      ood detect metrics --scores SPEC --labels SPEC     prints the metrics of scores that are there already
      ood detect METHOD --train SPEC --shard K/N --save PART     fits to part K of the training rows, for ood merge

      Higher scores mean more out-of-distribution, for every method. Methods, with their own options:

      \(methodList)

      SPEC: csv:FILE   npy:FILE   npz:FILE#KEY   adbench:6_cardio   (see ood data --help)
      """,
    subcommands: [DetectRun.self, DetectCompare.self, DetectMetrics.self], defaultSubcommand: DetectRun.self)

  /// The methods, a line each.
  static var methodList: String {
    DetectMethod.all.map { method in
      let names = ([method.name] + method.aliases).joined(separator: ", ")
      let options = method.options.map { "--" + $0 }.joined(separator: " ")
      return "  \(names): \(method.summary)" + (options.isEmpty ? "" : " (\(options))")
    }.joined(separator: "\n")
  }
}

/// What to fit to and what to score.
struct DetectInput: ParsableArguments {
  @Option(help: ArgumentHelp("The table to fit to.", valueName: "spec")) var train: String
  @Option(help: ArgumentHelp("The table to score; none where a part is fitted.", valueName: "spec"))
  var score: String?
  @OptionGroup var data: DataDirectoryOption
  @OptionGroup(title: "Preparation of tables") var preparation: PreparationOptions
  @Option(help: "Seed of whatever is random.") var seed: UInt64 = 0

  /// What to score.
  func scored() throws -> String {
    guard let score else { throw ValidationError("Missing expected argument '--score <spec>'") }
    return score
  }

  /// The two tables; one, when they have one name.
  ///
  /// The table to score has the columns of the other one, by name where both have names.
  func tables(for method: DetectMethod? = nil) throws -> (train: DataTable, score: DataTable) {
    let score = try scored()
    let table = try trainingTable(for: method)
    if score == train { return (table, table) }
    return (table, try self.table(score, like: table, for: method))
  }

  /// The table to fit to. Columns of one value are told.
  func trainingTable(for method: DetectMethod? = nil) throws -> DataTable {
    let table = try data.library.table(argument: train, keepsGaps: keepsGaps(method))
    let constant = (0..<table.values.columns).filter { table.values.isConstant(column: $0) }
    if !constant.isEmpty && table.values.rows > 1 {
      let names = constant.prefix(12).map { "'\(table.columns.title($0))'" }.joined(separator: ", ")
      Console.remark(
        "\(train): \(constant.count == 1 ? "a column holds" : "columns hold") one value in all rows, and can't tell them apart: \(names)"
          + (constant.count > 12 ? ", … (\(constant.count))" : "") + ".")
    }
    return table
  }

  /// Another table, with the columns of the training table.
  func table(_ text: String, like training: DataTable, for method: DetectMethod? = nil) throws -> DataTable {
    try data.library.table(argument: text, keepsGaps: keepsGaps(method), like: training.columns)
  }

  /// Whether tables may have gaps: they are filled, or the method takes them.
  func keepsGaps(_ method: DetectMethod?) -> Bool { preparation.fillsGaps || method?.fitMixed != nil }

  /// For each scored row whether it is labelled out-of-distribution.
  func truth(_ labels: String, normal: NormalOption, of score: DataTable) throws -> [Bool] {
    try normal.areOutOfDistribution(labels, in: data.library, count: score.values.rows) { labels in
      labels.droppedRowCount == 0 && score.droppedRowCount == 0 || labels.hasRows(of: score)
    }
  }
}
