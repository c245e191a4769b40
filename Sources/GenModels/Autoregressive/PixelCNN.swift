/// Autoregressive convolutional networks of images: P(x) = Π P(pixel | pixels above and to the left), exact probabilities of 0 and 1 or of
/// grey levels.
///
/// ```swift
/// let model = PixelCNN(.init(exampleShape: [28, 28, 1], channels: 32, layers: 5), seed: 1)
/// let trained = try model.train(on: binaryDigits, settings: DensityTraining(trainer: Trainer(epochs: 5))).model
/// let more = trained.sample(count: 64, using: &random)
/// ```
///
/// `.masked` is one stack of masked convolutions (A. van den Oord, N. Kalchbrenner and K. Kavukcuoglu, 2016), which does not see a part of
/// the pixels above; `.gated` has a stack for the rows above and one for the row (A. van den Oord and others, 2016, "Conditional image
/// generation with PixelCNN decoders") and sees them all. With classes each layer is told the class. Draws keep each layer's rows, so
/// that all pixels together cost about one pass.
public struct PixelCNN: PixelDensity {
  public static let kind = "pixelcnn"

  public enum Stack: String, Codable, Hashable, Sendable, CaseIterable {
    case masked, gated
  }

  public struct Architecture: Codable, Hashable, Sendable {
    /// `[height, width, channels]`. Channels of a pixel are independent given the pixels before, unless the observation joins them
    /// (`.discretizedLogistic`).
    public var exampleShape: [Int]
    public var stack: Stack
    /// Feature maps.
    public var channels: Int
    /// Layers after the first.
    public var layers: Int
    /// Sides of the first layer's kernel and of the others', odd; of which the visible part is computed.
    public var firstKernel, kernel: Int
    public var observation: ObservationModel
    /// Number of classes that the model is told; nil for none.
    public var classCount: Int?

    public init(
      exampleShape: [Int], stack: Stack = .gated, channels: Int = 32, layers: Int = 5, firstKernel: Int = 7,
      kernel: Int = 3, observation: ObservationModel = .bernoulli, classCount: Int? = nil
    ) {
      self.exampleShape = exampleShape
      self.stack = stack
      self.channels = channels
      self.layers = layers
      self.firstKernel = firstKernel
      self.kernel = kernel
      self.observation = observation
      self.classCount = classCount
    }
  }

  public let configuration: Architecture
  private var layers: [GatedPixelLayer]
  private var masked: [MaskedPixelLayer]
  private var hidden, output: Dense

  /// A model with fresh parameters, drawn from `seed`. Traps when the architecture makes no sense.
  public init(_ architecture: Architecture, seed: UInt64) {
    do { self = try .validating(architecture, seed: seed) } catch { preconditionFailure("\(error)") }
  }

  public init(configuration: Architecture, tensors: TensorSource) throws(ModelFileError) {
    try configuration.requireSense()
    self.configuration = configuration
    layers = []
    masked = []
    let (channels, shape) = (configuration.channels, configuration.exampleShape)
    for number in 0...configuration.layers {
      let isFirst = number == 0
      let source = tensors.under("\(number)")
      let (inChannels, kernel) =
        isFirst ? (shape[2], configuration.firstKernel) : (channels, configuration.kernel)
      switch configuration.stack {
      case .gated:
        layers.append(
          try GatedPixelLayer(
            isFirst: isFirst, kernel: kernel, inChannels: inChannels, channels: channels,
            classCount: configuration.classCount, source))
      case .masked:
        masked.append(
          try MaskedPixelLayer(
            isFirst: isFirst, kernel: kernel, inChannels: inChannels, channels: channels,
            classCount: configuration.classCount, source))
      }
    }
    let count = configuration.observation.parameterCount(channels: shape[2])
    func dense(
      _ name: String, _ outputs: Int, _ activation: Activation, bias: Tensor
    ) throws(ModelFileError) -> Dense {
      let source = tensors.under(name)
      return Dense(
        weight: try source.weights("weight", [channels, outputs], fanIn: channels, fanOut: outputs),
        bias: try source.tensor("bias", [outputs]) { _ in bias }, activation: activation)
    }
    hidden = try dense("hidden", channels, .relu, bias: .zeros([channels]))
    output = try dense(
      "output", count, .identity,
      bias: configuration.observation.initialBias(channels: shape[2], features: 1))
  }

  public var exampleShape: Shape { Shape(configuration.exampleShape) }
  public var classCount: Int? { configuration.classCount }
  public var observation: ObservationModel { configuration.observation }
  public var numbersPerPixel: Int { 6 * configuration.channels + output.bias.shape[0] }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    for index in layers.indices { visitor.visit("\(index)", &layers[index]) }
    for index in masked.indices { visitor.visit("\(index)", &masked[index]) }
    visitor.visit("hidden", &hidden)
    visitor.visit("output", &output)
  }
}

extension PixelCNN {
  public func parameters<Value: TensorAlgebra>(of x: Value, labels: Indexes?, _ context: Context) -> Value {
    precondition(
      (labels == nil) == (configuration.classCount == nil),
      "A model of classes takes labels, and one without takes none.")
    var h: Value
    switch configuration.stack {
    case .gated:
      var v = x.movedDown()
      h = x.movedRight()
      for layer in layers { (v, h) = layer(v, h, labels) }
    case .masked:
      h = x
      for layer in masked { h = layer(h, labels) }
    }
    return h.relu().eachPixel(hidden).eachPixel(output)
  }

  public func drawn(
    count: Int, labels: Indexes?, known: KnownPixels?, using random: inout RandomGenerator
  ) -> Tensor {
    let (height, width, depth) = (exampleShape[0], exampleShape[1], exampleShape[2])
    guard count > 0 else { return .zeros(Shape([0] + configuration.exampleShape)) }
    var state = PixelState(
      layers: layers, masked: masked, labels: labels, count: count, width: width, depth: depth)
    for row in 0..<height {
      state.beginRow()
      for column in 0..<width {
        let numbers = state.features(column).relu().eachPixel(hidden).eachPixel(output)
        let pixel = observation.sample(numbers, channels: depth, using: &random)
        state.set(column, known?.over(pixel, row: row, column: column) ?? pixel)
      }
      state.endRow()
    }
    return state.image
  }
}

extension PixelCNN.Architecture {
  /// Throws unless the numbers are such that tensors may be asked for.
  func requireSense() throws(ModelFileError) {
    guard exampleShape.count == 3, exampleShape.allSatisfy({ (1...4096).contains($0) }) else {
      throw .malformed(reason: "a PixelCNN takes images [height, width, channels], not \(exampleShape)")
    }
    guard observation.levels != nil else {
      throw .malformed(reason: "a PixelCNN gives probabilities to levels, not densities to real numbers")
    }
    if let problem = observation.problem { throw .malformed(reason: problem) }
    for side in [firstKernel, kernel] where !(3...99).contains(side) || side % 2 == 0 {
      throw .malformed(reason: "a masked kernel has an odd side of 3 to 99 pixels, not \(side)")
    }
    guard (1...1 << 14).contains(channels), (0...256).contains(layers),
      observation.parameterCount(channels: exampleShape[2]) <= 1 << 20
    else { throw .malformed(reason: "a PixelCNN can't have \(channels) channels in \(layers) layers") }
    if let classCount, !(1...100_000).contains(classCount) {
      throw .malformed(reason: "a PixelCNN can't have \(classCount) classes")
    }
  }
}
