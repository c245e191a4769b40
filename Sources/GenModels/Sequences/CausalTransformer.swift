/// A small causal transformer of sequences (A. Vaswani and others, 2017; layers normalised first, R. Xiong and others, 2020): each step attends
/// to the steps before it and itself.
///
/// ```swift
/// let model = CausalTransformer(.init(steps: StepModel(symbols: 12), mostSteps: 64), seed: 1)
/// let trained = try model.train(on: sequences, trainer: Trainer(epochs: 20)).model
/// ```
///
/// Places are learned, so sequences have at most `mostSteps` steps. Cost of a sequence: quadratic in its steps. Draws keep keys and values.
public struct CausalTransformer: CausalNetwork {
  public static let kind = "causal-transformer"

  public struct Architecture: Codable, Hashable, Sendable {
    public var steps: StepModel
    public var mostSteps: Int
    /// Numbers of a step inside, a multiple of `heads`.
    public var width: Int
    public var heads: Int
    public var layers: Int
    /// The length of the sequences that are drawn; training sets it to the mean length.
    public var sampleLength: Int

    public init(
      steps: StepModel, mostSteps: Int, width: Int = 64, heads: Int = 4, layers: Int = 2,
      sampleLength: Int = 1
    ) {
      self.steps = steps
      self.mostSteps = mostSteps
      self.width = width
      self.heads = heads
      self.layers = layers
      self.sampleLength = sampleLength
    }
  }

  public private(set) var configuration: Architecture
  private var input: Dense
  /// `[mostSteps, width]`.
  private var places: Parameter
  private var blocks: [TransformerBlock]
  private var normalization: LayerNormalization
  private var output: Dense
  public var scale: SequenceScale

  /// A model with fresh parameters, drawn from `seed`. Traps when the architecture makes no sense.
  public init(_ architecture: Architecture, seed: UInt64) {
    do { self = try .validating(architecture, seed: seed) } catch { preconditionFailure("\(error)") }
  }

  public init(configuration: Architecture, tensors: TensorSource) throws(ModelFileError) {
    let (width, steps) = (configuration.width, configuration.steps)
    if let problem = steps.problem { throw .malformed(reason: problem) }
    guard (1...1 << 14).contains(width), (1...width).contains(configuration.heads),
      width % configuration.heads == 0, (1...128).contains(configuration.layers),
      (1...1 << 16).contains(configuration.mostSteps),
      (1...configuration.mostSteps).contains(configuration.sampleLength)
    else {
      throw .malformed(
        reason: """
          a transformer can't have \(configuration.layers) layers of width \(width) in \(configuration.heads) heads for \
          \(configuration.mostSteps) steps
          """)
    }
    self.configuration = configuration
    input = try .fresh("input", steps.inputs, width, tensors)
    places = Parameter(
      try tensors.tensor("places", [configuration.mostSteps, width]) {
        $0.normal([configuration.mostSteps, width], standardDeviation: 0.02)
      })
    blocks = []
    for number in 0..<configuration.layers {
      blocks.append(
        try TransformerBlock(width: width, heads: configuration.heads, tensors.under("\(number)")))
    }
    normalization = try LayerNormalization(width: width, tensors.under("normalization"))
    output = try .fresh("output", width, steps.parameters, tensors)
    scale = try SequenceScale(numbers: steps.numbers, tensors.under("scale"))
  }

  public var steps: StepModel { configuration.steps }
  public var mostSteps: Int? { configuration.mostSteps }
  public var sampleLength: Int {
    get { configuration.sampleLength }
    set { configuration.sampleLength = min(newValue, configuration.mostSteps) }
  }

  public func outputs<Value: TensorAlgebra>(_ inputs: Value, _ context: Context) -> Value {
    let length = inputs.shape[1]
    var x = inputs.eachPixel(input) + inputs.value(of: places).sliced(axis: 0, 0..<length)
    for block in blocks { x = block(x) }
    return normalization(x, context).eachPixel(output)
  }

  /// How many steps there were, and each block's keys and values of them.
  public struct State {
    var step = 0
    var memories: [TransformerBlock.Memory]
  }

  public func start(count: Int) -> State {
    State(memories: blocks.map { _ in TransformerBlock.Memory() })
  }

  public func next(_ input: Tensor, _ state: inout State) -> Tensor {
    var x = self.input(input, .inference) + places.tensor.sliced(axis: 0, state.step..<state.step + 1)
    for (number, block) in blocks.enumerated() { x = block.step(x, &state.memories[number]) }
    state.step += 1
    return output(normalization(x, .inference), .inference)
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("input", &input)
    visitor.visit("places", &places)
    for index in blocks.indices { visitor.visit("\(index)", &blocks[index]) }
    visitor.visit("normalization", &normalization)
    visitor.visit("output", &output)
    visitor.visit("scale", &scale)
  }
}

/// x + attention(x), then + a network of each step, both behind a normalization.
struct TransformerBlock: Parameterized {
  let heads: Int
  private var first, second: LayerNormalization
  private var queries, projection, wide, narrow: Dense

  init(width: Int, heads: Int, _ tensors: TensorSource) throws(ModelFileError) {
    self.heads = heads
    first = try LayerNormalization(width: width, tensors.under("first"))
    second = try LayerNormalization(width: width, tensors.under("second"))
    queries = try .fresh("queries", width, 3 * width, tensors)
    projection = try .fresh("projection", width, width, tensors)
    wide = try .fresh("wide", width, 4 * width, activation: .relu, tensors)
    narrow = try .fresh("narrow", 4 * width, width, tensors)
  }

  /// `[batch, steps, width]`.
  func callAsFunction<Value: TensorAlgebra>(_ x: Value) -> Value {
    let (batch, steps, width) = (x.shape[0], x.shape[1], x.shape[2])
    let size = width / heads
    let all = first(x, .inference).eachPixel(queries)
    func part(_ number: Int) -> Value {
      all.sliced(axis: 2, number * width..<(number + 1) * width).reshaped([batch, steps, heads, size])
        .transposed([0, 2, 1, 3]).reshaped([batch * heads, steps, size])
    }
    let scores = part(0).stackProduct(part(1), transposingOther: true) * (1 / Float(size).squareRoot())
    let weights = (scores + x.constant(Self.future(steps))).softmax()
    let seen = weights.stackProduct(part(2)).reshaped([batch, heads, steps, size])
      .transposed([0, 2, 1, 3]).reshaped([batch, steps, width])
    return feedForward(x + seen.eachPixel(projection))
  }

  private func feedForward<Value: TensorAlgebra>(_ x: Value) -> Value {
    x + second(x, .inference).eachPixel(wide).eachPixel(narrow)
  }

  /// −10³⁰ for a step that lies ahead, whose weight is 0 then; else 0.
  private static func future(_ steps: Int) -> Tensor {
    Tensor(shape: [steps, steps]) { mask in
      for row in 0..<steps {
        for column in 0..<steps { mask[row * steps + column] = column > row ? -1e30 : 0 }
      }
    }
  }

  /// Keys and values of the steps so far, `[count · heads, steps, size]`.
  struct Memory {
    var keys, values: Tensor?
  }

  /// The next step, `[count, width]`.
  func step(_ x: Tensor, _ memory: inout Memory) -> Tensor {
    let (count, width) = (x.shape[0], x.shape[1])
    let size = width / heads
    let all = queries(first(x, .inference), .inference)
    func part(_ number: Int) -> Tensor {
      all.sliced(axis: 1, number * width..<(number + 1) * width).reshaped([count * heads, 1, size])
    }
    func joined(_ old: Tensor?, _ new: Tensor) -> Tensor {
      old.map { .concatenate([$0, new], axis: 1) } ?? new
    }
    memory.keys = joined(memory.keys, part(1))
    memory.values = joined(memory.values, part(2))
    let scores = part(0).stackProduct(memory.keys!, transposingOther: true) * (1 / Float(size).squareRoot())
    let seen = scores.softmax().stackProduct(memory.values!).reshaped([count, width])
    return feedForward(x + projection(seen, .inference))
  }

  mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("first", &first)
    visitor.visit("second", &second)
    visitor.visit("queries", &queries)
    visitor.visit("projection", &projection)
    visitor.visit("wide", &wide)
    visitor.visit("narrow", &narrow)
  }
}
