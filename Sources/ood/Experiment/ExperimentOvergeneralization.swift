import ArgumentParser
import Foundation
import OODDatasets
import OODExperiments
import OODMetrics

struct ExperimentOvergeneralization: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "overgeneralization",
    abstract: "Which classifiers claim to know what they don't, and which can be fooled.",
    discussion: """
      Trains a plain, an overcomplete (COOL) and two denoising classifiers on one set of images, attacks them, and measures \
      accuracy and fooling at each threshold, recognition of unknown classes, and every score on control sets (G. Spigler, 2019). \
      Prints the tables and writes overgeneralization.json, overgeneralization.html and the trained models to --out; a run with \
      the same settings goes on where the last one ended. Started several times with one --out, on any machines that see it, \
      workers share the trainings and attacks.

      --data mnist, fashion-mnist or kmnist names sets that are there (ood data fetch NAME); without it drawn digits and symbols, \
      which need no files.
      """)

  @Option(help: ArgumentHelp("A set by its name: NAME:train and NAME:test are taken.", valueName: "name"))
  var data: String?
  @Option(help: ArgumentHelp("Labelled images to train on, in place of --data.", valueName: "spec"))
  var train: String?
  @Option(help: ArgumentHelp("Labelled test images, with --train.", valueName: "spec")) var test: String?
  @Option(help: ArgumentHelp("A control set; may be repeated. Noise is always one.", valueName: "spec"))
  var against: [String] = []
  @OptionGroup var directory: DataDirectoryOption

  @Flag(help: "Small sizes: two minutes on drawn digits.") var quick = false
  @Option(help: "Images to train on.") var count: Int?
  @Option(help: "Images held out for calibration.") var heldOut: Int?
  @Option(help: "Test images.") var testCount: Int?
  @Option(help: "Images of each control set.") var controlCount: Int?
  @Option(help: "Passes over the training images.") var epochs: Int?
  @Option(help: "Maps of the first convolution.") var maps: Int?
  @Option(help: "Units of the last hidden layer.") var hidden: Int?
  @Option(help: "ω: units a class of the overcomplete classifier.") var overcompleteness: Int?
  @Option(help: "σ: noise on the denoising classifiers' images.") var noise: Double?
  @Option(help: "λ: weight of their reconstruction.") var reconstructionWeight: Double?
  @Option(help: "l2 or squared-l2: the norm of the confidence.") var norm: ConfidenceSettings.Norm?
  @Option(help: "The accuracy that α leaves at τ = 0.99 on held-out images.") var calibrationAccuracy: Double?
  @Option(help: "Fooling trials for each class.") var trials: Int?
  @Option(help: "Steps of a fooling trial.") var steps: Int?
  @Option(help: "The generator's learning rate under gradient descent.") var descentRate: Double?
  @Option(help: "Random subsets of classes at each number of the open-set curves.") var subsets: Int?
  @Option(help: "Images of each open-set training.") var openSetCount: Int?
  @Option(help: "Epochs of each open-set training.") var openSetEpochs: Int?
  @Option(help: "τ of the open-set curves.") var openSetThreshold: Double?
  @Option(help: "Classes of 1-class recognition; 0 for none.") var oneClasses: Int?
  @Option(
    help: ArgumentHelp(
      "Recorded images with clutter to learn from, with --cluttered-test.", valueName: "spec"))
  var cluttered: String?
  @Option(help: ArgumentHelp("Recorded images with clutter to test on.", valueName: "spec"))
  var clutteredTest: String?
  @Option(help: "Drawn scenes with clutter; 0 for none.") var scenes: Int?
  @Option(help: "The most objects in a drawn scene.") var objects: Int?
  @Option(help: "Decides first weights, the order of training and all noise.") var seed: UInt64 = 0
  @OptionGroup(title: "Several workers") var sharing: SharingOptions
  @Option(help: ArgumentHelp("Where results go.", valueName: "dir")) var out = "overgeneralization"
  @Option(help: "text or json.") var format: OutputFormat = .text

  private var settings: OvergeneralizationSettings {
    var settings = quick ? OvergeneralizationSettings.quick : OvergeneralizationSettings()
    func set<Value>(_ path: WritableKeyPath<OvergeneralizationSettings, Value>, _ value: Value?) {
      if let value { settings[keyPath: path] = value }
    }
    set(\.trainingCount, count)
    set(\.heldOutCount, heldOut)
    set(\.testCount, testCount)
    set(\.controlCount, controlCount)
    set(\.training.epochs, epochs)
    set(\.training.maps, maps)
    set(\.training.hidden, hidden)
    set(\.training.overcompleteness, overcompleteness)
    set(\.training.noise, noise)
    set(\.training.reconstructionWeight, reconstructionWeight)
    set(\.norm, norm)
    set(\.calibrationAccuracy, calibrationAccuracy)
    set(\.trialsPerClass, trials)
    set(\.stepLimit, steps)
    set(\.descentRate, descentRate)
    set(\.subsets, subsets)
    set(\.openSetTrainingCount, openSetCount)
    set(\.openSetEpochs, openSetEpochs)
    set(\.openSetThreshold, openSetThreshold)
    set(\.oneClassCount, oneClasses)
    set(\.clutterCount, scenes)
    set(\.clutterObjects, objects)
    settings.training.seed = seed
    return settings
  }

  func validate() throws {
    if let problem = settings.problem { throw ValidationError("Not possible: \(problem).") }
    guard (cluttered == nil) == (clutteredTest == nil) else {
      throw ValidationError("Give --cluttered and --cluttered-test together, or neither.")
    }
    guard (train == nil) == (test == nil), train == nil || data == nil else {
      throw ValidationError("Give --data, or --train and --test together, or none of them.")
    }
  }

  func run() async throws {
    try OutputPlace.requireWritable(folder: out)
    let settings = settings
    let names = specifications
    let library = directory.library
    let training = try library.load(first: settings.trainingCount + settings.heldOutCount, of: names.train)
    let test = try library.load(first: settings.testCount, of: names.test)
    let controls = try names.against.map { try library.load(first: settings.controlCount, of: $0) }
    var clutter: (training: Dataset, test: Dataset)?
    if let cluttered, let clutteredTest {
      clutter = (
        try directory.library.load(argument: cluttered), try directory.library.load(argument: clutteredTest)
      )
    }
    try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
    let experiment = try OvergeneralizationExperiment(
      training: training, test: test, controls: controls, clutter: clutter, settings: settings, folder: out)
    Interruption.isSaved("What is done is in \(out). Go on with:\n  \(Interruption.command())")
    let tell = { @Sendable (progress: OvergeneralizationExperiment.Progress) in
      Console.progress(
        progress.of > 1 ? "\(progress.part): \(progress.done) of \(progress.of)" : progress.part)
    }
    let outcome = try await experiment.work(sharing.sharing(), progress: tell)
    guard sharing.isComplete(outcome, in: out) else { return }
    let report = try experiment.run(progress: tell)
    Console.endProgress()
    try ExperimentOutput.write(
      report, page: OvergeneralizationPage(report).html, named: "overgeneralization", in: out)
    if format == .json { return try JSONOutput.print(report) }
    OvergeneralizationTable(report).lines.forEach(Console.result)
    Console.result("Tables, curves and pictures: \(out)/overgeneralization.html")
  }

  /// What to load: as given, or a named set and the controls that are there, or drawn images.
  private var specifications: (train: String, test: String, against: [String]) {
    if let train, let test { return (train, test, against) }
    guard let data else {
      return (
        "synthetic-digits:train", "synthetic-digits:test",
        against.isEmpty ? ["synthetic-symbols:test"] : against
      )
    }
    let here = Set(directory.library.storedSets.map(\.name))
    let others = ["mnist", "fashion-mnist", "kmnist"].filter { $0 != data && here.contains($0) }.map {
      $0 + ":test"
    }
    return (data + ":train", data + ":test", against.isEmpty ? others + ["synthetic-symbols:test"] : against)
  }
}

extension ConfidenceSettings.Norm: ExpressibleByArgument {}
