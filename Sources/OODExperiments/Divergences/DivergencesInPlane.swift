#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

import GenModels
import OODDatasets
import OODMetrics

/// Three Gaussians in a plane, and two flows under every criterion: a Gaussian, which can't be right, and a few couplings.
struct DivergencesInPlane: Sendable {
  private let settings: DivergencesSettings
  private let storage: DivergencesStorage
  /// Points of the truth to learn from and to measure at, and foreign ones.
  private let x, test: Tensor
  private let foreign: [(name: String, points: Tensor)]
  /// Of the pictures.
  private static let (side, reach): (Int, Float) = (110, 4.5)

  init(_ settings: DivergencesSettings, _ storage: DivergencesStorage) {
    self.settings = settings
    self.storage = storage
    let random = RandomGenerator(seed: settings.seed).split("plane")
    func drawn(_ name: String) -> Tensor {
      var random = random.split(name)
      return Self.truth.sample(count: settings.toyCount, using: &random)
    }
    (x, test) = (drawn("training"), drawn("test"))
    var draws = random.split("foreign")
    foreign = [
      ("between the modes", draws.normal([settings.toyCount, 2], mean: 0, standardDeviation: 0.3)),
      ("the whole frame", draws.uniform([settings.toyCount, 2], in: -Self.reach..<Self.reach)),
    ]
  }

  struct Found {
    let toy: DivergencesReport.Toy
    let pictures: [DivergencePicture]
  }

  /// A flow: what the folder keeps.
  private struct FoundFlow: Codable, Sendable {
    let row: DivergencesReport.ToyRow
    let picture: DivergencePicture
  }

  private static let centres = Tensor([0, 2.4, 2.4, -1.4, -2.4, -1.4], shape: [3, 2])
  private static let deviation: Float = 0.45

  /// The truth: a mixture, as a flow that leaves points where they are.
  static let truth: Flow = {
    var flow = Flow(
      .init(exampleShape: [2], bijections: [], base: .classGaussians, classCount: 3), seed: 0)
    do {
      try flow.setTensors([
        "base.mean": centres, "base.logDeviation": Tensor(repeating: deviation, shape: [3, 2]).log(),
      ])
    } catch { preconditionFailure("\(error)") }
    return flow
  }()

  private typealias Model = (name: String, architecture: Flow.Architecture)

  private static let models: [Model] = [
    ("one Gaussian", .init(exampleShape: [2], bijections: [.activationNormalization, .linear])),
    ("four couplings", .realNVP(features: 2, couplings: 4, hidden: [32])),
  ]

  /// A task for each model under each criterion.
  var tasks: [ExperimentTasks<DivergencesExperiment.Progress>.Task] {
    Self.models.flatMap { model in
      DivergenceMethod.all.map { method in
        storage.task(Self.name(model, method)) { try found(model, method, $0) }
      }
    }
  }

  func toys(progress: (DivergencesExperiment.Progress) throws -> Void) throws -> [Found] {
    try Self.models.map { model in
      let flows = try DivergenceMethod.all.map { method in
        try storage.found(Self.name(model, method)) { try found(model, method, progress) }
      }
      let truth = try foreign.map { try Self.auroc(Self.truth, test, $0.points) }
      return Found(
        toy: .init(model: model.name, foreign: foreign.map(\.name), truth: truth, rows: flows.map(\.row)),
        pictures: [picture(of: Self.truth, test, "The truth", model.name)] + flows.map(\.picture))
    }
  }

  private static func name(_ model: Model, _ method: DivergenceMethod) -> String {
    "plane \(model.name), \(method.name)"
  }

  private func found(
    _ model: Model, _ method: DivergenceMethod,
    _ progress: (DivergencesExperiment.Progress) throws -> Void
  ) throws -> FoundFlow {
    let start = Flow(model.architecture, seed: settings.seed).initialized(from: x)
    let trained = try storage.flow(Self.name(model, method)) { checkpointing in
      try train(start, x, by: method, checkpointing) {
        try progress(.training("\(model.name), \(method.name)", $0))
      }
    }
    return FoundFlow(
      row: try row(method, trained.flow, test, foreign.map(\.points), seconds: trained.seconds),
      picture: picture(of: trained.flow, test, method.name, model.name))
  }

  private func train(
    _ start: Flow, _ x: Tensor, by method: DivergenceMethod, _ checkpointing: Checkpointing?,
    progress: (TrainingProgress) throws -> Void
  ) throws -> Flow {
    // As many steps of the flow under every criterion.
    let trainer = Trainer(
      optimizer: Adam(learningRate: 5e-3, beta1: 0.5), epochs: settings.toyEpochs * method.criticSteps,
      batchSize: 100, seed: settings.seed, schedule: .cosine(floor: 0.05), clipping: .norm(10),
      checkpointing: checkpointing)
    if method.usesKnownTarget {
      return try start.train(
        towards: Self.truth, stepsPerEpoch: (x.exampleCount + 99) / 100, trainer: trainer, progress: progress
      ).model
    }
    return try start.train(
      on: x, by: method.criterion,
      settings: FlowCriterionTraining(
        trainer: trainer, discriminator: AdversarialLayers.encoder([2], hidden: [64, 64], outputs: 1),
        criticSteps: method.criticSteps), progress: progress
    ).model
  }

  private func row(
    _ method: DivergenceMethod, _ flow: Flow, _ test: Tensor, _ foreign: [Tensor], seconds: Double?
  ) throws -> DivergencesReport.ToyRow {
    var random = RandomGenerator(seed: settings.seed).split("plane").split("draws")
    let drawn = flow.sample(count: settings.toyCount, using: &random)
    let (p, q) = (Self.truth, flow)
    /// Mean over points of ln a − ln b.
    func gap(_ x: Tensor, _ a: Flow, _ b: Flow) throws -> Double {
      let differences = zip(try a.logDensity(x), try b.logDensity(x)).map { $0 - $1 }
      return differences.reduce(0, +) / Double(differences.count)
    }
    /// Mean over points of ln 2a / (a + b).
    func half(_ x: Tensor, _ a: Flow, _ b: Flow) throws -> Double {
      let terms = zip(try a.logDensity(x), try b.logDensity(x)).map { log(2) - Self.softplus($1 - $0) }
      return terms.reduce(0, +) / Double(terms.count)
    }
    return DivergencesReport.ToyRow(
      name: method.name, about: method.about, forward: try gap(test, p, q), reverse: try gap(drawn, q, p),
      jensenShannon: (try half(test, p, q) + half(drawn, q, p)) / 2,
      slicedWasserstein: try SlicedWasserstein().distance(drawn, test),
      rarestMode: Self.rarestMode(of: drawn), auroc: try foreign.map { try Self.auroc(flow, test, $0) },
      seconds: seconds)
  }

  /// ln(1 + exp(x)).
  private static func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }

  private static func auroc(_ flow: Flow, _ inside: Tensor, _ outside: Tensor) throws -> Double {
    try ScoreRanking(
      inDistribution: flow.logDensity(inside).map { -$0 },
      outOfDistribution: flow.logDensity(outside).map { -$0 }
    ).auroc
  }

  /// The smallest share of points that lies nearest to one mode and within 3 of its deviations.
  private static func rarestMode(of x: Tensor) -> Double {
    var counts = [0, 0, 0]
    for row in 0..<x.exampleCount {
      let distances = (0..<3).map { mode in
        (0..<2).reduce(Float(0)) { $0 + (x[row, $1] - centres[mode, $1]) * (x[row, $1] - centres[mode, $1]) }
      }
      let nearest = distances.indices.min { distances[$0] < distances[$1] }!
      if distances[nearest] < 9 * deviation * deviation { counts[nearest] += 1 }
    }
    return Double(counts.min()!) / Double(x.exampleCount)
  }

  /// The density as grey, dark where it is highest; points of the data blue and of the flow red.
  private func picture(of flow: Flow, _ test: Tensor, _ title: String, _ model: String) -> DivergencePicture {
    let (side, reach) = (Self.side, Self.reach)
    let places = Tensor(shape: [side * side, 2]) { places in
      for row in 0..<side {
        for column in 0..<side {
          places[2 * (row * side + column)] = reach * (2 * (Float(column) + 0.5) / Float(side) - 1)
          places[2 * (row * side + column) + 1] = reach * (1 - 2 * (Float(row) + 0.5) / Float(side))
        }
      }
    }
    let density = flow.recordedLogDensity(places).exp().elements
    let largest = density.filter(\.isFinite).max() ?? 1
    var pixels = density.flatMap { value -> [Float] in
      let grey = 1 - 0.8 * (value.isFinite ? value / max(largest, .leastNormalMagnitude) : 0).squareRoot()
      return [grey, grey, grey]
    }
    func mark(_ x: Tensor, _ colour: [Float]) {
      for i in 0..<min(150, x.exampleCount) {
        let column = ((x[i, 0] / reach + 1) / 2 * Float(side)).rounded(.down)
        let row = ((1 - x[i, 1] / reach) / 2 * Float(side)).rounded(.down)
        guard (0..<Float(side)).contains(column), (0..<Float(side)).contains(row) else { continue }
        for channel in 0..<3 { pixels[(Int(row) * side + Int(column)) * 3 + channel] = colour[channel] }
      }
    }
    mark(test, [0.1, 0.45, 0.85])
    var random = RandomGenerator(seed: settings.seed).split("plane").split("pictures")
    mark(flow.sample(count: 150, using: &random), [0.85, 0.15, 0.1])
    return DivergencePicture(
      .plane, title, about: model, size: 200, Tensor(pixels, shape: [1, side, side, 3]))
  }
}
