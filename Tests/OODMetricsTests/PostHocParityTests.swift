import Foundation
import GenModels
import OODMetrics
import Testing

/// Scores of one small network and of pytorch-ood 0.4.0 on the same weights, written by
/// `Benchmarks/Peers/parity_classifiers.py --fixture`. The peer's settings, and what makes its scores ours, stand there.
@Suite("Scores of classifiers beside pytorch-ood's")
struct PostHocParityTests {
  private struct Fixture: Decodable {
    let train, test: [[Float]]
    let labels: [Int]
    let scores: [String: [Double]]
    let firstWeight, lastWeight: [[Float]]
    let firstBias, lastBias: [Float]

    enum CodingKeys: String, CodingKey {
      case train, test, labels, scores
      case firstWeight = "0.weight"
      case firstBias = "0.bias"
      case lastWeight = "1.weight"
      case lastBias = "1.bias"
    }

    static let shared: Fixture = {
      let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
        "Fixtures/classifier-scores.json")
      return try! JSONDecoder().decode(Fixture.self, from: Data(contentsOf: path))
    }()

    func tensor(_ rows: [[Float]]) -> Tensor {
      Tensor(rows.flatMap { $0 }, shape: [rows.count, rows[0].count])
    }
  }

  private static func classifier(_ fixture: Fixture) throws -> ImageClassifier {
    let stored = [
      "0.weight": fixture.tensor(fixture.firstWeight), "0.bias": Tensor(fixture.firstBias),
      "1.weight": fixture.tensor(fixture.lastWeight), "1.bias": Tensor(fixture.lastBias),
    ]
    let architecture = Sequential.Architecture(
      layers: [
        .dense(units: fixture.firstBias.count, activation: .relu), .dense(units: fixture.lastBias.count),
      ], exampleShape: [fixture.firstWeight.count])
    let source = TensorSource.stored { (name, _) throws(ModelFileError) in stored[name]! }
    return ImageClassifier(try Sequential(configuration: architecture, tensors: source))
  }

  private typealias Make =
    @Sendable (ImageClassifier, Tensor, Indexes) throws -> any OODScorer<Tensor>

  private static let scorers: [String: Make] = [
    "maximum-softmax-probability": { c, _, _ in try MaximumSoftmaxProbability(c) },
    "maximum-logit": { c, _, _ in MaximumLogit(c) },
    "energy": { c, _, _ in try EnergyScore(c) },
    "energy temperature=2": { c, _, _ in try EnergyScore(c, temperature: 2) },
    "predictive-entropy": { c, _, _ in PredictiveEntropy(c) },
    "odin": { c, _, _ in try ODIN(c) },
    "odin temperature=10 epsilon=0.05": { c, _, _ in try ODIN(c, temperature: 10, epsilon: 0.05) },
    "kl-matching": { c, x, _ in try KLMatching(c, fitting: x) },
    "vim dimensions=5": { c, x, _ in try ViM(c, fitting: x, dimensions: 5) },
    "react": { c, x, _ in try ReAct(c, fitting: x) },
    "dice sparsity=0.5": { c, x, _ in try DICE(c, fitting: x, sparsity: 0.5) },
    "ash variant=scale percentile=0.5": { c, _, _ in try ASH(c, variant: .scale, percentile: 0.5) },
    "ash variant=binarize percentile=0.65": { c, _, _ in try ASH(c, variant: .binarize, percentile: 0.65) },
    "ash variant=prune percentile=0.6": { c, _, _ in try ASH(c, variant: .prune, percentile: 0.6) },
    "she": { c, x, y in try SHE(c, fitting: x, labels: y) },
    "grad-norm": { c, _, _ in try GradNorm(c) },
    "feature-neighbours neighbours=3": { c, x, _ in try FeatureNeighbours(c, fitting: x, neighbours: 3) },
    "feature-mahalanobis": { c, x, y in try FeatureMahalanobis(c, fitting: x, labels: y) },
    "relative-mahalanobis": { c, x, y in try RelativeMahalanobis(c, fitting: x, labels: y) },
    "openmax alpha=4 euclideanWeight=0.5 cosineWeight=0.5 onlyRight=false translation=10000": { c, x, y in
      try OpenMax(
        c, fitting: x, labels: y,
        settings: .init(
          alpha: 4, euclideanWeight: 0.5, cosineWeight: 0.5, onlyRight: false, translation: 10_000))
    },
  ]

  @Test("Every score that both have is the same", arguments: scorers.keys.sorted())
  func parity(name: String) throws {
    let fixture = Fixture.shared
    let expected = try #require(fixture.scores[name])
    let scorer = try #require(Self.scorers[name])(
      try Self.classifier(fixture), fixture.tensor(fixture.train), Indexes(fixture.labels))
    func scores(_ scorer: some OODScorer<Tensor>) throws -> [Double] {
      try scorer.score(fixture.tensor(fixture.test))
    }
    let found = try scores(scorer)
    #expect(found.count == expected.count)
    // The peer finds its Weibull parameters by a search that stops early.
    let tolerance = name.hasPrefix("openmax") ? 1e-3 : 1e-5
    for (a, b) in zip(found, expected) { #expect(abs(a - b) <= tolerance * max(1, abs(b)), "\(a), not \(b)") }
  }

  @Test("No score of the fixture is left out")
  func complete() { #expect(Set(Fixture.shared.scores.keys) == Set(Self.scorers.keys)) }
}
