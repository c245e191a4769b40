import ArgumentParser
import GenModels
import OODDatasets

/// What generators that are trained against another network have in common.
struct AdversarialOptions: ParsableArguments {
  @OptionGroup var options: TrainOptions
  @Option(
    help: ArgumentHelp(
      "Held-out examples that generated ones are compared with; a tenth of --data, at most 1000, unless given, which then is not "
        + "learned from.", valueName: "spec"))
  var validation: String?
  @Option(help: "Latent numbers of the generator.") var latent = 64
  @Option(
    help: "Units of the discriminator's layers, separated by commas; the generator mirrors them [256,256].")
  var hidden: String?
  @Flag(help: "Convolutions: for images whose sides are multiples of 4.") var convolutional = false
  @Option(help: "Channels of the first convolution [32].") var channels: Int?

  func validate() throws {
    try requireOption("--latent", latent, in: 1...1 << 16)
    try requireOption("--channels", channels, in: 1...1 << 12)
    guard units(or: "1").allSatisfy({ (1...1 << 16).contains($0) }) else {
      throw ValidationError(
        "--hidden must be whole numbers from 1 to \(1 << 16), separated by commas, and it is \(hidden!).")
    }
    guard convolutional || channels == nil else {
      throw ValidationError("--channels is for --convolutional.")
    }
    guard !convolutional || hidden == nil else {
      throw ValidationError("--hidden is for fully connected networks, not --convolutional.")
    }
  }

  func units(or usual: String = "256,256") -> [Int] { wholeNumbers(hidden ?? usual) }

  /// Examples to learn from and to compare with, and what a network for them is like.
  struct Purpose {
    let examples, heldOut: Tensor
    let shape: [Int]
    /// Of a generator: sigmoid where all numbers lie in 0...1.
    let output: Activation
    let columns: TableColumns?
  }

  /// Loads the data, and holds some out.
  func load() throws -> Purpose {
    let dataset = try options.loadData()
    let isImages = dataset.examples.rank == 4
    // Sets of shapes that are neither images nor vectors are learned as vectors.
    func examples(_ set: Dataset) -> Tensor { isImages ? set.examples : set.examples.flattened() }
    var learned = examples(dataset)
    let heldOut: Tensor
    if let validation {
      let held = try options.load(validation, like: dataset)
      guard held.exampleShape == dataset.exampleShape else {
        throw Failure(
          "--validation has examples of shape \(held.exampleShape), and --data of \(dataset.exampleShape).")
      }
      heldOut = examples(held)
    } else {
      guard dataset.count >= 2 else {
        throw Failure("\(options.data) has one example, and some are held out; give --validation.")
      }
      let count = max(1, min(1000, dataset.count / 10))
      var random = RandomGenerator(seed: options.seed).split("held-out")
      let shuffled = learned.rows(random.permutation(dataset.count))
      heldOut = shuffled.examples(0..<count)
      learned = shuffled.examples(count..<dataset.count)
    }
    let shape = Array(learned.shape.dropFirst())
    if convolutional, shape.count != 3 || shape[0] % 4 != 0 || shape[1] % 4 != 0 {
      throw Failure(
        "--convolutional takes images whose sides are multiples of 4, and \(options.data) has \(Shape(shape))."
      )
    }
    let isUnit = learned.withUnsafeElements { $0.allSatisfy { $0 >= 0 && $0 <= 1 } }
    return Purpose(
      examples: learned, heldOut: heldOut, shape: shape, output: isUnit ? .sigmoid : .identity,
      columns: dataset.columns)
  }

  /// A network of that architecture, or a sentence why there is none.
  func make<Made>(_ body: () throws -> Made) throws -> Made {
    do { return try body() } catch ModelFileError.malformed(let reason) {
      throw Failure("No such network can be made: \(reason).")
    }
  }

  /// Trains, saves and reports.
  func run<Model: AdversarialModel>(
    _ purpose: Purpose, to outputs: Outputs, loss: String,
    _ body: @escaping (_ progress: (TrainingProgress) throws -> Void) throws -> AdversarialResult<Model>
  ) throws {
    var coverage: SampleCoverage?
    let training = try options.train(to: outputs, columns: purpose.columns) { progress in
      let result = try body(progress)
      coverage = result.coverage
      return result.training
    }
    guard let coverage else { return try training.print(options.format) }
    let report = Report(training: training, coverage: coverage, heldOutCount: purpose.heldOut.exampleCount)
    if options.format == .json { return try JSONOutput.print(report) }
    try training.print(.text)
    Console.result("            The loss is \(loss).")
    func digits(_ number: Double) -> String { "\(number.rounded(digits: 4))" }
    Console.result(
      "distance    \(digits(coverage.trained)) from \(report.heldOutCount) generated to as many held-out examples (sliced Wasserstein); "
        + "untrained \(digits(coverage.untrained)), training examples \(digits(coverage.examples))")
    if coverage.isCollapsed {
      Console.remark(
        "The generator makes only some kinds of examples, or none: it came less than half of the way from its untrained self to the "
          + "examples. Train longer, or with another seed.")
    }
  }

  private struct Report: Encodable {
    let training: TrainReport
    let coverage: SampleCoverage
    let heldOutCount: Int

    enum CodingKeys: String, CodingKey {
      case distance = "sliced_wasserstein"
      case untrained = "sliced_wasserstein_untrained"
      case examples = "sliced_wasserstein_examples"
      case collapsed
      case heldOut = "n_held_out"
    }

    func encode(to encoder: any Encoder) throws {
      try training.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(coverage.trained, forKey: .distance)
      try container.encode(coverage.untrained, forKey: .untrained)
      try container.encode(coverage.examples, forKey: .examples)
      try container.encode(coverage.isCollapsed, forKey: .collapsed)
      try container.encode(heldOutCount, forKey: .heldOut)
    }
  }
}

extension GenerativeAdversarialNetwork.Architecture {
  /// The architecture that options ask for.
  init(
    _ options: AdversarialOptions, _ purpose: AdversarialOptions.Purpose, _ divergence: AdversarialDivergence
  ) {
    self =
      options.convolutional
      ? .convolutional(
        exampleShape: purpose.shape, channels: options.channels ?? 32, latent: options.latent,
        output: purpose.output, divergence: divergence)
      : .dense(
        exampleShape: purpose.shape, hidden: options.units(), latent: options.latent, output: purpose.output,
        divergence: divergence)
  }
}
