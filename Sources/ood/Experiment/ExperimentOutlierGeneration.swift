import ArgumentParser
import OODDatasets
import OODExperiments

struct ExperimentOutlierGeneration: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "outlier-generation",
    abstract: "Outliers made by normalizing flows, and what classifiers learn from them.",
    discussion: """
      Trains a flow and deep archetypes on one set of images, makes outliers of every kind, trains classifiers and discriminators \
      against each, several times, and asks them about sets that they have not seen (T. Bungert, 2021). Writes \
      outlier-generation.json, outlier-generation.html, the models and a file for each training to --out; a run that was \
      stopped goes on from there. Started several times with one --out, on any machines that see it, workers share the trainings.

      Without --train: MNIST against KMNIST and Fashion-MNIST, those that are there (ood data fetch NAME), else drawn digits against \
      drawn symbols, which need no files.
      """)

  @OptionGroup var images: ExperimentImages
  @Option(help: ArgumentHelp("Real outliers to train against, for comparison.", valueName: "spec"))
  var exposure: String?

  @Flag(help: "Small sets, networks and few repetitions: a look in minutes.") var quick = false
  @Option(help: "Images to train on.") var count: Int?
  @Option(help: "Images of each test set.") var testCount: Int?
  @Option(help: "Outliers that are made for a training.") var outlierCount: Int?
  @Option(help: "Passes of the flow and the archetypes over the images.") var flowEpochs: Int?
  @Option(help: "Couplings at each scale of the flow.") var couplings: Int?
  @Option(help: "Channels of the couplings' networks.") var hiddenChannels: Int?
  @Option(help: "Number of archetypes.") var archetypes: Int?
  @Option(help: "Passes of a classifier over the images.") var classifierEpochs: Int?
  @Option(help: "Trainings of each classifier, from different seeds.") var repetitions: Int?
  @Option(help: "Weight of outliers in a classifier's loss.") var beta: Float?
  @Option(name: .customLong("p"), help: "How far out outliers are.") var p: Double?
  @Option(help: "Decides first weights, the order of training and all noise.") var seed: UInt64 = 0
  @OptionGroup(title: "Several workers") var sharing: SharingOptions
  @Option(help: ArgumentHelp("Where results go.", valueName: "dir")) var out = "outlier-generation"
  @Option(help: "text or json.") var format: OutputFormat = .text

  private var settings: OutlierGenerationSettings {
    var settings = quick ? OutlierGenerationSettings.quick : OutlierGenerationSettings()
    settings.trainingCount = count ?? settings.trainingCount
    settings.testCount = testCount ?? settings.testCount
    settings.outlierCount = outlierCount ?? settings.outlierCount
    settings.flowEpochs = flowEpochs ?? settings.flowEpochs
    settings.couplings = couplings ?? settings.couplings
    settings.hiddenChannels = hiddenChannels ?? settings.hiddenChannels
    settings.archetypes = archetypes ?? settings.archetypes
    settings.classifierEpochs = classifierEpochs ?? settings.classifierEpochs
    settings.repetitions = repetitions ?? settings.repetitions
    settings.beta = beta ?? settings.beta
    settings.factor = p ?? settings.factor
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
    let experiment = try OutlierGenerationExperiment(
      training: library.load(first: settings.trainingCount, of: names.train),
      test: library.load(first: settings.testCount, of: names.test),
      controls: names.against.map { try library.load(first: settings.testCount, of: $0) },
      exposure: names.exposure.map { try library.load(first: settings.outlierCount, of: $0) },
      settings: settings, folder: out)
    Interruption.isSaved("What was finished is in \(out). Go on with:\n  \(Interruption.command())")
    let outcome = try await experiment.work(sharing.sharing(), progress: ExperimentOutput.show)
    guard sharing.isComplete(outcome, in: out) else { return }
    let result = try experiment.run(progress: ExperimentOutput.show)
    Console.endProgress()
    try ExperimentOutput.write(result.report, page: result.page.html, named: "outlier-generation", in: out)
    if format == .json { return try JSONOutput.print(result.report) }
    show(result.report)
    Console.result("Tables, histograms and pictures: \(out)/outlier-generation.html")
  }

  private func show(_ report: OutlierGenerationReport) {
    func digits(_ mean: RepeatedMean) -> String {
      "\(mean.mean.rounded(digits: 3)) (\(mean.low.rounded(digits: 3))–\(mean.high.rounded(digits: 3)))"
    }
    for (title, rows) in [
      ("trained against", report.classifiers), ("discriminator, p", report.discriminators),
    ] {
      var table = TextTable(
        [title, "accuracy"] + report.controls.flatMap { ["AUROC \($0)", "AP"] },
        rightAligned: Set(1...1 + 2 * report.controls.count))
      for row in rows {
        table.add(
          [row.name, "\(row.accuracy.mean.rounded(digits: 4))"]
            + row.sets.flatMap { [digits($0.auroc), "\($0.averagePrecision.mean.rounded(digits: 3))"] })
      }
      table.lines.forEach(Console.result)
      Console.result("")
    }
    let archetypes = report.archetypes
    Console.result(
      "archetypes: mean squared error of t \(archetypes.reconstructionError.rounded(digits: 4)), with the nullspace "
        + "\(archetypes.reconstructionErrorWithNullspace.rounded(digits: 4)), untrained \(archetypes.untrainedError.rounded(digits: 4))"
    )
  }

  /// What to load: as given, or the usual sets that are there.
  private var specifications: (train: String, test: String, against: [String], exposure: String?) {
    if let names = images.names { return (names.train, names.test, names.against, exposure) }
    let here = images.sets
    let others = ["kmnist", "fashion-mnist"].filter { here.contains($0) }.map { $0 + ":test" }
    guard !quick, here.contains("mnist"), !others.isEmpty else {
      if !quick {
        Console.remark("MNIST and KMNIST are not here; drawn digits and symbols take their places.")
      }
      return (
        "synthetic-digits:train", "synthetic-digits:test", ["synthetic-symbols:test"],
        exposure ?? "synthetic-symbols:train"
      )
    }
    return ("mnist:train", "mnist:test", others, exposure)
  }
}
