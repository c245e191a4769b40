import ArgumentParser
import GenModels
import OODDatasets
import OODDetectors
import OODMetrics

struct MergeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Make a detector of its parts.",
    discussion: """
      Each FILE was written by ood detect METHOD --shard K/N --save FILE, or by ood merge of some of them. With all N parts, OUT is the \
      detector of all rows, for ood score; with fewer, it is a part that holds them, to be merged with the others. The same for what a \
      --first-pass saved: OUT is then what --ranges takes.

      A detector is calibrated when it is whole: --calibrate with --false-positive-rate, of rows that took no part in fitting.
      """)

  @Argument(help: "The parts.") var files: [String]
  @Option(help: ArgumentHelp("Where the detector goes.", valueName: "file")) var out: String
  @OptionGroup var data: DataDirectoryOption
  @Option(
    help: ArgumentHelp(
      "Normal rows that took no part in fitting, for --false-positive-rate.", valueName: "spec"))
  var calibrate: String?
  @Option(
    help: ArgumentHelp(
      "Save a threshold that flags at most this share of normal rows; needs --calibrate.", valueName: "rate"))
  var falsePositiveRate: Double?
  @Option(help: "text or json.") var format: OutputFormat = .text

  func validate() throws {
    guard (calibrate == nil) == (falsePositiveRate == nil) else {
      throw ValidationError("--calibrate and --false-positive-rate go together: give both, or none.")
    }
    guard falsePositiveRate.map({ $0 > 0 && $0 < 1 }) ?? true else {
      throw ValidationError("--false-positive-rate lies between 0 and 1, and it is \(falsePositiveRate!).")
    }
  }

  func run() throws {
    let outputs = try Outputs(["--out": out])
    let loaded = try files.map { path in
      let model = try naming(path) { try LoadedModel(contentsOf: path) }.model
      guard let part = model as? any MergeablePart else {
        throw Failure("\(path) holds a \(type(of: model).kind), which is no part of a detector.")
      }
      return part
    }
    let part = try Self.merged(loaded[0], loaded)
    let report = PartReport(part)
    let detector = part.parts.isComplete ? try part.merged() : nil
    if let detector {
      try outputs["--out"]!.write(saving: try calibrated(detector, columnNames: part.columnNames))
    } else {
      guard calibrate == nil else {
        throw Failure(
          part.parts.isComplete
            ? "Ranges have no scores to calibrate: leave --calibrate out."
            : "\(MergeError.incomplete(missing: part.parts.missing, count: part.parts.count)) Calibrate when they are there."
        )
      }
      try outputs["--out"]!.write(part)
    }
    if format == .json { try JSONOutput.print(report) } else { report.lines.forEach(Console.result) }
    if !part.parts.isComplete {
      Console.remark(
        "\(out) \(MergeError.incomplete(missing: part.parts.missing, count: part.parts.count))"
          .replacing(" This holds", with: " holds"))
    }
  }

  /// All of them together; they must be of the first one's type.
  private static func merged<Part: MergeablePart>(
    _ first: Part, _ all: [any MergeablePart]
  ) throws -> any MergeablePart {
    func text(_ part: any MergeablePart) -> String {
      part.method + (type(of: part).kind == HistogramRanges<HBOS>.kind ? " (ranges of a first pass)" : "")
    }
    let parts = try all.map { part in
      guard let same = part as? Part else {
        throw MergeError.otherMethod(found: text(part), expected: text(first))
      }
      return same
    }
    return try Part.merging(parts)
  }

  /// What writes the detector, with a threshold where one is asked for.
  private func calibrated(
    _ scorer: some TableScorer, columnNames: [String]?
  ) throws -> (String) throws -> Void {
    var archive = try scorer.archive()
    if let calibrate, let falsePositiveRate {
      let columns = columnNames.map { TableColumns(names: $0, kinds: nil) }
      // Gaps are for a scorer that takes them, unless the specification says what becomes of them.
      let keepsGaps = try Specification.parse(argument: calibrate).options["missing"] == nil
      let table = try data.library.table(argument: calibrate, keepsGaps: keepsGaps, like: columns)
      let scores = try naming(calibrate, row: table.row) { try scorer.score(table.values) }
      archive = try Detector(
        scorer, calibration: ConformalCalibration(scores), level: falsePositiveRate
      ).archive()
    }
    archive.columnNames = columnNames
    let file = try archive.file()
    return { try file.write(to: $0) }
  }
}
