import GenModels
import OODDetectors
import OODLaws
import OODMetrics

/// What knows the importer's own parts beside the library's.
let catalogue = ModelCatalogue.standard.adding(RangeDetector.self)
  .adding(block: AreaSine.Description.self).adding(block: SelfGate.Description.self)

enum Examples {
  static func points(_ count: Int, seed: UInt64) -> Tensor {
    var random = RandomGenerator(seed: seed)
    return random.normal([count, 3]) * 0.2 + 0.5
  }

  static let table = Matrix(points(200, seed: 1))
  static let fresh = points(40, seed: 2)
  static let far = Tensor([40, -30, 20], shape: [1, 3])
}

/// Each model by the name of its file.
func trainedModels() throws -> [(name: String, model: any Model)] {
  let x = Examples.points(200, seed: 1)
  let trainer = Trainer(optimizer: Adam(learningRate: 3e-3), epochs: 3, batchSize: 50)
  let scorer = RangeDetector(fitting: Examples.table)
  func flow(_ seed: UInt64) throws -> Flow {
    let architecture = Flow.Architecture(
      exampleShape: [3],
      bijections: [.standardization, .init(AreaSine.Description()), .linear, .coupling(hidden: [8])])
    return try Flow(architecture, seed: seed).train(on: x, trainer: trainer).model
  }
  let network = try AutoencoderTraining(trainer: trainer).train(
    Sequential(
      [.dense(units: 4), .init(SelfGate.Description(start: 0.5)), .dense(units: 3, activation: .sigmoid)],
      exampleShape: [3], seed: 1), on: x
  ).model
  let (first, second) = (try flow(1), try flow(2))
  let reconstruction = ReconstructionScorer(network)
  return [
    ("range", Detector(scorer, threshold: try .quantile(0.95, of: scorer.score(Examples.table)))),
    ("flow", first), ("network", network),
    (
      "reconstruction",
      Detector(reconstruction, threshold: try .quantile(0.9, of: reconstruction.score(x)))
    ), ("waic", try WAIC([first, second])),
  ]
}

/// The laws over the importer's own parts, and over what holds them.
func violations() -> [LawViolation] {
  let table = Matrix(Examples.fresh)
  let outlier = Matrix(Examples.far)
  var found = ModelLaws.violations(
    of: ModelLawCase("range", kind: RangeDetector.kind, inliers: table, outliers: outlier) {
      RangeDetector(fitting: Examples.table)
    }, catalogue: catalogue)
  found += BijectionLaws.violations(
    of: BijectionLawCase(
      "area sine", .init(AreaSine.Description()), exampleShape: [3], malformedShapes: [[2, 2, 1]]),
    catalogue: catalogue)
  found += LayerLaws.violations(
    of: LayerLawCase(
      "self-gate", .init(SelfGate.Description()), exampleShape: [4], malformedShapes: [[2, 2, 1]]),
    catalogue: catalogue)
  for name in ["range", "flow", "network", "reconstruction", "waic"] {
    let kind = ["range": "detector", "network": "sequential", "reconstruction": "detector"][name] ?? name
    @Sendable func make() throws -> any Model { try trainedModels().first { $0.name == name }!.model }
    found += ModelLaws.violations(
      of: name == "range"
        ? ModelLawCase(name, kind: kind, inliers: table, outliers: outlier, make: make)
        : ModelLawCase(name, kind: kind, inliers: Examples.fresh, outliers: Examples.far, make: make),
      catalogue: catalogue)
  }
  return found
}
