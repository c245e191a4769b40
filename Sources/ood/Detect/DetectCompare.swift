import ArgumentParser
import GenModels
import OODDatasets
import OODMetrics

struct DetectCompare: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Run all methods, with their defaults, and print times and how well they do.",
    discussion: """
      With --labels: AUROC and AP. Without: how far each method's ranking agrees with that of the others, how far it stays the \
      same when the method is fitted to half of the rows, and which to take. Agreement is no proof: methods may agree on what \
      does not matter.
      """)

  @OptionGroup var input: DetectInput
  @Option(help: ArgumentHelp("Labels: 0 for normal, else out-of-distribution.", valueName: "spec"))
  var labels: String?
  @OptionGroup var normal: NormalOption
  @Option(help: "text or json.") var format: OutputFormat = .text

  /// What became of one method.
  private struct Row: Encodable {
    let method: String
    var fitSeconds, scoreSeconds, auroc, ap, agreement, stability: Double?
    var error: String?

    enum CodingKeys: String, CodingKey {
      case method, auroc, ap, agreement, stability, error
      case fitSeconds = "fit_seconds"
      case scoreSeconds = "score_seconds"
    }
  }

  private struct Comparison: Encodable {
    let trainRows, scoreRows, columns: Int
    let seed: UInt64
    let methods: [Row]
    let recommended, reason: String?

    enum CodingKeys: String, CodingKey {
      case columns, seed, methods, recommended, reason
      case trainRows = "n_train"
      case scoreRows = "n_score"
    }
  }

  func run() throws {
    guard labels != nil || normal.normal.isEmpty else {
      throw ValidationError("--normal says which of --labels is normal: give --labels too.")
    }
    guard input.preparation.impute != .miwae else {
      throw ValidationError(
        "compare would train a model of gaps for each method: fill the tables first, by ood train miwae and ood impute."
      )
    }
    let tables = try input.tables()
    let (train, score) = (tables.train.values, tables.score.values)
    let truth = try labels.map { try input.truth($0, normal: normal, of: tables.score) }
    guard truth != nil || train.rows >= 8 && score.rows >= 3 else {
      throw Failure(
        "Without --labels methods are compared on halves of the training table, which needs 8 rows to fit and 3 to score."
      )
    }
    var rows: [Row] = []
    var entries: [(row: Int, entry: UnlabelledComparison.Entry)] = []
    for method in DetectMethod.all where method.isCompared {
      Console.progress("\(method.name) …")
      var row = Row(method: method.name)
      do {
        let task = try DetectTask(
          method, train: tables.train, score: score, input: input, options: MethodOptions.parse([]))
        row.fitSeconds = task.fitSeconds
        row.scoreSeconds = task.scoreSeconds
        if let truth {
          let ranking = try ScoreRanking(task.scores, isOutOfDistribution: truth)
          row.auroc = ranking.auroc
          row.ap = ranking.averagePrecision()
        } else {
          entries.append((rows.count, try entry(method, task, tables.train, score)))
        }
      } catch {
        row.error = "\(error)"
      }
      rows.append(row)
    }
    Console.endProgress()
    if rows.allSatisfy({ $0.error != nil }) { throw Failure(rows[0].error!) }
    let comparison = truth == nil ? UnlabelledComparison(entries.map(\.entry)) : nil
    for (position, verdict) in (comparison?.verdicts ?? []).enumerated() {
      rows[entries[position].row].agreement = verdict.agreement
      rows[entries[position].row].stability = verdict.stability
    }
    let recommended = comparison?.recommendation.map { rows[entries[$0.position].row].method }
    if format == .json {
      return try JSONOutput.print(
        Comparison(
          trainRows: train.rows, scoreRows: score.rows, columns: train.columns, seed: input.seed,
          methods: rows, recommended: recommended, reason: comparison?.recommendation?.reason))
    }
    printTable(rows, withLabels: truth != nil)
    if let recommended, let reason = comparison?.recommendation?.reason {
      Console.result("take \(recommended): \(reason)")
    }
  }

  /// A method's scores when it is fitted to all and to halves of the training table.
  private func entry(
    _ method: DetectMethod, _ task: DetectTask, _ train: DataTable, _ score: Matrix
  ) throws -> UnlabelledComparison.Entry {
    let halves = try UnlabelledComparison.halves(of: train.values, seed: input.seed).map { half in
      try DetectTask(
        method, train: train.with(half), score: score, input: input, options: MethodOptions.parse([])
      ).scores
    }
    return .init(
      method: method.name, scores: task.scores, halves: halves)
  }

  private func printTable(_ rows: [Row], withLabels: Bool) {
    let titles = withLabels ? ["AUROC", "AP"] : ["agreement", "stability"]
    var table = TextTable(["method", "fit s", "score s"] + titles + [""], rightAligned: [1, 2, 3, 4])
    for row in rows {
      let numbers =
        [row.fitSeconds, row.scoreSeconds]
        + (withLabels ? [row.auroc, row.ap] : [row.agreement, row.stability])
      table.add(
        [row.method] + numbers.map { $0.map { "\($0.rounded(digits: 4))" } ?? "–" } + [row.error ?? ""])
    }
    table.lines.forEach(Console.result)
  }
}
