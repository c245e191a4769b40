import ArgumentParser
import OODMetrics

struct DetectCompare: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Run all methods, with their defaults, and print times, AUROC and AP.")

  @OptionGroup var input: DetectInput
  @Option(help: ArgumentHelp("Labels: 0 for normal, else out-of-distribution.", valueName: "spec"))
  var labels: String
  @OptionGroup var normal: NormalOption
  @Option(help: "text or json.") var format: OutputFormat = .text

  /// What became of one method.
  private struct Row: Encodable {
    let method: String
    var fitSeconds, scoreSeconds, auroc, ap: Double?
    var error: String?

    enum CodingKeys: String, CodingKey {
      case method, auroc, ap, error
      case fitSeconds = "fit_seconds"
      case scoreSeconds = "score_seconds"
    }
  }

  private struct Comparison: Encodable {
    let trainRows, scoreRows, columns: Int
    let seed: UInt64
    let methods: [Row]

    enum CodingKeys: String, CodingKey {
      case columns, seed, methods
      case trainRows = "n_train"
      case scoreRows = "n_score"
    }
  }

  func run() throws {
    let tables = try input.tables()
    let (train, score) = (tables.train.values, tables.score.values)
    let truth = try input.truth(labels, normal: normal, of: tables.score)
    var rows: [Row] = []
    for method in DetectMethod.all where method.isCompared {
      Console.progress("\(method.name) …")
      var row = Row(method: method.name)
      do {
        let task = try DetectTask(
          method, train: tables.train, score: score, input: input, options: MethodOptions.parse([]))
        let ranking = try ScoreRanking(task.scores, isOutOfDistribution: truth)
        row.fitSeconds = task.fitSeconds
        row.scoreSeconds = task.scoreSeconds
        row.auroc = ranking.auroc
        row.ap = ranking.averagePrecision()
      } catch {
        row.error = "\(error)"
      }
      rows.append(row)
    }
    Console.endProgress()
    if rows.allSatisfy({ $0.error != nil }) { throw Failure(rows[0].error!) }
    if format == .json {
      return try JSONOutput.print(
        Comparison(
          trainRows: train.rows, scoreRows: score.rows, columns: train.columns, seed: input.seed,
          methods: rows))
    }
    var table = TextTable(["method", "fit s", "score s", "AUROC", "AP", ""], rightAligned: [1, 2, 3, 4])
    for row in rows {
      let numbers = [row.fitSeconds, row.scoreSeconds, row.auroc, row.ap]
      table.add(
        [row.method] + numbers.map { $0.map { "\($0.rounded(digits: 4))" } ?? "–" } + [row.error ?? ""])
    }
    table.lines.forEach(Console.result)
  }
}
