/// A stack of causal dilated convolutions of sequences (A. van den Oord and others, 2016, "WaveNet"): layer i sees the step itself and those
/// 2ⁱ, 2 · 2ⁱ … before, gates tanh(a) ⊙ σ(b), and adds to the layer below and to the output.
///
/// ```swift
/// let model = CausalConvolution(.init(steps: StepModel(numbers: 1)), seed: 1)
/// let trained = try model.train(on: sequences, trainer: Trainer(epochs: 20)).model
/// let nats = try trained.logDensity(sequences)
/// ```
public struct CausalConvolution: CausalNetwork {
  public static let kind = "causal-convolution"

  public struct Architecture: Codable, Hashable, Sendable {
    public var steps: StepModel
    public var channels: Int
    /// Layers in a stack; their dilations are 1, 2, 4, …
    public var layers: Int
    /// Stacks one after the other, each with the same dilations.
    public var stacks: Int
    /// Steps that a layer sees.
    public var kernel: Int
    /// The length of the sequences that are drawn; training sets it to the mean length.
    public var sampleLength: Int

    public init(
      steps: StepModel, channels: Int = 32, layers: Int = 5, stacks: Int = 1, kernel: Int = 2,
      sampleLength: Int = 1
    ) {
      self.steps = steps
      self.channels = channels
      self.layers = layers
      self.stacks = stacks
      self.kernel = kernel
      self.sampleLength = sampleLength
    }
  }

  public private(set) var configuration: Architecture
  private var input: Dense
  private var layers: [DilatedLayer]
  private var hidden, output: Dense
  public var scale: SequenceScale

  /// A model with fresh parameters, drawn from `seed`. Traps when the architecture makes no sense.
  public init(_ architecture: Architecture, seed: UInt64) {
    do { self = try .validating(architecture, seed: seed) } catch { preconditionFailure("\(error)") }
  }

  public init(configuration: Architecture, tensors: TensorSource) throws(ModelFileError) {
    let (channels, steps) = (configuration.channels, configuration.steps)
    if let problem = steps.problem { throw .malformed(reason: problem) }
    guard (1...1 << 14).contains(channels), (1...24).contains(configuration.layers),
      (1...64).contains(configuration.stacks), (2...64).contains(configuration.kernel),
      (1...1 << 24).contains(configuration.sampleLength)
    else {
      throw .malformed(
        reason:
          "a causal convolution can't have \(configuration.stacks) stacks of \(configuration.layers) layers of \(channels) channels"
      )
    }
    self.configuration = configuration
    input = try .fresh("input", steps.inputs, channels, tensors)
    layers = []
    for number in 0..<configuration.layers * configuration.stacks {
      layers.append(
        try DilatedLayer(
          dilation: 1 << (number % configuration.layers), kernel: configuration.kernel, channels: channels,
          tensors.under("\(number)")))
    }
    hidden = try .fresh("hidden", channels, channels, activation: .relu, tensors)
    output = try .fresh("output", channels, steps.parameters, tensors)
    scale = try SequenceScale(numbers: steps.numbers, tensors.under("scale"))
  }

  public var steps: StepModel { configuration.steps }
  public var mostSteps: Int? { nil }
  public var sampleLength: Int {
    get { configuration.sampleLength }
    set { configuration.sampleLength = newValue }
  }

  public func outputs<Value: TensorAlgebra>(_ inputs: Value, _ context: Context) -> Value {
    var x = inputs.eachPixel(input)
    var sum: Value?
    for layer in layers {
      let (next, skip) = layer(x)
      x = next
      sum = sum.map { $0 + skip } ?? skip
    }
    return sum!.relu().eachPixel(hidden).eachPixel(output)
  }

  /// For each layer its inputs so far, as many as it will see.
  public typealias State = [[Tensor]]

  public func start(count: Int) -> State { layers.map { _ in [] } }

  public func next(_ input: Tensor, _ state: inout State) -> Tensor {
    var x = self.input(input, .inference)
    var sum: Tensor?
    for (number, layer) in layers.enumerated() {
      let (next, skip) = layer.step(x, &state[number])
      x = next
      sum = sum.map { $0 + skip } ?? skip
    }
    return output(hidden(sum!.relu(), .inference), .inference)
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("input", &input)
    for index in layers.indices { visitor.visit("\(index)", &layers[index]) }
    visitor.visit("hidden", &hidden)
    visitor.visit("output", &output)
    visitor.visit("scale", &scale)
  }
}

/// A gated causal convolution with some steps between the ones that it sees.
struct DilatedLayer: Parameterized {
  let dilation: Int
  private var convolution: ShiftedConvolution
  private var residual, skip: Dense

  init(dilation: Int, kernel: Int, channels: Int, _ tensors: TensorSource) throws(ModelFileError) {
    self.dilation = dilation
    convolution = try ShiftedConvolution(
      .rightward, kernel: (kernel, 1), inChannels: channels, outChannels: 2 * channels,
      tensors.under("convolution"))
    residual = try .fresh("residual", channels, channels, tensors)
    skip = try .fresh("skip", channels, channels, tensors)
  }

  /// `[batch, steps, channels]`. Steps that lie a dilation apart stand under one another in an image, so that the dilated convolution
  /// is one of a column.
  func callAsFunction<Value: TensorAlgebra>(_ x: Value) -> (next: Value, skip: Value) {
    let (batch, steps, channels) = (x.shape[0], x.shape[1], x.shape[2])
    let rows = (steps + dilation - 1) / dilation
    let padded =
      rows * dilation == steps ? x : x.zeroPadded(axis: 1, before: 0, after: rows * dilation - steps)
    let sums = convolution(padded.reshaped([batch, rows, dilation, channels]), .inference)
      .reshaped([batch, rows * dilation, 2 * channels]).sliced(axis: 1, 0..<steps)
    let gate = sums.gatedTanh()
    return (x + gate.eachPixel(residual), gate.eachPixel(skip))
  }

  /// The next step, `[count, channels]`, with the layer's inputs so far.
  func step(_ x: Tensor, _ past: inout [Tensor]) -> (next: Tensor, skip: Tensor) {
    past.append(x)
    let kernel = convolution.kernelHeight
    let seen = (0..<kernel).reversed().map { back -> Tensor? in
      let place = past.count - 1 - back * dilation
      return place >= 0 ? past[place] : nil
    }
    if past.count > (kernel - 1) * dilation { past.removeFirst() }
    let gate = convolution.pixel(seen).gatedTanh()
    return (x + residual(gate, .inference), skip(gate, .inference))
  }

  mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("convolution", &convolution)
    visitor.visit("residual", &residual)
    visitor.visit("skip", &skip)
  }
}

extension Dense {
  /// A layer with tensors of its own under a name.
  static func fresh(
    _ name: String, _ inputs: Int, _ outputs: Int, activation: Activation = .identity, _ tensors: TensorSource
  ) throws(ModelFileError) -> Dense {
    guard Double(inputs) * Double(outputs) <= Double(Int32.max) else {
      throw .malformed(reason: "a layer can't have \(inputs) by \(outputs) weights")
    }
    let source = tensors.under(name)
    return Dense(
      weight: try source.weights("weight", [inputs, outputs], fanIn: inputs, fanOut: outputs),
      bias: try source.constant("bias", [outputs], 0), activation: activation)
  }
}
