import ArgumentParser
import GenModels
import OODDatasets

/// What causal networks of sequences are trained with. An example is a sequence: a row of a table its numbers, an image its pixels.
struct SequenceTraining: ParsableArguments {
  @OptionGroup var options: TrainOptions
  @Option(help: "The last column of a step is one of so many symbols, 0 and up.") var symbols: Int?
  @Option(help: "Columns of 0 and 1 after the numbers of a step.") var flags = 0
  @Option(help: "Normal distributions in the mixture of a step's numbers.") var mixtures = 5
  @Option(help: "Bound on the gradient's norm; 0 for none.") var clip = 10.0

  func validate() throws {
    try requireOption("--symbols", symbols, in: 2...65_536)
    try requireOption("--flags", flags, in: 0...4096)
    try requireOption("--mixtures", mixtures, in: 1...1000)
    guard clip >= 0, clip.isFinite else {
      throw ValidationError("--clip is 0 or more, and \(clip) was given.")
    }
  }

  func run<Model: CausalNetwork>(_ make: (_ steps: StepModel, _ longest: Int) throws -> Model) throws {
    let outputs = try options.outputs()
    let sequences = try options.loadData().sequences
    let columns = sequences[0].columns
    let numbers = columns - flags - (symbols == nil ? 0 : 1)
    guard numbers >= 0 else {
      throw Failure("A step of \(options.data) has \(columns) columns, fewer than --flags and --symbols say.")
    }
    let model: Model
    do {
      model = try make(
        StepModel(numbers: numbers, flags: flags, symbols: symbols, mixtures: mixtures),
        sequences.map(\.rows).max()!)
    } catch ModelFileError.malformed(let reason) {
      throw Failure("No such model can be made: \(reason).")
    }
    var recipe = Trainer(optimizer: Adam(learningRate: 1e-3), epochs: 20, batchSize: 32)
    if clip > 0 { recipe.clipping = .norm(clip) }
    let trainer = try options.trainer(recipe, outputs)
    let report = try options.train(to: outputs) { progress in
      try naming(options.data) { try model.train(on: sequences, trainer: trainer, progress: progress) }
    }
    try report.print(options.format)
  }
}

extension Dataset {
  /// Each example as a sequence: a vector of numbers a step each, a matrix its rows, an image its pixels row by row.
  var sequences: [Matrix] {
    let width = max(1, exampleShape.elementCount)
    let columns = exampleShape.rank == 2 ? exampleShape[1] : 1
    return examples.withUnsafeElements { values in
      (0..<count).map { number in
        Matrix(
          rows: width / columns, columns: columns,
          elements: values[number * width..<(number + 1) * width].map(Double.init))
      }
    }
  }
}

struct TrainCausalConvolution: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "causal-convolution",
    abstract: "Train causal dilated convolutions of sequences: rows of a table, or images pixel by pixel.")

  @OptionGroup var training: SequenceTraining
  @Option(help: "Feature maps.") var channels = 32
  @Option(help: "Layers of a stack, with dilations 1, 2, 4, …") var layers = 5
  @Option(help: "Stacks, one after the other.") var stacks = 1

  func validate() throws {
    try requireOption("--channels", channels, in: 1...1 << 12)
    try requireOption("--layers", layers, in: 1...24)
    try requireOption("--stacks", stacks, in: 1...64)
  }

  func run() async throws {
    try training.run { steps, _ in
      try CausalConvolution.validating(
        .init(steps: steps, channels: channels, layers: layers, stacks: stacks), seed: training.options.seed)
    }
  }
}

struct TrainCausalTransformer: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "causal-transformer",
    abstract: "Train a small causal transformer of sequences: rows of a table, or images pixel by pixel.")

  @OptionGroup var training: SequenceTraining
  @Option(help: "Numbers of a step inside, a multiple of --heads.") var width = 64
  @Option(help: "Attention heads.") var heads = 4
  @Option(help: "Blocks.") var layers = 2

  func validate() throws {
    try requireOption("--heads", heads, in: 1...1 << 10)
    try requireOption("--layers", layers, in: 1...128)
    guard (1...1 << 14).contains(width), width % heads == 0 else {
      throw ValidationError("--width must be a multiple of --heads, \(heads), and it is \(width).")
    }
  }

  func run() async throws {
    try training.run { steps, longest in
      try CausalTransformer.validating(
        .init(steps: steps, mostSteps: longest, width: width, heads: heads, layers: layers),
        seed: training.options.seed)
    }
  }
}
