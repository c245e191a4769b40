import ArgumentParser
import GenModels
import OODDatasets

struct TrainDenseAutoencoder: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dense-autoencoder",
    abstract: "Train a fully connected autoencoder, on images or a table.",
    discussion: """
      --hidden 256,64 makes layers of 256 and 64 units, the code, and the mirror image of them (P. Vincent and others, \
      2010). Trained on corrupted inputs it is the denoising autoencoder.
      """)

  @OptionGroup var options: TrainOptions
  @Option(help: "Units of the encoder's layers, separated by commas; the last one is the code.")
  var hidden = "256,64"
  @Option(help: "The probability that a number of the input is replaced by 0 or 1.") var corruption = 0.0
  @Flag(help: "No sigmoid at the end: for data that are not in 0...1.") var linear = false
  @Option(help: "paper or fast: what is not given otherwise.") var preset: AutoencoderPreset = .fast
  @Option(help: ArgumentHelp("Examples whose loss is measured after each epoch.", valueName: "spec"))
  var validation: String?

  private var units: [Int] {
    hidden.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
  }

  func validate() throws {
    guard units.allSatisfy({ (1...1 << 20).contains($0) }) else {
      throw ValidationError(
        "--hidden must be whole numbers from 1 to \(1 << 20), separated by commas, and it is \(hidden).")
    }
    guard corruption >= 0 && corruption <= 1 else {
      throw ValidationError("--corruption must be between 0 and 1, and it is \(corruption).")
    }
    guard !linear || corruption == 0 else {
      throw ValidationError("--corruption replaces numbers by 0 and 1, and does not go with --linear.")
    }
  }

  func run() async throws {
    let outputs = try options.outputs()
    let data = try options.loadData()
    if !linear { try options.requireUnitInterval(data, options.data) }
    let features = data.exampleShape.elementCount
    guard features >= 1, features * units[0] <= Int(Int32.max) else {
      throw Failure("\(options.data) has \(features) numbers an example, which \(units[0]) units can't take.")
    }
    let heldOut = try validation.map { try options.load($0, like: data) }
    if let heldOut, heldOut.exampleShape != data.exampleShape {
      throw Failure(
        "--validation has examples of shape \(heldOut.exampleShape), and --data of \(data.exampleShape).")
    }
    var settings = preset.settings
    settings.corruption = corruption
    settings.trainer = try options.trainer(settings.trainer, outputs)
    let model = DenseAutoencoder(
      .init(features: features, hidden: units, outputActivation: linear ? .identity : .sigmoid),
      seed: options.seed)
    let report = try options.train(to: outputs, columns: data.columns) { progress in
      try settings.train(
        model, on: data.examples.reshaped([data.count, features]),
        validation: heldOut.map { $0.examples.reshaped([$0.count, features]) }, progress: progress)
    }
    try report.print(options.format)
  }
}
