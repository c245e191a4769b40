import ArgumentParser
import OODDatasets
import OODExperiments

struct ExperimentDivergences: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "divergences",
    abstract: "The same flow under several divergences, and whether its density then tells what is foreign.",
    discussion: """
      Trains flows by maximum likelihood, reverse Kullback-Leibler, Jensen-Shannon, Wasserstein and sliced Wasserstein distance, and \
      likelihood with a discriminator (Flow-GAN): in a plane where the truth is known, and on images. Writes divergences.json, \
      divergences.html, the models and a file of what was found of each to --out; a run that was stopped goes on from there. Started \
      several times with one --out, on any machines that see it, workers share the flows.

      Without --train: Fashion-MNIST against MNIST where they are there (ood data fetch NAME), else, and with --quick, drawn digits against \
      drawn symbols, which need no files.
      """)

  @OptionGroup var images: ExperimentImages

  @Flag(help: "Small sets and networks: a look in minutes.") var quick = false
  @Option(help: "Images to train on.") var count: Int?
  @Option(help: "Images of each test set.") var testCount: Int?
  @Option(help: "Passes of each flow over the images.") var epochs: Int?
  @Option(help: "Passes of each flow over the points of the plane.") var toyEpochs: Int?
  @Option(help: "Steps at each scale of the image flow.") var steps: Int?
  @Option(help: "Channels of its couplings' networks.") var hiddenChannels: Int?
  @Option(help: "Decides first weights, the order of training and all noise.") var seed: UInt64 = 0
  @OptionGroup(title: "Several workers") var sharing: SharingOptions
  @Option(help: ArgumentHelp("Where results go.", valueName: "dir")) var out = "divergences"
  @Option(help: "text or json.") var format: OutputFormat = .text

  private var settings: DivergencesSettings {
    var settings = quick ? DivergencesSettings.quick : DivergencesSettings()
    settings.trainingCount = count ?? settings.trainingCount
    settings.testCount = testCount ?? settings.testCount
    settings.epochs = epochs ?? settings.epochs
    settings.toyEpochs = toyEpochs ?? settings.toyEpochs
    settings.steps = steps ?? settings.steps
    settings.hiddenChannels = hiddenChannels ?? settings.hiddenChannels
    settings.seed = seed
    return settings
  }

  func validate() throws {
    if let problem = settings.problem { throw ValidationError("Not possible: \(problem).") }
  }

  func run() async throws {
    try OutputPlace.requireWritable(folder: out)
    let settings = settings
    let names = specifications
    let library = images.data.library
    let experiment = try DivergencesExperiment(
      training: library.load(first: settings.trainingCount, of: names.train),
      test: library.load(first: settings.testCount, of: names.test),
      controls: names.against.map { try library.load(first: settings.testCount, of: $0) },
      settings: settings, folder: out)
    Interruption.isSaved("What was finished is in \(out). Go on with:\n  \(Interruption.command())")
    let outcome = try await experiment.work(sharing.sharing(), progress: ExperimentOutput.show)
    guard sharing.isComplete(outcome, in: out) else { return }
    let result = try experiment.run(progress: ExperimentOutput.show)
    Console.endProgress()
    try ExperimentOutput.write(result.report, page: result.page.html, named: "divergences", in: out)
    if format == .json { return try JSONOutput.print(result.report) }
    show(result.report)
    Console.result("Tables and pictures: \(out)/divergences.html")
  }

  private func show(_ report: DivergencesReport) {
    func number(_ value: Double, _ digits: Int = 3) -> String { "\(value.rounded(digits: digits))" }
    for toy in report.toys {
      var table = TextTable(
        [toy.model, "KL(p‖q)", "KL(q‖p)", "JS", "SW", "rarest mode"] + toy.foreign.map { "AUROC " + $0 },
        rightAligned: Set(1...5 + toy.foreign.count))
      for row in toy.rows {
        table.add(
          [
            row.name, number(row.forward), number(row.reverse), number(row.jensenShannon),
            number(row.slicedWasserstein), number(row.rarestMode, 2),
          ] + row.auroc.map { number($0) })
      }
      table.add(["the truth", "0", "0", "0", "", ""] + toy.truth.map { number($0) })
      table.lines.forEach(Console.result)
      Console.result("")
    }
    var table = TextTable(
      [report.trainingSet, "bits/dim", "SW"] + report.controls.flatMap { ["AUROC " + $0, "two-sided"] },
      rightAligned: Set(1...2 + 2 * report.controls.count))
    for row in report.images {
      table.add(
        [row.name, number(row.bitsPerDimension, 2), number(row.slicedWasserstein)]
          + zip(row.likelihood, row.typicality).flatMap { [number($0.auroc), number($1.auroc)] })
    }
    table.lines.forEach(Console.result)
    report.verdicts.forEach(Console.result)
  }

  /// What to load: as given, or the usual sets that are there.
  private var specifications: ExperimentImages.Names {
    if let names = images.names { return names }
    guard !quick, images.sets.isSuperset(of: ["mnist", "fashion-mnist"]) else {
      if !quick {
        Console.remark("Fashion-MNIST and MNIST are not here; drawn digits and symbols take their places.")
      }
      return ("synthetic-digits:train", "synthetic-digits:test", ["synthetic-symbols:test"])
    }
    return ("fashion-mnist:train", "fashion-mnist:test", ["mnist:test"])
  }
}
