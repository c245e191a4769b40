import ArgumentParser
import GenModels
import OODDatasets

/// What all flows are trained with.
struct FlowTraining: ParsableArguments {
  @OptionGroup var options: TrainOptions
  @Option(help: ArgumentHelp("Measure the loss here after each epoch.", valueName: "spec"))
  var validation: String?
  @Option(help: ArgumentHelp("Bound on the gradient's norm; 0 for none.", valueName: "norm")) var clip = 50.0
  @Flag(help: "Learn p(x | class) from the labels.") var classConditional = false
  @Option(help: "Grey levels of images' pixels, for noise between them [256].") var greyLevels: Int?

  /// The default recipe: Adam with a rate that falls along a cosine, batches of 128, 20 epochs.
  private var recipe: Trainer {
    Trainer(
      optimizer: Adam(learningRate: 1e-3), epochs: 20, batchSize: 128, schedule: .cosine(),
      clipping: clip > 0 ? .norm(clip) : nil)
  }

  func validate() throws {
    guard clip >= 0, clip.isFinite else {
      throw ValidationError("--clip is 0 or more, and \(clip) was given.")
    }
    if let greyLevels, !(2...65_536).contains(greyLevels) {
      throw ValidationError("--grey-levels lies between 2 and 65536, and \(greyLevels) does not.")
    }
  }

  /// What a flow is made for: the shape of an example, and the number of classes to condition on.
  struct Purpose {
    let shape: [Int]
    let classCount, greyLevels: Int?
    var isImages: Bool { shape.count == 3 }
    var features: Int { shape.reduce(1, *) }

    /// Throws where --levels was given for a table.
    func refuseLevels(_ levels: Int?) throws {
      if levels != nil { throw ValidationError("--levels is for images, and --data holds a table.") }
    }

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
  ///
  /// - Parameter adjust: Changes the default recipe for that many examples.
  func run(
    adjust: (inout Trainer, _ count: Int) -> Void = { _, _ in },
    _ architecture: (Purpose) throws -> Flow.Architecture
  ) throws {
    let outputs = try options.outputs()
    let dataset = try options.loadData()
    let held = try validation.map { try options.load($0, like: dataset) }
    guard let labels = dataset.labels ?? (classConditional ? nil : Indexes([])) else {
      throw Failure("\(options.data) has no labels, and --class-conditional needs them.")
    }
    // Sets of shapes that are neither images nor vectors are learned as vectors.
    let isImages = dataset.examples.rank == 4
    guard isImages || greyLevels == nil else {
      throw ValidationError("--grey-levels is for images, and \(options.data) holds a table.")
    }
    let examples = isImages ? dataset.examples : dataset.examples.flattened()
    let classes = classConditional ? (labels.elements.max() ?? 0) + 1 : nil
    let purpose = Purpose(
      shape: Array(examples.shape.dropFirst()), classCount: classes,
      greyLevels: isImages ? greyLevels ?? 256 : nil)
    let flow = try make(try architecture(purpose))
    var recipe = recipe
    adjust(&recipe, dataset.count)
    let trainer = try options.trainer(recipe, outputs)
    let heldOut = held.map { set in
      (x: isImages ? set.examples : set.examples.flattened(), labels: classConditional ? set.labels : nil)
    }
    let report = try options.train(to: outputs, columns: dataset.columns) { progress in
      try flow.train(
        on: examples, labels: classConditional ? labels : nil, validation: heldOut, trainer: trainer,
        progress: progress)
    }
    try print(report, flow.architecture)
  }

  private func make(_ architecture: Flow.Architecture) throws -> Flow {
    do { return try Flow(validating: architecture, seed: options.seed) } catch {
      guard case .malformed(let reason) = error else { throw error }
      throw Failure("No such flow can be made: \(reason).")
    }
  }

  private struct Report: Encodable {
    let training: TrainReport
    let data: String
    let bitsPerDimension: Double
    let validationBitsPerDimension: Double?

    enum CodingKeys: String, CodingKey {
      case data, nats
      case bitsPerDimension = "bits_per_dimension"
      case validationNats = "validation_nats"
      case validationBitsPerDimension = "validation_bits_per_dimension"
    }

    func encode(to encoder: any Encoder) throws {
      try training.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(data, forKey: .data)
      try container.encode(training.loss, forKey: .nats)
      try container.encode(bitsPerDimension, forKey: .bitsPerDimension)
      try container.encodeIfPresent(training.validationLoss, forKey: .validationNats)
      try container.encodeIfPresent(validationBitsPerDimension, forKey: .validationBitsPerDimension)
    }
  }

  private func print(_ training: TrainReport, _ architecture: Flow.Architecture) throws {
    let report = Report(
      training: training, data: options.data,
      bitsPerDimension: architecture.bitsPerDimension(nats: -training.loss),
      validationBitsPerDimension: training.validationLoss.map { architecture.bitsPerDimension(nats: -$0) })
    if options.format == .json { return try JSONOutput.print(report) }
    try training.print(.text)
    Console.result(
      "bits        \(report.bitsPerDimension.rounded(digits: 4)) per dimension in the last epoch")
    if let bits = report.validationBitsPerDimension {
      Console.result("            \(bits.rounded(digits: 4)) per dimension on the validation set")
    }
  }
}
