/// PixelCNN++ (T. Salimans, A. Karpathy, X. Chen and D. P. Kingma, 2017): exact probabilities of images of grey levels or colours, by a mixture of
/// discretized logistics for each pixel. Two streams, one that sees the rows above and one that also sees the row to the left, go down
/// to half and quarter resolution and up again, with gated residual layers, short cuts between layers of one resolution, and dropout.
///
/// ```swift
/// let model = PixelCNNPlusPlus(.init(exampleShape: [28, 28, 1], channels: 32), seed: 1)
/// let trained = try model.train(on: images, settings: DensityTraining(trainer: Trainer(epochs: 5))).model
/// ```
///
/// Kernels have the taps that they may see alone, and enlarged images come from subpixel convolutions, so no zeros are multiplied. Draws
/// keep each layer's rows: all pixels together cost about one pass.
public struct PixelCNNPlusPlus: PixelDensity {
  public static let kind = "pixelcnn-plus-plus"

  public struct Architecture: Codable, Hashable, Sendable {
    /// `[height, width, channels]`; sides are multiples of 2 for each halving.
    public var exampleShape: [Int]
    public var channels: Int
    /// Residual layers at each resolution, on the way down and on the way up.
    public var layers: Int
    /// How often the sides are halved.
    public var halvings: Int
    public var dropout: Float
    public var observation: ObservationModel
    /// Number of classes that the model is told; nil for none.
    public var classCount: Int?

    public init(
      exampleShape: [Int], channels: Int = 32, layers: Int = 2, halvings: Int = 2, dropout: Float = 0.5,
      observation: ObservationModel = .discretizedLogistic(mixtures: 10, levels: 256), classCount: Int? = nil
    ) {
      self.exampleShape = exampleShape
      self.channels = channels
      self.layers = layers
      self.halvings = halvings
      self.dropout = dropout
      self.observation = observation
      self.classCount = classCount
    }
  }

  public let configuration: Architecture
  private var graph: PixelGraph
  private var output: Dense

  /// A model with fresh parameters, drawn from `seed`. Traps when the architecture makes no sense.
  public init(_ architecture: Architecture, seed: UInt64) {
    do { self = try .validating(architecture, seed: seed) } catch { preconditionFailure("\(error)") }
  }

  public init(configuration: Architecture, tensors: TensorSource) throws(ModelFileError) {
    try configuration.requireSense()
    self.configuration = configuration
    let (shape, channels) = (configuration.exampleShape, configuration.channels)
    graph = try PixelGraph(configuration, tensors)
    let count = configuration.observation.parameterCount(channels: shape[2])
    let source = tensors.under("output")
    output = Dense(
      weight: try source.weights("weight", [2 * channels, count], fanIn: 2 * channels, fanOut: count),
      bias: try source.tensor("bias", [count]) { _ in
        configuration.observation.initialBias(channels: shape[2], features: 1)
      })
  }

  public var exampleShape: Shape { Shape(configuration.exampleShape) }
  public var classCount: Int? { configuration.classCount }
  public var observation: ObservationModel { configuration.observation }
  public var numbersPerPixel: Int { 12 * configuration.channels + output.bias.shape[0] }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    graph.visitParameters(with: visitor)
    visitor.visit("output", &output)
  }

  public func parameters<Value: TensorAlgebra>(of x: Value, labels: Indexes?, _ context: Context) -> Value {
    precondition(
      (labels == nil) == (configuration.classCount == nil),
      "A model of classes takes labels, and one without takes none.")
    return graph(x, labels, context).concatenatedELU().eachPixel(output)
  }

  public func drawn(
    count: Int, labels: Indexes?, known: KnownPixels?, using random: inout RandomGenerator
  ) -> Tensor {
    let (height, width, depth) = (exampleShape[0], exampleShape[1], exampleShape[2])
    guard count > 0 else { return .zeros(Shape([0] + configuration.exampleShape)) }
    var state = PixelGraphState(graph, labels: labels, count: count, width: width, depth: depth)
    for row in 0..<height {
      for column in 0..<width {
        let numbers = state.features(row, column).concatenatedELU().eachPixel(output)
        let pixel = observation.sample(numbers, channels: depth, using: &random)
        state.set(known?.over(pixel, row: row, column: column) ?? pixel)
      }
    }
    return state.image
  }
}

extension PixelCNNPlusPlus.Architecture {
  /// Throws unless the numbers are such that tensors may be asked for.
  func requireSense() throws(ModelFileError) {
    guard exampleShape.count == 3, exampleShape.allSatisfy({ (1...4096).contains($0) }) else {
      throw .malformed(reason: "PixelCNN++ takes images [height, width, channels], not \(exampleShape)")
    }
    guard observation.levels != nil else {
      throw .malformed(reason: "PixelCNN++ gives probabilities to levels, not densities to real numbers")
    }
    if let problem = observation.problem { throw .malformed(reason: problem) }
    guard (1...1 << 13).contains(channels), (1...64).contains(layers), (0...6).contains(halvings),
      dropout >= 0, dropout < 1, observation.parameterCount(channels: exampleShape[2]) <= 1 << 20
    else {
      throw .malformed(
        reason:
          "PixelCNN++ can't have \(channels) channels, \(layers) layers, \(halvings) halvings and dropout \(dropout)"
      )
    }
    guard exampleShape[0] % (1 << halvings) == 0, exampleShape[1] % (1 << halvings) == 0 else {
      throw .malformed(
        reason: "images of \(exampleShape[0]) by \(exampleShape[1]) pixels can't be halved \(halvings) times")
    }
    if let classCount, !(1...100_000).contains(classCount) {
      throw .malformed(reason: "PixelCNN++ can't have \(classCount) classes")
    }
  }
}

extension TensorAlgebra {
  /// ELU of x and of −x, one after the other along the last axis (W. Shang and others, 2016, with ELU in the place of ReLU).
  func concatenatedELU() -> Self {
    let both = Self.concatenate([self, -self], axis: -1)
    // e^min(x, 0) − 1 below 0, where the positive part is 0.
    return both.relu() + (-(-both).relu()).exp() - 1
  }
}
