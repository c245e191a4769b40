import Foundation
import GenModels
import Testing

@Suite("Classifiers trained against virtual outliers")
struct VirtualOutlierTests {
  /// Three clouds on a triangle, each of deviation 0.4.
  private func clouds(_ count: Int, seed: UInt64) -> (x: Tensor, labels: Indexes) {
    var random = RandomGenerator(seed: seed)
    let labels = (0..<count).map { $0 % 3 }
    let centres: [[Float]] = [[-3, -2], [3, -2], [0, 4]]
    return (
      Tensor(labels.flatMap { centres[$0] }, shape: [count, 2]) + random.normal([count, 2]) * 0.4,
      Indexes(labels)
    )
  }

  private let architecture = VirtualOutlierClassifier.Architecture(
    exampleShape: [2], encoder: [.dense(units: 32, activation: .relu), .dense(units: 8, activation: .relu)],
    classCount: 3)

  private func trained(_ synthesis: VirtualOutlierSynthesis = .init(), epochs: Int = 20) throws
    -> VirtualOutlierClassifier
  {
    let (x, labels) = clouds(600, seed: 1)
    return try VirtualOutlierClassifier.train(
      architecture, on: x, labels: labels, synthesis: synthesis,
      trainer: Trainer(optimizer: Adam(learningRate: 3e-3), epochs: epochs, batchSize: 60, seed: 2)
    ).model
  }

  @Test("It classifies, and its score is higher between the classes")
  func usage() throws {
    let model = try trained()
    let (x, labels) = clouds(300, seed: 5)
    #expect(try model.error(x, labels: labels) < 0.01)
    let between = Tensor([0, 0, 0.3, -0.2, -0.4, 0.3], shape: [3, 2])
    let usual = try model.score(x).reduce(0, +) / 300
    #expect(try model.score(between).allSatisfy { $0 > usual })
  }

  @Test("The score is the line of the energy that training found, and the Gaussians are the features'")
  func definition() throws {
    // A long memory averages over everything, and a rate of almost 0 leaves the features where they are.
    let (x, labels) = clouds(600, seed: 1)
    let model = try VirtualOutlierClassifier.train(
      architecture, on: x, labels: labels,
      trainer: Trainer(optimizer: Adam(learningRate: 1e-9), epochs: 1, batchSize: 60, seed: 2)
    ).model
    let features = try model.features(x)
    for label in 0..<3 {
      let rows = features.rows(Indexes(labels.elements.indices.filter { Int(labels.elements[$0]) == label }))
      for feature in 0..<8 {
        let mean = rows.mean(axes: [0]).elements[feature]
        #expect(abs(model.gaussians.mean.tensor[label, feature] - mean) < 1e-4 * max(1, abs(mean)))
      }
    }
    // Energies of fresh weights of 1: φ = −ln Σ exp f.
    let expected = try model.logits(x).elements
    for (row, score) in try model.score(x).enumerated() {
      let energy = -log(expected[row * 3..<row * 3 + 3].reduce(0) { $0 + exp(Double($1)) })
      #expect(abs(score - energy) < 1e-4)
    }
  }

  @Test("Without outliers' weight it is the plain classifier; with a warm-up that is not over, too")
  func warmUp() throws {
    var none = VirtualOutlierSynthesis()
    none.weight = 0
    none.warmUp = 0.99
    var late = VirtualOutlierSynthesis()
    late.warmUp = 0.99
    let (x, _) = clouds(30, seed: 6)
    let plain = try trained(none, epochs: 2).logits(x).elements
    #expect(try trained(late, epochs: 2).logits(x).elements == plain)
    var early = VirtualOutlierSynthesis()
    early.warmUp = 0
    #expect(try trained(early, epochs: 2).logits(x).elements != plain)
  }

  @Test("Settings that make no sense are refused in words")
  func refusals() throws {
    let (x, labels) = clouds(30, seed: 1)
    func refuses(_ change: (inout VirtualOutlierSynthesis) -> Void) {
      var synthesis = VirtualOutlierSynthesis()
      change(&synthesis)
      #expect(throws: OutlierGenerationError.self) {
        try VirtualOutlierClassifier.train(architecture, on: x, labels: labels, synthesis: synthesis)
      }
    }
    refuses { $0.candidates = 0 }
    refuses { $0.outliersPerClass = 0 }
    refuses { $0.memory = 1 }
    refuses { $0.warmUp = 1 }
    refuses { $0.weight = .nan }
    #expect(throws: ExampleError.self) {
      try VirtualOutlierClassifier.train(
        architecture, on: x, labels: Indexes([Int](repeating: 3, count: 30)))
    }
    #expect(throws: ModelFileError.self) {
      try VirtualOutlierClassifier.validating(
        .init(exampleShape: [4, 4, 1], encoder: [.convolution(channels: 2, kernel: 3)], classCount: 2),
        seed: 1)
    }
  }
}
