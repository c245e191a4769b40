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
  @Option(help: ArgumentHelp("The table to score.", valueName: "spec")) var score: String
  @OptionGroup var data: DataDirectoryOption
  @OptionGroup(title: "Preparation of tables") var preparation: PreparationOptions
  @Option(help: "Seed of whatever is random.") var seed: UInt64 = 0

  /// The two tables; one, when they have one name.
  ///
  /// The table to score has the columns of the other one, by name where both have names.
  func tables() throws -> (train: DataTable, score: DataTable) {
    let table = try data.library.table(argument: train, keepsGaps: preparation.fillsGaps)
    if score == train { return (table, table) }
    return (table, try self.table(score, like: table))
  }

  /// Another table, with the columns of the training table.
  func table(_ text: String, like training: DataTable) throws -> DataTable {
    try data.library.table(argument: text, keepsGaps: preparation.fillsGaps, like: training.columns)
  }

  /// For each scored row whether it is labelled out-of-distribution.
  func truth(_ labels: String, normal: NormalOption, of score: DataTable) throws -> [Bool] {
    try normal.areOutOfDistribution(labels, in: data.library, count: score.values.rows) { labels in
      labels.droppedRowCount == 0 && score.droppedRowCount == 0 || labels.hasRows(of: score)
    }
  }
}
