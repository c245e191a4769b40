import GenModels
import OODDatasets
import OODMetrics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The part of an overgeneralization experiment on three rings in the plane, where everything can be seen: D is 2, and γ is exact.
struct RingsPart {
  let settings: OvergeneralizationSettings

  /// Half a side of the plane that is drawn.
  private static let reach: Float = 2.5

  func run() throws -> [OvergeneralizationReport.RingMap] {
    let seed = settings.training.seed
    var random = RandomGenerator(seed: seed).split("rings")
    let sample = Rings().labeledSample(count: 3000, using: &random)
    let held = Rings().labeledSample(count: 1000, using: &random)
    let trainer = Trainer(
      optimizer: Adam(learningRate: 3e-3), epochs: settings.ringEpochs, batchSize: 100, seed: seed,
      schedule: .cosine(floor: 0.01))
    let model = try DenoisingClassifier.train(
      .dense(features: 2, classes: 3, hidden: [64, 64]), on: sample.points, labels: sample.labels,
      settings: DenoisingTraining(trainer: trainer, noise: 0.1, reconstructionWeight: 20)
    ).model
    let confidence = try ReconstructionConfidence.calibrated(
      model, heldOut: held.points, keeping: 0.95, above: 0.9, usingCurvature: true)
    let side = settings.ringSide
    let plane = Tensor(shape: [side * side, 2]) { plane in
      for row in 0..<side {
        for column in 0..<side {
          let place = row * side + column
          plane[2 * place] = (2 * (Float(column) + 0.5) / Float(side) - 1) * Self.reach
          plane[2 * place + 1] = (1 - 2 * (Float(row) + 0.5) / Float(side)) * Self.reach
        }
      }
    }
    let y = try model.probabilities(plane)
    let c = try confidence.confidence(plane).map { Float($0) }
    let gammas = try confidence.curvature(plane)
    let alpha = confidence.settings.alpha
    let distances = try confidence.distances(plane).map { Float(exp(-alpha / 2 * $0)) }
    let scaled = y * Tensor(c, shape: [c.count, 1])
    return [
      map("The training points", points(sample.points, sample.labels.elements, side)),
      map("y: what the classifier says", colours(y, side)),
      map("exp(−α/D ‖r(x) − x‖²)", grey(distances, side)),
      map("γ > 0 (white): the density curves upwards", grey(gammas.map { $0 > 0 ? 1 : 0 }, side)),
      map("c̃: the confidence", grey(c, side)),
      map("ỹ = c̃ · y: what is claimed", colours(scaled, side)),
    ]
  }

  private func map(_ title: String, _ image: Tensor) -> OvergeneralizationReport.RingMap {
    OvergeneralizationReport.RingMap(title: title, side: image.shape[1], strip: ImageStrip(image))
  }

  /// Each class in a primary colour of light.
  private func colours(_ y: Tensor, _ side: Int) -> Tensor { y.reshaped([1, side, side, 3]) }

  private func grey(_ values: [Float], _ side: Int) -> Tensor { Tensor(values, shape: [1, side, side, 1]) }

  private func points(_ x: Tensor, _ labels: [Int], _ side: Int) -> Tensor {
    var image = Tensor.zeros([1, side, side, 3])
    for (point, label) in labels.enumerated() {
      let column = Int((x[point, 0] / Self.reach + 1) / 2 * Float(side))
      let row = Int((1 - x[point, 1] / Self.reach) / 2 * Float(side))
      if (0..<side).contains(column), (0..<side).contains(row) { image[0, row, column, label] = 1 }
    }
    return image
  }
}
