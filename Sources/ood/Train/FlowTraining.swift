import ArgumentParser
import GenModels
import OODDatasets

/// What all flows are trained with.
struct FlowTraining: ParsableArguments {
  @Option(help: ArgumentHelp("Images or a table to learn from.", valueName: "spec")) var data: String
  @Option(help: ArgumentHelp("Where the model goes, a .safetensors.", valueName: "file")) var out: String
  @OptionGroup var directory: DataDirectoryOption
  @Option(help: ArgumentHelp("Measure the loss here after each epoch.", valueName: "spec"))
  var validation: String?
  @Option(help: "Passes over the data.") var epochs = 20
  @Option(help: "Examples in a step.") var batch = 128
  @Option(help: "adam, or adamw with a weight decay of 0.01.") var optimizer: OptimizerName = .adam
  @Option(help: "Size of the first steps; it falls along a cosine.") var learningRate = 1e-3
  @Option(help: ArgumentHelp("Bound on the gradient's norm; 0 for none.", valueName: "norm")) var clip = 50.0
  @Option(help: "Decides first weights, order and noise.") var seed: UInt64 = 0
  @Option(help: "Threads; all processors unless said. The result does not depend on it.") var threads: Int?
  @Flag(help: "Go on from OUT.checkpoint where a training was stopped.") var resume = false
  @Flag(help: "Learn p(x | class) from the labels.") var classConditional = false
  @Option(help: "Grey levels of images' pixels, for noise between them.") var greyLevels = 256
  @Option(help: "text or json.") var format: OutputFormat = .text

  enum OptimizerName: String, CaseIterable, ExpressibleByArgument {
    case adam, adamw
  }

  func validate() throws {
    for (name, value) in [("epochs", epochs), ("batch", batch), ("threads", threads ?? 1)] where value < 1 {
      throw ValidationError("--\(name) is 1 or more, and \(value) was given.")
    }
    guard learningRate > 0, learningRate.isFinite, clip >= 0, clip.isFinite else {
      throw ValidationError("--learning-rate is above 0 and --clip is 0 or more.")
    }
    guard (2...65_536).contains(greyLevels) else {
      throw ValidationError("--grey-levels lies between 2 and 65536, and \(greyLevels) does not.")
    }
  }

  /// What a flow is made for: the shape of an example, and the number of classes to condition on.
  struct Purpose {
    let shape: [Int]
    let classCount, greyLevels: Int?
    var isImages: Bool { shape.count == 3 }
    var features: Int { shape.reduce(1, *) }

    /// Throws unless images can be squeezed so often.
    func requireLevels(_ levels: Int) throws {
      guard (1...6).contains(levels), shape[0] % (1 << levels) == 0, shape[1] % (1 << levels) == 0 else {
        throw Failure(
          "Images of \(shape[0]) × \(shape[1]) pixels can't be halved \(levels) times; choose fewer --levels."
        )
      }
    }
  }

  /// Trains what `architecture` makes, saves it, and reports.
  func run(_ architecture: (Purpose) throws -> Flow.Architecture) throws {
    try Parallelism.withThreads(threads ?? Parallelism.threads) { try train(architecture) }
  }

  private func train(_ architecture: (Purpose) throws -> Flow.Architecture) throws {
    let dataset = try directory.library.load(Specification.parse(argument: data))
    let held = try validation.map { try directory.library.load(Specification.parse(argument: $0)) }
    guard let labels = dataset.labels ?? (classConditional ? nil : Indexes([])) else {
      throw Failure("\(data) has no labels, and --class-conditional needs them.")
    }
    // Sets of shapes that are neither images nor vectors are learned as vectors.
    let isImages = dataset.examples.rank == 4
    let examples = isImages ? dataset.examples : dataset.examples.flattened()
    let classes = classConditional ? (labels.elements.max() ?? 0) + 1 : nil
    let purpose = Purpose(
      shape: Array(examples.shape.dropFirst()), classCount: classes, greyLevels: isImages ? greyLevels : nil)
    let flow = try make(try architecture(purpose))
    let checkpoint = out + ".checkpoint"
    if !resume { try removeFile(at: checkpoint) }
    let rate = learningRate
    let trainer = Trainer(
      optimizer: optimizer == .adam ? Adam(learningRate: rate) : .adamW(learningRate: rate), epochs: epochs,
      batchSize: batch, seed: seed, schedule: .cosine(), clipping: clip > 0 ? .norm(clip) : nil,
      checkpointing: Checkpointing(path: checkpoint))
    let clock = ContinuousClock()
    let start = clock.now
    let heldOut = held.map { set in
      (x: isImages ? set.examples : set.examples.flattened(), labels: classConditional ? set.labels : nil)
    }
    let result = try flow.train(
      on: examples, labels: classConditional ? labels : nil, validation: heldOut, trainer: trainer
    ) { step in
      Console.progress(
        "epoch \(step.epoch) of \(step.epochs), loss \(step.loss.rounded(digits: 3)), "
          + "\(Int(step.examplesPerSecond)) examples a second, \(Int(step.secondsLeft.rounded(.up))) s left")
    }
    Console.endProgress()
    try result.model.save(to: out)
    try removeFile(at: checkpoint)
    try report(result, seconds: (clock.now - start).seconds)
  }

  private func make(_ architecture: Flow.Architecture) throws -> Flow {
    do { return try Flow(validating: architecture, seed: seed) } catch {
      guard case .malformedArchitecture(let reason) = error else { throw error }
      throw Failure("No such flow can be made: \(reason).")
    }
  }

  private struct Report: Encodable {
    let model, data: String
    let parameters, epochs: Int
    let seconds, loss, bitsPerDimension: Double
    let validationLoss, validationBitsPerDimension: Double?

    enum CodingKeys: String, CodingKey {
      case model, data, parameters, epochs, seconds
      case loss = "nats"
      case bitsPerDimension = "bits_per_dimension"
      case validationLoss = "validation_nats"
      case validationBitsPerDimension = "validation_bits_per_dimension"
    }
  }

  private func report(_ result: TrainingResult<Flow>, seconds: Double) throws {
    let last = result.history[result.history.count - 1]
    let architecture = result.model.architecture
    let report = Report(
      model: out, data: data, parameters: result.model.parameterCount, epochs: result.history.count,
      seconds: seconds, loss: last.loss,
      bitsPerDimension: architecture.bitsPerDimension(nats: -last.loss), validationLoss: last.validationLoss,
      validationBitsPerDimension: last.validationLoss.map { architecture.bitsPerDimension(nats: -$0) })
    if format == .json { return try JSONOutput.print(report) }
    Console.result(
      "\(out): \(report.parameters) parameters, \(report.epochs) epochs in \(seconds.rounded(digits: 1)) s")
    func line(_ what: String, _ nats: Double, _ bits: Double) {
      Console.result(
        "\(what): −ln p = \(nats.rounded(digits: 4)) nats, \(bits.rounded(digits: 4)) bits per dimension")
    }
    line("last epoch", report.loss, report.bitsPerDimension)
    if let nats = report.validationLoss, let bits = report.validationBitsPerDimension {
      line("validation", nats, bits)
    }
  }
}
