import ArgumentParser
import OODDatasets

struct DataInfo: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info", abstract: "Print counts, classes, shapes, value ranges and mean ink.")

  @Argument(help: ArgumentHelp("What to inspect.", valueName: "spec")) var specification: String
  @OptionGroup var data: DataDirectoryOption
  @Option(help: "text or json.") var format: OutputFormat = .text
  @Flag(help: "List every class, not only the most frequent ones.") var allClasses = false

  /// The most classes that are listed unless all are asked for.
  private static let classesShown = 20

  func validate() throws {
    guard !allClasses || format == .text else {
      throw ValidationError("--format json has all classes anyway: leave --all-classes out.")
    }
  }

  func run() throws {
    let dataset = try data.library.load(argument: specification)
    let summary = DatasetSummary(dataset)
    if format == .json { return try JSONOutput.print(Report(summary)) }
    Console.result("\(summary.name): \(summary.summary)")
    Console.result("examples  \(summary.count)")
    Console.result("shape     \(summary.exampleShape.map(String.init).joined(separator: " x "))")
    if let smallest = summary.smallest, let largest = summary.largest, let mean = summary.mean,
      let deviation = summary.standardDeviation
    {
      Console.result("values    \(smallest) to \(largest)")
      let what = dataset.holdsImages && dataset.exampleShape[2] == 1 ? "mean ink " : "mean     "
      Console.result("\(what) \(rounded(mean)), standard deviation \(rounded(deviation))")
    }
    guard let classes = summary.classes else { return Console.result("classes   none") }
    let present = classes.filter { $0.count > 0 }
    Console.result("classes   \(present.count)")
    let shown =
      allClasses || present.count <= DataInfo.classesShown
      ? present
      : Array(present.sorted { ($1.count, $0.label) < ($0.count, $1.label) }.prefix(DataInfo.classesShown))
    var table = TextTable(["label", "name", "examples"], rightAligned: [0, 2])
    for item in shown { table.add([String(item.label), item.name, String(item.count)]) }
    table.lines.forEach { Console.result("  " + $0) }
    if shown.count < present.count {
      Console.result("  … and \(present.count - shown.count) more; --all-classes lists them")
    }
  }

  private func rounded(_ value: Double) -> String {
    abs(value) >= 1e-3 && abs(value) < 1e6 ? "\((value * 1e6).rounded() / 1e6)" : "\(value)"
  }

  /// The summary as JSON.
  struct Report: Encodable {
    struct Class: Encodable {
      let label: Int
      let name: String
      let count: Int
    }
    let name: String
    let summary: String
    let examples: Int
    let shape: [Int]
    let classes: [Class]?
    let minimum, maximum: Float?
    let mean, standardDeviation: Double?

    init(_ summary: DatasetSummary) {
      name = summary.name
      self.summary = summary.summary
      examples = summary.count
      shape = summary.exampleShape
      classes = summary.classes.map { $0.map { Class(label: $0.label, name: $0.name, count: $0.count) } }
      minimum = summary.smallest
      maximum = summary.largest
      mean = summary.mean
      standardDeviation = summary.standardDeviation
    }
  }
}
