import ArgumentParser
import Foundation
import OODDatasets
import OODExperiments

struct ExperimentLikelihood: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "likelihood",
    abstract: "What likelihood is worth as an out-of-distribution score, and what repairs it.",
    discussion: """
      Trains a density on one set of images and asks it about others, with −ln p and with every repair: likelihood \
      ratio, input complexity, typicality, WAIC, gradient norm, batch norm. Prints a table of AUROC and writes \
      likelihood.json, likelihood.html (histograms, tables, pictures), the trained models and a file for each score to --out; a run with \
      the same settings takes them from there. Started several times with one --out, on any machines that see it, workers share the \
      trainings and the scores.

      Without --train: Fashion-MNIST against MNIST and KMNIST, those that are there (ood data fetch NAME), else drawn \
      symbols against drawn digits, which need no files.
      """)

  @OptionGroup var images: ExperimentImages

  @Option(help: ArgumentHelp("\(names).", valueName: "name")) var model: LikelihoodFamily = .realNVP
  @Option(
    help: ArgumentHelp(
      "Several models, separated by commas, and one page that compares them.", valueName: "names"))
  var models: String?
  @Option(help: "Images to train on.") var count = LikelihoodSettings().trainingCount
  @Option(help: "Images of each test set.") var testCount = LikelihoodSettings().testCount
  @Option(help: "Held-out training images, for the typicality test.")
  var validationCount = LikelihoodSettings().validationCount
  @Option(help: "Couplings or steps at each scale.") var steps = LikelihoodSettings().steps
  @Option(help: "Channels of the couplings' networks.") var hiddenChannels = LikelihoodSettings()
    .hiddenChannels
  @Option(help: "Components of a mixture.") var components = LikelihoodSettings().components
  @Option(help: "Passes over the training images.") var epochs = LikelihoodSettings().epochs
  @Option(help: "Images in a training step.") var batchSize = LikelihoodSettings().batchSize
  @Option(help: "Adam's learning rate.") var learningRate = LikelihoodSettings().learningRate
  @Option(help: "Models of WAIC's ensemble; 0 for none.") var ensemble = LikelihoodSettings().ensembleCount
  @Option(help: "Mutation rate of the background model; 0 for none.")
  var mutationRate = LikelihoodSettings().mutationRate
  @Option(help: "Weight decay of the background model.")
  var backgroundWeightDecay = LikelihoodSettings().backgroundWeightDecay
  @Option(help: "Training images beside each example in the batch-norm score; 0 for none.")
  var companions = LikelihoodSettings().companionCount
  @Option(help: "Importance samples of models that know a bound on ln p.")
  var samples = LikelihoodSettings().importanceSamples
  @Option(help: "Draws of noise between grey levels to average a density over; 0 to ask at the levels.")
  var noiseDraws = LikelihoodSettings().noiseDraws
  @Option(help: "Decides first weights, the order of training and all noise.") var seed: UInt64 = 0
  @OptionGroup(title: "Several workers") var sharing: SharingOptions
  @Option(help: ArgumentHelp("Where results go.", valueName: "dir")) var out = "likelihood"
  @Option(help: "text or json.") var format: OutputFormat = .text

  /// The names of all models.
  private static var names: String { LikelihoodFamily.allCases.map(\.rawValue).joined(separator: ", ") }

  /// The models that are asked for.
  private func families() throws -> [LikelihoodFamily] {
    guard let models else { return [model] }
    return try models.split(separator: ",", omittingEmptySubsequences: false).map { name in
      guard let family = LikelihoodFamily(rawValue: String(name)) else {
        throw ValidationError("There is no model \(name). Models are \(Self.names).")
      }
      return family
    }
  }

  private func settings(_ family: LikelihoodFamily) -> LikelihoodSettings {
    var settings = LikelihoodSettings()
    settings.family = family
    settings.importanceSamples = samples
    settings.trainingCount = count
    settings.validationCount = validationCount
    settings.testCount = testCount
    settings.seed = seed
    settings.steps = steps
    settings.hiddenChannels = hiddenChannels
    settings.components = components
    settings.epochs = epochs
    settings.batchSize = batchSize
    settings.learningRate = learningRate
    settings.ensembleCount = ensemble
    settings.mutationRate = mutationRate
    settings.backgroundWeightDecay = backgroundWeightDecay
    settings.companionCount = companions
    settings.noiseDraws = noiseDraws
    settings.batchSizes = settings.batchSizes.filter { $0 <= testCount }
    return settings
  }

  /// Refuses options of the other family of models.
  private func refuseOptionsOfOthers(_ model: LikelihoodFamily) throws {
    let defaults = LikelihoodSettings()
    let ofFlows: [(String, Bool)] = [
      ("--steps", steps != defaults.steps), ("--hidden-channels", hiddenChannels != defaults.hiddenChannels),
      ("--epochs", epochs != defaults.epochs), ("--batch-size", batchSize != defaults.batchSize),
      ("--learning-rate", learningRate != defaults.learningRate),
      ("--background-weight-decay", backgroundWeightDecay != defaults.backgroundWeightDecay),
      ("--companions", companions != defaults.companionCount),
      ("--noise-draws", noiseDraws != defaults.noiseDraws),
    ]
    let ofMixtures = [("--components", components != defaults.components)]
    guard let option = (model == .mixture ? ofFlows : ofMixtures).first(where: \.1)?.0 else { return }
    throw ValidationError("The model \(model.rawValue) has no option \(option).")
  }

  func validate() throws {
    let families = try families()
    if models == nil { try refuseOptionsOfOthers(model) }
    guard models == nil || model == .realNVP else {
      throw ValidationError("Give --model or --models, not both.")
    }
    guard Set(families).count == families.count else {
      throw ValidationError("--models names a model twice.")
    }
    if let problem = settings(families[0]).problem { throw ValidationError("Not possible: \(problem).") }
  }

  func run() async throws {
    try OutputPlace.requireWritable(folder: out)
    let names = specifications
    let families = try families()
    let settings = settings(families[0])
    let library = images.data.library
    let training = try library.load(
      first: settings.trainingCount + settings.validationCount, of: names.train)
    let sets = try ([names.test] + names.against).map { try library.load(first: settings.testCount, of: $0) }
    Interruption.isSaved("What was finished is in \(out). Go on with:\n  \(Interruption.command())")
    let experiments = try families.map { family in
      try LikelihoodExperiment(
        training: training, test: sets[0], others: Array(sets.dropFirst()), settings: self.settings(family),
        modelFolder: families.count == 1 ? out : "\(out)/\(family.rawValue)")
    }
    guard try await share(experiments) else { return }
    let results = try experiments.map(finish)
    guard families.count > 1 else { return }
    try OutputPlace.write(LikelihoodComparison(results).html.utf8, to: out + "/comparison.html")
    if format == .text { Console.result("All models side by side: \(out)/comparison.html") }
  }

  /// Does the tasks of all models together with other workers; whether nothing is left.
  private func share(_ experiments: [LikelihoodExperiment]) async throws -> Bool {
    var sharing = try self.sharing.sharing()
    if experiments.count > 1, sharing.waits, sharing.shard == nil {
      // What nobody is at, of any model, before waiting for others.
      sharing.waits = false
      for experiment in experiments {
        _ = try await experiment.work(sharing, progress: ExperimentOutput.show)
      }
      sharing.waits = true
    }
    var isComplete = true
    for experiment in experiments {
      let outcome = try await experiment.work(sharing, progress: ExperimentOutput.show)
      if !self.sharing.isComplete(outcome, in: experiment.modelFolder ?? out) { isComplete = false }
    }
    return isComplete
  }

  /// Puts a model's results together, writes and shows them.
  private func finish(_ experiment: LikelihoodExperiment) throws -> LikelihoodExperiment.Result {
    let folder = experiment.modelFolder ?? out
    let result = try experiment.run(progress: ExperimentOutput.show)
    Console.endProgress()
    try ExperimentOutput.write(result.report, page: result.page.html, named: "likelihood", in: folder)
    if format == .json {
      try JSONOutput.print(result.report)
      return result
    }
    LikelihoodTable(result.report).lines.forEach(Console.result)
    Console.result("Histograms, tables and pictures: \(folder)/likelihood.html")
    return result
  }

  /// What to load: as given, or the usual sets that are there.
  private var specifications: ExperimentImages.Names {
    if let names = images.names { return names }
    let here = images.sets
    let others = ["mnist", "kmnist"].filter { here.contains($0) }.map { $0 + ":test" }
    guard here.contains("fashion-mnist"), !others.isEmpty else {
      Console.remark("Fashion-MNIST and MNIST are not here; drawn symbols and digits take their places.")
      return ("synthetic-symbols:train", "synthetic-symbols:test", ["synthetic-digits:test"])
    }
    return ("fashion-mnist:train", "fashion-mnist:test", others)
  }
}

extension LikelihoodFamily: ExpressibleByArgument {}
