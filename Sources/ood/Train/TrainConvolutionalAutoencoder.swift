import ArgumentParser
import GenModels
import OODDatasets

struct TrainConvolutionalAutoencoder: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conv-autoencoder",
    abstract: "Train a convolutional autoencoder with a winner-take-all bottleneck.",
    discussion: """
      L convolutions encode an image, spatial and channel winner-take-all act on the bottleneck's maps, and L convolutions \
      decode it (B. Kégl, M. Cherti and A. Kazakçı, 2018, section 4). The preset paper is the authors' training: Adadelta \
      with the rate 0.1, batches of 64, 100 epochs; fast, the default, is Adam with a falling rate for 10 epochs.
      """)

  @OptionGroup var options: TrainOptions
  @Option(help: "L: convolutions in the encoder, and again in the decoder.") var layers = 2
  @Option(help: "Feature maps of all layers but the bottleneck.") var maps = 128
  @Option(help: "Feature maps of the bottleneck; as many as --maps unless given.") var bottleneck: Int?
  @Option(help: "Pixels on a side of the convolutions' kernels.") var kernel = 5
  @Option(help: "The fraction of each image's feature maps that channel winner-take-all zeroes.")
  var channelSparsity = 0.0
  @Option(
    help: "The side of the cells of positions in which only the largest winner stays; all stay unless given.")
  var channelStride: Int?
  @Option(help: "The fraction of each map's winners that is kept over a batch; all unless given.")
  var lifetimeSparsity: Double?
  @Option(help: "The probability that a pixel of the input is replaced by 0 or 1.") var corruption = 0.0
  @Flag(help: "No winner-take-all: the bottleneck's maps go to the decoder as they are.") var plain = false
  @Option(help: "paper or fast: what is not given otherwise.") var preset: AutoencoderPreset = .fast
  @Option(help: ArgumentHelp("Images whose loss is measured after each epoch.", valueName: "spec"))
  var validation: String?

  func validate() throws {
    for (name, value) in [
      ("--layers", layers), ("--maps", maps), ("--bottleneck", bottleneck ?? 1), ("--kernel", kernel),
    ] where value < 1 {
      throw ValidationError("\(name) must be 1 or more, and it is \(value).")
    }
    for (name, value) in [
      ("--layers", layers), ("--maps", maps), ("--bottleneck", bottleneck ?? 1), ("--kernel", kernel),
    ] {
      try requireOption(name, value, in: 1...1024)
    }
    guard channelSparsity >= 0 && channelSparsity < 1 else {
      throw ValidationError(
        "--channel-sparsity must be at least 0 and below 1, and it is \(channelSparsity).")
    }
    try requireOption("--channel-stride", channelStride, in: 1...1024)
    if let rate = lifetimeSparsity, !(rate > 0 && rate <= 1) {
      throw ValidationError("--lifetime-sparsity must be above 0 and at most 1, and it is \(rate).")
    }
    guard corruption >= 0 && corruption <= 1 else {
      throw ValidationError("--corruption must be between 0 and 1, and it is \(corruption).")
    }
    if plain && (channelSparsity > 0 || channelStride != nil || lifetimeSparsity != nil) {
      throw ValidationError("--plain has no winner-take-all whose sparsity could be chosen.")
    }
  }

  func run() async throws {
    let outputs = try options.outputs()
    let images = try options.loadImages()
    let shape = images.exampleShape
    guard layers * (kernel - 1) < min(shape[0], shape[1]) else {
      throw Failure(
        "\(layers) convolutions with kernels of \(kernel) x \(kernel) leave nothing of images of "
          + "\(shape[0]) x \(shape[1]) pixels; lower --layers or --kernel.")
    }
    let architecture = ConvolutionalAutoencoder.Architecture(
      height: shape[0], width: shape[1], channels: shape[2], layers: layers, maps: maps,
      bottleneckMaps: bottleneck ?? maps, kernel: kernel,
      bottleneck: plain
        ? .plain
        : .winnerTakeAll(
          channelSparsity: channelSparsity, channelStride: channelStride, lifetimeRate: lifetimeSparsity))
    let heldOut = try validation.map { try options.load($0) }
    if let heldOut, heldOut.exampleShape != shape {
      throw Failure("--validation has examples of shape \(heldOut.exampleShape), and --data of \(shape).")
    }
    try options.requireUnitInterval(images, options.data)
    var settings = preset.settings
    settings.corruption = corruption
    settings.trainer = try options.trainer(settings.trainer, outputs)
    let report = try options.train(to: outputs) { progress in
      try ConvolutionalAutoencoder.train(
        architecture, on: images.examples, validation: heldOut?.examples, settings: settings,
        progress: progress)
    }
    try report.print(options.format)
  }
}
