import ArgumentParser
import GenModels
import OODDatasets

/// Activations by their names on the command line.
enum ActivationName: String, CaseIterable, ExpressibleByArgument {
  case relu, softplus, tanh
  case leakyReLU = "leaky-relu"

  var activation: Activation {
    switch self {
    case .relu: .relu
    case .softplus: .softplus
    case .tanh: .tanh
    case .leakyReLU: .leakyReLU(slope: 0.2)
    }
  }

  /// Whether slopes have slopes.
  var isSmooth: Bool { self == .softplus || self == .tanh }
}

/// Contrastive divergence, as `ood train energy` and `ood train joint-energy` take it.
struct ContrastiveDivergenceOptions: ParsableArguments {
  @Option(help: "Contrastive divergence: chains that are kept [10000].") var chains: Int?
  @Option(help: "Contrastive divergence: the share of chains that go on [0.95]; 0 for short runs alone.")
  var reuse: Double?
  @Option(help: "Contrastive divergence: weight of the squared energies [0.1].") var energyPenalty: Double?
  @Option(help: "Contrastive divergence: deviation of noise on examples [0.005].") var exampleNoise: Double?

  var given: [String] {
    let options: [(String, Bool)] = [
      ("chains", chains != nil), ("reuse", reuse != nil), ("energy-penalty", energyPenalty != nil),
      ("example-noise", exampleNoise != nil),
    ]
    return options.filter(\.1).map(\.0)
  }

  func validate() throws {
    try requireOption("--chains", chains, in: 1...1 << 24)
    try requireOption("--reuse", reuse, in: 0...1)
    for (name, value) in [("--energy-penalty", energyPenalty), ("--example-noise", exampleNoise)] {
      if let value, !(value >= 0 && Float(value).isFinite) {
        throw ValidationError("\(name) must be a number of 0 or more, and it is \(value).")
      }
    }
  }

  var criterion: ContrastiveDivergence {
    var criterion = ContrastiveDivergence()
    if let chains { criterion.capacity = chains }
    if let reuse { criterion.reuse = reuse }
    if let energyPenalty { criterion.energyPenalty = Float(energyPenalty) }
    if let exampleNoise { criterion.exampleNoise = Float(exampleNoise) }
    return criterion
  }

  /// Refuses more kept numbers than one tensor holds.
  func requireRoom(_ exampleShape: [Int]) throws {
    let size = Double(criterion.capacity) * exampleShape.reduce(1.0) { $0 * Double($1) }
    guard size <= Double(Int32.max) else {
      throw Failure("\(criterion.capacity) chains of examples \(exampleShape) are too many; lower --chains.")
    }
  }
}
