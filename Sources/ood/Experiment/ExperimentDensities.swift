import ArgumentParser
import GenModels
import OODDatasets
import OODExperiments

struct ExperimentDensities: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "densities",
    abstract: "Every density family of the library on distributions in the plane, beside the truth.",
    discussion: """
      Trains each family on each distribution, draws the learned densities, and compares nats, time and parameters. Writes \
      densities.json, densities.html and a file for each family on each distribution to --out; a run that was stopped goes on from there. \
      Started several times with one --out, on any machines that see it, workers share the families. It needs no data.
      """)

  @Flag(help: "Few points and steps: a look in minutes.") var quick = false
  @Option(help: "Points to learn from.") var count: Int?
  @Option(help: "Points to measure at.") var testCount: Int?
  @Option(help: "Steps of a network's training; cheap ones take more.") var steps: Int?
  @Option(help: "Points in a step.") var batch: Int?
  @Option(help: "Pixels of a picture's side.") var side: Int?
  @Option(help: ArgumentHelp("A distribution, such as rings; may be repeated [all].", valueName: "name"))
  var toy: [String] = []
  @Option(help: ArgumentHelp("A family by its name; may be repeated [all].", valueName: "name")) var family:
    [String] = []
  @Option(help: "Decides points, first weights, the order of training and draws.") var seed: UInt64 = 0
  @OptionGroup(title: "Several workers") var sharing: SharingOptions
  @Option(help: ArgumentHelp("Where results go.", valueName: "dir")) var out = "densities"
  @Option(help: "text or json.") var format: OutputFormat = .text

  private var settings: DensitySettings {
    var settings = quick ? DensitySettings.quick : DensitySettings()
    settings.trainingCount = count ?? settings.trainingCount
    settings.heldOutCount = testCount ?? settings.heldOutCount
    settings.steps = steps ?? settings.steps
    settings.batchSize = batch ?? settings.batchSize
    settings.side = side ?? settings.side
    settings.seed = seed
    return settings
  }

  func validate() throws {
    if let problem = settings.problem { throw ValidationError("Not possible: \(problem).") }
    _ = try chosen(toy, from: DensityToy.all, \.name)
    _ = try chosen(family, from: DensityFamily.all, \.name)
  }

  /// Those of the names that were given; all without.
  private func chosen<Item>(
    _ names: [String], from all: [Item], _ name: (Item) -> String
  ) throws -> [Item] {
    guard !names.isEmpty else { return all }
    return try names.map { wanted in
      guard let found = all.first(where: { name($0).lowercased() == wanted.lowercased() }) else {
        throw ValidationError(ExperimentError.unknown(wanted, known: all.map(name)).description)
      }
      return found
    }
  }

  func run() async throws {
    try OutputPlace.requireWritable(folder: out)
    let experiment = try DensityExperiment(
      settings: settings, toys: chosen(toy, from: DensityToy.all, \.name),
      families: chosen(family, from: DensityFamily.all, \.name), folder: out)
    Interruption.isSaved("What was finished is in \(out). Go on with:\n  \(Interruption.command())")
    let outcome = try await experiment.work(sharing.sharing(), progress: ExperimentOutput.show)
    guard sharing.isComplete(outcome, in: out) else { return }
    let result = try experiment.run(progress: ExperimentOutput.show)
    Console.endProgress()
    try ExperimentOutput.write(result.report, page: result.page.html, named: "densities", in: out)
    if format == .json { return try JSONOutput.print(result.report) }
    show(result.report)
    Console.result("Pictures and tables: \(out)/densities.html")
  }

  private func show(_ report: DensityReport) {
    let toys = report.toys.map(\.name)
    var table = TextTable(
      ["family"] + toys.map { "gap, \($0)" } + ["parameters", "training s"],
      rightAligned: Set(1...toys.count + 2))
    var names: [String] = []
    for row in report.rows where !names.contains(row.family) { names.append(row.family) }
    for name in names {
      let rows = report.rows.filter { $0.family == name }
      let seconds = rows.reduce(0) { $0 + $1.trainingSeconds } / Double(max(1, rows.count))
      table.add(
        [name] + rows.map { row in row.gap.map { "\($0.rounded(digits: 3))" } ?? "–" }
          + ["\(rows[0].parameters)", "\(seconds.rounded(digits: 1))"])
    }
    table.lines.forEach(Console.result)
  }
}
