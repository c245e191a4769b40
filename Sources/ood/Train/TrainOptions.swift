import ArgumentParser
import GenModels
import OODDatasets

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What every `ood train MODEL` takes.
struct TrainOptions: ParsableArguments {
  @Option(help: ArgumentHelp("What to learn from.", valueName: "spec")) var data: String
  @Option(
    help: ArgumentHelp("Where the model goes, a .safetensors file; - is standard output.", valueName: "file"))
  var out: String
  @Option(help: "Times through the examples.") var epochs: Int?
  @Option(help: "Examples in a step.") var batch: Int?
  @Option(help: "adam, adamw, adadelta, rmsprop or sgd (with momentum 0.9).") var optimizer: OptimizerName?
  @Option(help: "Size of a step.") var learningRate: Double?
  @Option(help: "Decides the first weights, the order of examples, dropout and corruption.")
  var seed: UInt64 = 0
  @Option(help: "Threads; all cores unless given. The result does not depend on it.") var threads: Int?
  @Flag(help: "Go on from FILE.checkpoint where a training was interrupted.") var resume = false
  @Option(help: "text or json.") var format: OutputFormat = .text
  @OptionGroup(title: "Several processes") var together: TogetherOptions
  @OptionGroup var directory: DataDirectoryOption

  /// More epochs than anybody waits for; steps are counted in 64 bits.
  static let mostEpochs = 1_000_000_000

  func validate() throws {
    for (name, value) in [("--epochs", epochs), ("--batch", batch), ("--threads", threads)] {
      if let value, value < 1 { throw ValidationError("\(name) must be 1 or more, and it is \(value).") }
    }
    try requireOption("--epochs", epochs, in: 1...Self.mostEpochs)
    try requireOption("--batch", batch, in: 1...1 << 24)
    if let learningRate, !(learningRate > 0 && learningRate.isFinite) {
      throw ValidationError("--learning-rate must be a number above 0, and it is \(learningRate).")
    }
  }

  /// Looks at the place of the model before the data are read. Call it first.
  func outputs() throws -> Outputs {
    let outputs = try Outputs(["--out": out])
    guard let place = outputs["--out"], place.isFile else {
      if resume {
        throw ValidationError("--resume goes on from a checkpoint beside --out, and \(out) is no file.")
      }
      return outputs
    }
    PartialFiles.removeStale(beside: checkpoint)
    if !resume, FileManager.default.fileExists(atPath: checkpoint) {
      throw Failure(
        "\(checkpoint) is left of an interrupted training. Go on from it with --resume, or remove it.")
    }
    if resume, !FileManager.default.fileExists(atPath: checkpoint) {
      Console.remark("There is no \(checkpoint): the training starts from the beginning.")
    }
    return outputs
  }

  /// A model's default settings, with what was asked for in their place. Checkpoints go beside the model.
  /// - Parameters:
  ///   - defaults: The model's.
  ///   - outputs: What `outputs()` found.
  ///   - sharesBatches: False where the loss has a memory, as of chains, which parts of batches can't share.
  func trainer(_ defaults: Trainer, _ outputs: Outputs, sharesBatches: Bool = true) throws -> Trainer {
    var trainer = defaults
    if let parts = together.together {
      guard sharesBatches else {
        throw ValidationError(
          "This training remembers examples from step to step, which processes can't share: leave --together out."
        )
      }
      trainer.group = try together.group()
      trainer.batchParts = parts
    }
    if let epochs { trainer.epochs = epochs }
    if let batch { trainer.batchSize = batch }
    if let optimizer {
      let isSame = OptimizerName(defaults.optimizer) == optimizer
      trainer.optimizer = optimizer.optimizer(
        learningRate: learningRate ?? (isSame ? defaults.optimizer.learningRate : nil))
    } else if let learningRate, var adam = defaults.optimizer as? Adam {
      // The recipe's other settings stay: energies are trained without momentum.
      adam.learningRate = learningRate
      trainer.optimizer = adam
    } else if let learningRate, let name = OptimizerName(defaults.optimizer) {
      trainer.optimizer = name.optimizer(learningRate: learningRate)
    }
    guard trainer.batchParts <= trainer.batchSize else {
      throw ValidationError(
        "A batch of \(trainer.batchSize) examples can't be cut into \(trainer.batchParts) parts; lower --together or raise --batch."
      )
    }
    trainer.seed = seed
    if outputs["--out"]?.isFile == true { trainer.checkpointing = Checkpointing(path: checkpoint) }
    return trainer
  }

  private var checkpoint: String { out + ".checkpoint" }

  /// The examples and labels to learn from; refuses an empty set.
  func loadData() throws -> Dataset { try load(data) }

  /// What a specification names; refuses an empty set.
  func load(_ specification: String) throws -> Dataset {
    let dataset = try directory.library.load(argument: specification)
    guard dataset.count > 0 else { throw Failure("\(specification) has no examples.") }
    return dataset
  }

  /// A second set, with the columns of the one that is learned from.
  func load(_ specification: String, like training: Dataset) throws -> Dataset {
    let dataset = try load(specification)
    guard training.columnNames != nil else { return dataset }
    return try naming(specification) { try dataset.arranged(like: training.columns) }
  }

  /// Images of one shape; refuses other data.
  func loadImages() throws -> Dataset {
    let dataset = try loadData()
    guard dataset.holdsImages else {
      throw Failure("\(data) holds no images: its examples have the shape \(dataset.exampleShape).")
    }
    return dataset
  }

  /// Refuses data that a sigmoid can't reconstruct.
  func requireUnitInterval(_ dataset: Dataset, _ specification: String) throws {
    let width = max(1, dataset.exampleShape.elementCount)
    let bad = dataset.examples.withUnsafeElements { elements in
      elements.firstIndex { !($0 >= 0 && $0 <= 1) }.map { (position: $0, value: elements[$0]) }
    }
    guard let bad else { return }
    throw Failure(
      "Example \(bad.position / width) (counted from 0) of \(specification) has the value \(bad.value), and this model "
        + "takes values in 0...1; scale the data first.")
  }

  /// Trains, saves and reports. `body` gets the progress reporter that it hands to the training.
  ///
  /// - Parameters:
  ///   - outputs: What `outputs()` found.
  ///   - columns: Of the table that is learned from.
  ///   - body: The training.
  func train<Trained: Network>(
    to outputs: Outputs, columns: TableColumns? = nil,
    _ body: (_ progress: (TrainingProgress) throws -> Void) throws -> TrainingResult<Trained>
  ) throws -> TrainReport {
    let clock = ContinuousClock()
    let start = clock.now
    let group = try together.group()
    let isFirst = group?.rank ?? 0 == 0
    var (rate, firstStep, lastStep) = (0.0, 0, 0)
    var progress = TrainingLine()
    func report(_ step: TrainingProgress) {
      rate = step.examplesPerSecond
      if firstStep == 0 { firstStep = step.step }
      lastStep = step.step
      if isFirst { progress.show(step) }
    }
    let isFile = outputs["--out"]?.isFile == true
    Interruption.isSaved(
      isFile
        ? "The training is saved in \(checkpoint). Go on with:\n  \(Interruption.command(adding: "--resume"))"
        : "Nothing was kept: a model that goes to \(out) has no checkpoint beside it.")
    let begun = clock.now
    let result = try withThreads { try body(report) }
    let trained = (clock.now - begun).seconds
    Console.endProgress()
    var archive = try result.model.archive()
    // Images that are learned as vectors have other names than numbers.
    if let names = columns?.names, names.count == result.model.exampleShape.elementCount {
      archive.columnNames = names
    }
    let file = try archive.file()
    if isFirst {
      try outputs["--out"]?.write(saving: { try file.write(to: $0) })
      if isFile { try removeFile(at: checkpoint) }
    }
    var forecast: ForecastTable?
    if let group, let parts = together.together, together.forecast, lastStep > 0 {
      let own = Double((lastStep - firstStep + 1) * parts / group.count)
      forecast = ForecastTable(
        partSeconds: (trained - TogetherOptions.waitSeconds(of: group)) / own,
        parameters: result.model.parameterCount)
    }
    return TrainReport(
      model: Trained.kind, file: out,
      parameters: result.model.parameterCount,
      epochs: result.history.count, seconds: (clock.now - start).seconds, examplesPerSecond: rate,
      loss: result.history[result.epoch - 1].loss,
      validationLoss: result.history[result.epoch - 1].validationLoss, forecast: forecast)
  }

  private func withThreads<Result>(_ body: () throws -> Result) rethrows -> Result {
    guard let threads else { return try body() }
    return try Parallelism.withThreads(threads, body)
  }
}
