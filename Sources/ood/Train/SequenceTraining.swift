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
