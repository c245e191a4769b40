import GenModels
import Testing

/// A flow for the laws: single bijections and whole models.
struct FlowCase: Sendable, CustomTestStringConvertible {
  let name: String
  let architecture: Flow.Architecture
  /// Examples lie in 0...1.
  var isBounded = false

  var testDescription: String { name }

  init(_ name: String, _ architecture: Flow.Architecture, isBounded: Bool = false) {
    self.name = name
    self.architecture = architecture
    self.isBounded = isBounded
  }

  init(_ name: String, _ shape: [Int], _ bijections: [BijectionSpecification], isBounded: Bool = false) {
    self.init(
      name, Flow.Architecture(exampleShape: shape, bijections: bijections), isBounded: isBounded)
  }

  func examples(_ count: Int, seed: UInt64 = 1) -> Tensor {
    var random = RandomGenerator(seed: seed)
    let shape = Shape([count] + architecture.exampleShape)
    return isBounded ? random.uniform(shape, in: 0.05..<0.95) : random.normal(shape)
  }

  func labels(_ count: Int) -> Indexes? {
    architecture.classCount.map { classes in Indexes((0..<count).map { $0 % classes }) }
  }
}

/// What state a flow's parameters are in.
enum ParameterState: String, Sendable, CaseIterable {
  /// As built, and set from examples.
  case fresh
  /// Moved by normal numbers of deviation 0.2.
  case moved
  /// Trained for some steps.
  case trained
  /// Moved by normal numbers of deviation 1.5, or 0.4 where there are many bijections: soft clamps are nearly reached.
  case extreme
}

extension FlowCase {
  func flow(_ state: ParameterState) throws -> Flow {
    let flow = Flow(architecture, seed: 3).initialized(
      from: examples(256, seed: 8) * (isBounded ? 1 : 2), labels: labels(256))
    switch state {
    case .fresh: return flow
    case .moved: return flow.moved(by: 0.2)
    case .extreme: return flow.moved(by: architecture.bijections.count == 1 ? 1.5 : 0.4)
    case .trained:
      let trainer = Trainer(optimizer: Adam(learningRate: 3e-3), epochs: 10, batchSize: 64, seed: 2)
      return try flow.train(on: examples(256, seed: 9), labels: labels(256), trainer: trainer).model
    }
  }

  static let bijections: [FlowCase] = [
    FlowCase("affine coupling", [5], [.coupling(hidden: [16, 16])]),
    FlowCase("affine coupling of the first half", [5], [.coupling(hidden: [16], changes: .first)]),
    FlowCase("tight affine coupling", [4], [.coupling(.affine(clamp: 0.5), hidden: [16])]),
    FlowCase("additive coupling", [5], [.coupling(.additive, hidden: [16, 16])]),
    FlowCase("spline coupling", [5], [.coupling(.spline(), hidden: [16, 16])]),
    FlowCase("narrow spline coupling", [2], [.coupling(.spline(bins: 5, bound: 2), hidden: [16])]),
    FlowCase("wide spline coupling", [40], [.coupling(.spline(bins: 4, bound: 3), hidden: [16])]),
    FlowCase("masked autoregressive", [5], [.autoregressive(hidden: [16, 16])]),
    FlowCase("masked autoregressive spline", [4], [.autoregressive(.spline(), hidden: [16])]),
    FlowCase("masked autoregressive of one feature", [1], [.autoregressive(hidden: [4])]),
    FlowCase("inverse autoregressive", [5], [.inverse(.autoregressive(hidden: [16]))]),
    FlowCase("ActNorm", [5], [.activationNormalization]),
    FlowCase("batch normalization", [5], [.batchNormalization()]),
    FlowCase("permutation", [5], [.permutation([3, 1, 0, 4, 2])]),
    FlowCase("reversal", [5], [.reversal]),
    FlowCase("linear", [5], [.linear]),
    FlowCase("inverse linear", [5], [.inverse(.linear)]),
    FlowCase("logit", [4], [.logit()], isBounded: true),
    FlowCase("sigmoid", [4], [.sigmoid, .logit(alpha: 0)]),
    FlowCase("rescaling", [4], [.rescaling(scale: -3, shift: 2)]),
    FlowCase("standardization", [4], [.standardization]),
    FlowCase("squeeze", [4, 6, 2], [.squeeze()]),
    FlowCase("squeeze of a checkerboard", [4, 4, 3], [.squeeze(checkerboard: true)]),
    FlowCase("split", [4, 4, 2], [.coupling(hidden: [4, 4]), .split, .activationNormalization]),
    FlowCase("two splits", [4, 4, 2], [.split, .squeeze(), .linear, .split, .coupling(hidden: [3, 3])]),
    FlowCase("split of a vector", [8], [.linear, .split, .coupling(hidden: [8])]),
    FlowCase("flatten", [2, 2, 3], [.flatten, .linear]),
    FlowCase("image coupling", [4, 4, 3], [.coupling(hidden: [8, 8])]),
    FlowCase("image coupling of the first half", [3, 5, 3], [.coupling(hidden: [8, 8], changes: .first)]),
    FlowCase("image spline coupling", [4, 4, 4], [.coupling(.spline(bins: 4, bound: 3), hidden: [8, 8])]),
    FlowCase("image ActNorm", [4, 4, 3], [.activationNormalization]),
    FlowCase("image batch normalization", [4, 4, 3], [.batchNormalization()]),
    FlowCase("1 × 1 convolution", [4, 4, 3], [.linear]),
  ]

  static let models: [FlowCase] = [
    FlowCase(
      "run of couplings", [6],
      [
        .coupling(hidden: [16]), .coupling(.additive, hidden: [8, 8], changes: .first),
        .coupling(.spline(), hidden: [12]),
      ]),
    FlowCase("Real NVP", .realNVP(features: 4, couplings: 6, hidden: [16, 16])),
    FlowCase("class-conditional Real NVP", .realNVP(features: 4, couplings: 4, hidden: [16], classCount: 3)),
    FlowCase("Glow", .glow(features: 4, steps: 4, hidden: [16])),
    FlowCase("spline flow", .splineFlow(features: 4, couplings: 4, hidden: [16])),
    FlowCase("MAF", .maskedAutoregressive(features: 4, layers: 3, hidden: [16])),
    FlowCase(
      "class-conditional MAF", .maskedAutoregressive(features: 3, layers: 2, hidden: [16], classCount: 2)),
    FlowCase("IAF", .inverseAutoregressive(features: 4, layers: 3, hidden: [16])),
    FlowCase(
      "class Gaussians",
      Flow.Architecture(
        exampleShape: [3], bijections: [.standardization, .coupling(hidden: [8])], base: .classGaussians,
        classCount: 3)),
    FlowCase(
      "logistic base",
      Flow.Architecture(exampleShape: [3], bijections: [.linear, .coupling(hidden: [8])], base: .logistic)),
    FlowCase(
      "image Glow", .glow(images: [8, 8, 1], levels: 2, steps: 2, hiddenChannels: 8, greyLevels: nil),
      isBounded: true),
    FlowCase(
      "image Real NVP",
      .realNVP(images: [8, 8, 1], levels: 2, couplings: 2, hiddenChannels: 8, greyLevels: nil),
      isBounded: true),
    FlowCase(
      "class-conditional image Glow",
      .glow(images: [4, 4, 2], levels: 1, steps: 2, hiddenChannels: 8, classCount: 2, greyLevels: nil),
      isBounded: true),
  ]

  static let all = bijections + models
}

extension Flow {
  /// The flow with normal numbers added to its trained parameters.
  func moved(by deviation: Float, seed: UInt64 = 5) -> Flow {
    var flow = self
    var random = RandomGenerator(seed: seed)
    var tensors: [String: Tensor] = [:]
    for (name, tensor) in namedTensors { tensors[name] = tensor }
    for (name, tensor) in namedParameters {
      // Entries of weights move by less: what counts is the size of a unit's sum.
      let fanIn = tensor.shape.dropLast().reduce(1, *)
      let scale = deviation / Float(fanIn).squareRoot()
      tensors[name] = tensor + random.normal(tensor.shape, mean: 0, standardDeviation: scale)
    }
    try! flow.setTensors(tensors)
    return flow
  }
}

extension Tensor {
  /// The largest |element|, or NaN where one is.
  var largestMagnitude: Float { elements.reduce(0) { $0.isNaN || $1.isNaN ? .nan : max($0, abs($1)) } }
}
