import GenModels
import OODDatasets

/// The whole idea in a plane: three classes, a flow, outliers at its radii, and how sure a classifier is of itself everywhere.
struct OutlierToy {
  private let seed: UInt64
  private static let side = 120
  private static let reach: Float = 6

  init(_ settings: OutlierGenerationSettings) { seed = settings.seed }

  func pictures() throws -> [OutlierPicture] {
    var random = RandomGenerator(seed: seed).split("toy")
    let blobs = GaussianBlobs(centers: [SIMD2(0, 2), SIMD2(2, -1), SIMD2(-2, -1)], deviation: 0.35)
    let sample = blobs.labeledSample(count: 900, using: &random)
    var trainer = Trainer(optimizer: Adam(learningRate: 5e-3), epochs: 15, batchSize: 64, seed: seed)
    let flow = try Flow(.realNVP(features: 2, couplings: 6, hidden: [32]), seed: seed)
      .train(on: sample.points, trainer: trainer).model
    let labels = sample.labels
    let generators: [(String, (any OutlierGenerator)?)] = [
      ("Without outliers", nil),
      ("Gumbel 1.5", FlowOutliers(flow, radius: .gumbel(1.5, count: 900))),
      ("Shell of 3 to 12 deviations", FlowOutliers(flow, radius: .shell(from: 3, to: 12))),
      ("Mixup", try MixedOutliers(sample.points, labels: labels)),
      (
        "Noise",
        NoiseOutliers(exampleShape: [2], law: .uniform(from: -Self.reach, to: Self.reach))
      ),
    ]
    trainer = Trainer(optimizer: Adam(learningRate: 1e-2), epochs: 15, batchSize: 64, seed: seed)
    return try generators.map { name, generator in
      var random = RandomGenerator(seed: seed).split("toy").split(name)
      let outliers = try generator?.outliers(count: 900, using: &random)
      let model = try ImageClassifier.train(
        on: sample.points, labels: labels, classes: 3, against: outliers ?? sample.points,
        objective: .uniform(beta: outliers == nil ? 0 : 1),
        layers: {
          [.dense(units: 64, activation: .relu), .dense(units: 64, activation: .relu), .dense(units: $0)]
        },
        trainer: trainer
      ).model
      return OutlierPicture(
        .toys, name,
        about:
          "Dark: the classifier is sure. Coloured points: the classes. Red: outliers it was trained against.",
        size: 240, try Self.map(model, sample.points, labels, outliers))
    }
  }

  /// The largest probability over the plane as grey, 1/3 white and 1 dark; points on it.
  private static func map(
    _ model: ImageClassifier, _ points: Tensor, _ labels: Indexes, _ outliers: Tensor?
  ) throws -> Tensor {
    let places = (0..<side).flatMap { row in
      (0..<side).flatMap { column -> [Float] in
        [
          reach * (2 * (Float(column) + 0.5) / Float(side) - 1),
          reach * (1 - 2 * (Float(row) + 0.5) / Float(side)),
        ]
      }
    }
    let sure = try model.probabilities(Tensor(places, shape: [side * side, 2])).maximum(axis: 1).elements
    var pixels = sure.flatMap { probability -> [Float] in
      let grey = 1 - 0.75 * (probability - 1 / 3) * 1.5
      return [grey, grey, grey]
    }
    func mark(_ point: [Float], _ colour: [Float]) {
      let column = Int(((point[0] / reach + 1) / 2 * Float(side)).rounded(.down))
      let row = Int(((1 - point[1] / reach) / 2 * Float(side)).rounded(.down))
      guard (0..<side).contains(column), (0..<side).contains(row) else { return }
      for channel in 0..<3 { pixels[(row * side + column) * 3 + channel] = colour[channel] }
    }
    if let outliers {
      for i in 0..<min(300, outliers.exampleCount) {
        mark([outliers[i, 0], outliers[i, 1]], [0.85, 0.15, 0.1])
      }
    }
    let colours: [[Float]] = [[0.1, 0.45, 0.85], [0.05, 0.6, 0.35], [0.9, 0.6, 0]]
    let classes = labels.elements.map { Int($0) }
    for i in 0..<min(300, points.exampleCount) { mark([points[i, 0], points[i, 1]], colours[classes[i]]) }
    return Tensor(pixels, shape: [1, side, side, 3])
  }
}
