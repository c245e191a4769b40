import Foundation
import GenModels
import OODDatasets
import OODMetrics
import Testing

@Suite("The confidence of a reconstruction")
struct ConfidenceTests {
  /// r(x) = factor · x in two features, through four rectified units; both classes equally probable.
  private func scaling(_ factor: Float) throws -> DenoisingClassifier {
    var model = try DenoisingClassifier.validating(.dense(features: 2, classes: 2, hidden: [4]), seed: 1)
    try model.setTensors([
      "encoder.0.weight": Tensor([1, 0, -1, 0, 0, 1, 0, -1], shape: [2, 4]), "encoder.0.bias": .zeros([4]),
      "head.0.weight": .zeros([4, 2]), "head.0.bias": .zeros([2]),
      "decoder.0.weight": Tensor([1, 0, 0, 1, -1, 0, 0, -1], shape: [4, 2]) * factor,
      "decoder.0.bias": .zeros([2]),
    ])
    return model
  }

  @Test("c̃ and Γ are their formulas", arguments: [0.5, 1, 1.75] as [Float])
  func formula(factor: Float) throws {
    let x = Tensor([3, 4, -1, 0.5], shape: [2, 2])
    for norm in ConfidenceSettings.Norm.allCases {
      let confidence = try ReconstructionConfidence(
        scaling(factor), settings: ConfidenceSettings(alpha: 0.25, beta: 2, norm: norm))
      // ‖r − x‖ = |factor − 1| ‖x‖, γ = 2 factor / 2 − 1.
      let gamma = Double(factor) - 1
      #expect(try confidence.curvature(x).allSatisfy { abs($0 - gamma) < 1e-6 })
      let length = abs(gamma) * 5
      let expected = exp(-0.25 / 2 * (norm == .l2 ? length : length * length) - 2 * max(0, gamma))
      #expect(abs(try confidence.confidence(x)[0] - expected) < 1e-6)
      // ỹ = c̃ · y, y = 1/2.
      let scaled = ScaledClassifier(confidence)
      #expect(abs(Double(try scaled.claims(x)[0, 1]) - expected / 2) < 1e-6)
      #expect(abs(try scaled.score(x)[0] + log(expected / 2)) < 1e-5)
      // Differentiated: with respect to x, where γ > 0 by derivatives of second order.
      let slope = gradient(at: x) { scaled.logClaims($0).sum() * 0.5 }
      let expectedSlope =
        norm == .l2 ? -0.125 * abs(gamma) * 0.6 : -0.125 * 2 * gamma * gamma * 3
      #expect(abs(Double(slope[0, 0]) - expectedSlope) < 1e-4)
    }
  }

  @Test("The exact traces agree, and Hutchinson's estimate is within four standard errors of them")
  func traces() throws {
    var random = RandomGenerator(seed: 2)
    let model = try DenoisingClassifier.validating(
      .convolutional(exampleShape: [14, 14, 1], classes: 3, maps: 4, hidden: 12, kernel: 3), seed: 4)
    let x = random.uniform([5, 14, 14, 1])
    func curvature(_ method: ConfidenceSettings.Curvature) throws -> [Double] {
      try ReconstructionConfidence(model, settings: ConfidenceSettings(alpha: 1, curvature: method))
        .curvature(x)
    }
    let traces = try curvature(.bottleneck).map { ($0 + 1) * 196 }
    for (a, b) in zip(traces, try curvature(.diagonal)) {
      #expect(abs(a - (b + 1) * 196) < 1e-4 * max(1e-2, abs(a)))
    }
    #expect(Set(traces).count == 5)
    let estimates = try (0..<60).map {
      try curvature(.hutchinson(samples: 1, seed: $0)).map { ($0 + 1) * 196 }
    }
    for example in 0..<5 {
      let own = estimates.map { $0[example] }
      let mean = own.reduce(0, +) / 60
      let error = (own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 59 / 60).squareRoot()
      #expect(abs(mean - traces[example]) < 4 * error)
    }
    let pooled = try curvature(.hutchinson(samples: 40, seed: 9))
    #expect(pooled == (try curvature(.hutchinson(samples: 40, seed: 9))))
  }

  @Test("An autoencoder with smooth units has the same trace by both exact ways")
  func smooth() throws {
    let model = DenseAutoencoder(
      .init(features: 7, hidden: [6, 3], activation: .tanh, outputActivation: .sigmoid), seed: 3)
    var random = RandomGenerator(seed: 5)
    let x = random.normal([9, 7])
    func curvature(_ method: ConfidenceSettings.Curvature) throws -> [Double] {
      try ReconstructionConfidence(model, settings: ConfidenceSettings(alpha: 1, curvature: method))
        .curvature(x)
    }
    for (a, b) in zip(try curvature(.bottleneck), try curvature(.diagonal)) { #expect(abs(a - b) < 1e-5) }
  }

  @Test(
    "Rings: a classifier refuses the middle of a ring and everything between, and Γ is its formula on the plane"
  )
  func rings() throws {
    var random = RandomGenerator(seed: 1)
    let sample = Rings().labeledSample(count: 1500, using: &random)
    let model = try DenoisingClassifier.train(
      .dense(features: 2, classes: 3, hidden: [64, 64]), on: sample.points, labels: sample.labels,
      settings: DenoisingTraining(
        trainer: Trainer(optimizer: Adam(learningRate: 3e-3), epochs: 40, batchSize: 50), noise: 0.1,
        reconstructionWeight: 20)
    ).model
    #expect(try model.error(sample.points, labels: sample.labels) < 0.02)
    let held = Rings().labeledSample(count: 400, using: &random)
    let confidence = try ReconstructionConfidence.calibrated(
      model, heldOut: held.points, keeping: 0.95, above: 0.9, usingCurvature: true)
    let scaled = ScaledClassifier(confidence)
    let kept = try confidence.confidence(held.points).count { $0 >= 0.9 - 1e-9 }
    #expect(kept >= 360)
    let ticks = (0..<21).map { Float($0 - 10) / 5 }
    let plane = Tensor(ticks.flatMap { x in ticks.flatMap { y in [x, y] } }, shape: [441, 2])
    let gammas = try ReconstructionConfidence(
      model, settings: ConfidenceSettings(alpha: 1, curvature: .diagonal)
    ).curvature(plane)
    let distances = try confidence.distances(plane)
    let settings = confidence.settings
    for (point, c) in try confidence.confidence(plane).enumerated() {
      #expect(c >= 0 && c <= 1)
      let exponent: Double = settings.alpha / 2 * distances[point] + settings.beta * max(0, gammas[point])
      let expected: Double = exp(-exponent)
      #expect(abs(c - expected) < 1e-4)
    }
    // Away from every ring the classifier alone is sure, and the scaled one refuses.
    let away = Tensor([-1.9, -1.9, 3, 3, -4, 4, 5, -5], shape: [4, 2])
    #expect(try model.labels(away, claimingAtLeast: 0.9).count { $0 != nil } >= 3)
    #expect(try scaled.labels(away, claimingAtLeast: 0.9).allSatisfy { $0 == nil })
  }

  @Test("A calibration keeps what it was asked to keep, and says why it can't")
  func calibration() throws {
    var random = RandomGenerator(seed: 8)
    let x = random.normal([200, 2])
    let model = try scaling(0.5)
    for norm in ConfidenceSettings.Norm.allCases {
      let confidence = try ReconstructionConfidence.calibrated(
        model, heldOut: x, keeping: 0.9, above: 0.8, norm: norm)
      #expect(try confidence.confidence(x).count { $0 >= 0.8 } == 180)
    }
    let labels = try model.labels(x)
    let scaled = try ScaledClassifier.calibrated(model, heldOut: x, labels: labels, accuracy: 0.75, at: 0.4)
    #expect(try scaled.labels(x, claimingAtLeast: 0.4).count { $0 != nil } == 150)
    #expect(throws: MeasureError.self) {
      try ScaledClassifier.calibrated(model, heldOut: x, labels: labels, accuracy: 0.75, at: 0.6)
    }
    #expect(throws: MeasureError.self) {
      try ReconstructionConfidence.calibrated(model, heldOut: x.examples(0..<0))
    }
    #expect(throws: MeasureError.self) {
      try ReconstructionConfidence.calibrated(scaling(1), heldOut: x)
    }
    for alpha in [-1, .nan, .infinity] as [Double] {
      #expect(throws: MeasureError.self) {
        try ReconstructionConfidence(model, settings: ConfidenceSettings(alpha: alpha))
      }
    }
  }
}
