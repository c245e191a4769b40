import Foundation
import GenModels
import OODDatasets
import OODDetectors
import OODMetrics
import Testing

/// The README's examples, with drawn digits in the place of the reader's images.
@Suite struct EmbeddingExampleTests {
  @Test("A detector of a small table flags what is far from its rows, and what it printed stands in the README")
  func firstDetector() throws {
    let table = Matrix([[20.1, 0.31], [19.8, 0.29], [20.4, 0.33], [20.0, 0.30], [19.9, 0.32]])
    let forest = try IsolationForest(fitting: table, using: RandomGenerator(seed: 1))
    let alarm = try Detector(forest, contamination: 0.05, training: table)
    let answers = try alarm.detect(Matrix([[20.2, 0.31], [31.0, 0.90]])).map(\.isOutOfDistribution)
    #expect(answers == [false, true])
  }

  @Test func trainSaveLoadCalibrateAsk() throws {
    let digits = SyntheticGlyphs.digits.examples(0..<1500, of: .train, seed: 0).images
    let heldOut = SyntheticGlyphs.digits.examples(0..<400, of: .test, seed: 1).images
    let newDigits = SyntheticGlyphs.digits.examples(400..<800, of: .test, seed: 1).images
    let file = NSTemporaryDirectory() + "/ood-embedding-\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: file) }

    var training = AutoencoderTraining.fast
    training.trainer.epochs = 12
    let trained = try ConvolutionalAutoencoder.train(
      .init(layers: 2, maps: 16, bottleneckMaps: 16), on: digits, settings: training)
    try trained.model.save(to: file)

    let oracle = try ConvolutionalAutoencoder(contentsOf: file)
    let scorer = ReconstructionScorer(oracle)
    let detector = Detector(scorer, threshold: try .falsePositiveRate(0.05, of: scorer.score(heldOut)))
    var random = RandomGenerator(seed: 3)
    let image = random.uniform([1, 28, 28, 1])
    let answer = try detector.detect(image)[0]
    #expect(answer.isOutOfDistribution, "Noise has the error \(answer.score).")

    // What is kept is not refused: 5% of the images that the threshold comes from, about as many of others.
    #expect(try detector.detect(heldOut).count { $0.isOutOfDistribution } == 20)
    let flagged = try detector.detect(newDigits).count { $0.isOutOfDistribution }
    #expect(flagged < 60)

    // The detector is one file, threshold and all.
    try detector.save(to: file)
    let loaded = try ModelCatalogue.standard.load(file)
    let saved = try #require(loaded as? Detector<ReconstructionScorer<ConvolutionalAutoencoder>>)
    #expect(try saved.detect(newDigits) == detector.detect(newDigits))
    #expect(
      try detector.detect(image)
        == Detector(ReconstructionScorer(trained.model), threshold: detector.threshold).detect(image))
  }
}
