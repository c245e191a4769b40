import ArgumentParser
import GenModels
import OODDatasets
import OODDetectors

extension DetectRun {
  /// Fits to a part of the training rows, and writes what was learned.
  func runPart(of method: DetectMethod) throws {
    guard let fit = method.parts else {
      let known = DetectMethod.all.filter { $0.parts != nil }.map(\.name).joined(separator: ", ")
      throw ValidationError("The method \(method.name) can't be fitted by parts; these can: \(known).")
    }
    try refuseScoring()
    guard let save else { throw ValidationError("--shard fits to a part: say with --save where it goes.") }
    guard !parts.firstPass || fit.firstPass != nil else {
      throw ValidationError("The method \(method.name) needs no first pass: leave --first-pass out.")
    }
    guard (parts.ranges != nil) == (fit.firstPass != nil && !parts.firstPass) else {
      throw ValidationError(
        fit.firstPass == nil
          ? "The method \(method.name) needs no --ranges."
          : """
          Parts of \(method.name) must agree on the ranges of their histograms: run all parts with --first-pass, merge what they \
          save, and give that to --ranges.
          """)
    }
    let outputs = try Outputs(["--save": save])
    let (shard, finding) = try self.parts.shard!.resolved()
    if let finding { Console.remark(finding) }
    let table = try input.trainingTable(for: method)
    guard table.columns.kinds == nil else {
      throw Failure(
        "\(input.train): columns of times and categories are made numbers by looking at all rows, which a part has not; name them with drop=, or fit in one piece."
      )
    }
    let part = try Working.on("fitting \(method.name) to \(table.values.rows) rows") {
      try naming(input.train) {
        let input = PartInput(
          table: table.values, columnNames: table.columns.names, shard: shard, seed: input.seed,
          options: options, ranges: try parts.ranges.map(LoadedModel.init(contentsOf:)))
        return try parts.firstPass ? fit.firstPass!(input) : fit.fit(input)
      }
    }
    try outputs["--save"]!.write(part)
    let report = PartReport(part)
    if format == .json { try JSONOutput.print(report) } else { report.lines.forEach(Console.result) }
  }

  /// Refuses what scores, and what looks at all rows.
  private func refuseScoring() throws {
    let scoring: [(String, Bool)] = [
      ("--score", input.score != nil), ("--labels", labels != nil), ("--normal", !normal.normal.isEmpty),
      ("--leave-one-out", leaveOneOut), ("--contamination", contamination != nil),
      ("--calibrate", calibrate != nil), ("--out", out != nil), ("--report", verdicts.report != nil),
      ("--explain", verdicts.explain != nil), ("--p-values", verdicts.pValues),
      ("--false-positive-rate", verdicts.falsePositiveRate != nil),
      ("--fdr", verdicts.falseDiscoveryRate != nil), ("--format", format == .csv || format == .jsonl),
    ]
    if let option = scoring.first(where: \.1) {
      throw ValidationError(
        "A part is no detector and has no scores: leave \(option.0) out, merge all parts with ood merge, and calibrate and score with what it writes."
      )
    }
    guard try input.preparation.settings(kinds: nil) == nil else {
      throw ValidationError(
        "--scale, --standardize, --impute and --categories look at all rows, which a part has not: prepare the tables beforehand."
      )
    }
  }
}

extension OutputPlace {
  /// Writes a model there.
  func write(_ model: some Model) throws {
    let file = try model.archive().file()
    try write(saving: { try file.write(to: $0) })
  }
}

/// What is said of a part, or of some that were merged.
struct PartReport: Encodable {
  let method, kind: String
  let parts: [Int]
  let partCount: Int
  let missing: [Int]
  let rows, columns: Int

  enum CodingKeys: String, CodingKey {
    case method, kind, parts, missing, columns
    case partCount = "n_parts"
    case rows = "n_train"
  }

  init(_ part: any MergeablePart) {
    method = part.method
    kind = type(of: part).kind
    parts = part.parts.numbers
    partCount = part.parts.count
    missing = part.parts.missing
    rows = part.rowCount
    columns = part.exampleShape.elementCount
  }

  /// For people.
  var lines: [String] {
    var table = TextTable(["method", method])
    table.add(["holds", "\(kind), \(parts.count) of \(partCount)"])
    table.add(["fitted to", "\(rows) rows of \(columns) columns"])
    return table.lines
  }
}
