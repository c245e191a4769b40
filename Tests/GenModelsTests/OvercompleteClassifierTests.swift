import Foundation
import GenModels
import Testing

@Suite("Competitive overcomplete output layers and denoising classifiers")
struct OvercompleteClassifierTests {
  /// One dense layer on two features, with these biases and no weights: its logits are the biases.
  private func classifier(units: [Float], overcompleteness: Int) throws -> CompetitiveOvercompleteClassifier {
    var classifier = try CompetitiveOvercompleteClassifier.validating(
      .init(
        network: .init(layers: [.dense(units: units.count)], exampleShape: [2]),
        overcompleteness: overcompleteness), seed: 1)
    try classifier.setTensors(["0.weight": .zeros([2, units.count]), "0.bias": Tensor(units)])
    return classifier
  }

  @Test("The claim is ω^ω Π y, as a product for small ω", arguments: [1, 2, 5])
  func product(overcompleteness: Int) throws {
    let units = (0..<3 * overcompleteness).map { Float(($0 * 7) % 5) / 2 - 1 }
    let claims = try classifier(units: units, overcompleteness: overcompleteness).claims(.zeros([1, 2]))
    let total = units.reduce(0) { $0 + exp(Double($1)) }
    for label in 0..<3 {
      let members = units[label * overcompleteness..<(label + 1) * overcompleteness]
      let product = members.reduce(1) { $0 * Double(overcompleteness) * exp(Double($1)) / total }
      #expect(abs(Double(claims[0, label]) - product) < 1e-6)
    }
  }

  @Test("Nothing underflows for ω up to 100, and a sure class claims 1")
  func manyUnits() throws {
    for overcompleteness in [1, 10, 37, 100] {
      let equal = try classifier(
        units: [Float](repeating: 0, count: 4 * overcompleteness), overcompleteness: overcompleteness)
      // y = 1/(4ω) everywhere: s = 4^−ω.
      let expected = -Double(overcompleteness) * log(4)
      let found = try equal.logClaims(checking: .zeros([1, 2]))
      #expect(abs(Double(found[0, 2]) - expected) < 1e-4 * max(1, abs(expected)))
      let sure = try classifier(
        units: (0..<4 * overcompleteness).map { $0 < overcompleteness ? 50 : 0 },
        overcompleteness: overcompleteness)
      #expect(abs(try sure.claims(.zeros([1, 2]))[0, 0] - 1) < 1e-3)
      #expect(try sure.labels(.zeros([1, 2]), claimingAtLeast: 0.9) == [0])
      #expect(try equal.labels(.zeros([1, 2]), claimingAtLeast: 0.9) == [nil])
      let extreme = try classifier(
        units: (0..<4 * overcompleteness).map { $0 % 2 == 0 ? 1e4 : -1e4 }, overcompleteness: overcompleteness
      )
      #expect(try extreme.logClaims(checking: .zeros([1, 2])).elements.allSatisfy { $0.isFinite && $0 <= 0 })
    }
  }

  @Test("An overcompleteness that makes no sense is refused in words", arguments: [0, -3, 1025, 5])
  func malformed(overcompleteness: Int) {
    #expect(throws: ModelFileError.self) {
      try CompetitiveOvercompleteClassifier.validating(
        .init(
          network: .init(layers: [.dense(units: 12)], exampleShape: [2]), overcompleteness: overcompleteness),
        seed: 1)
    }
  }

  /// Two well separated clouds.
  private func clouds(_ count: Int) -> (x: Tensor, labels: Indexes) {
    var random = RandomGenerator(seed: 3)
    let labels = (0..<count).map { $0 % 2 }
    let centres = Tensor(labels.flatMap { [Float($0) * 4 - 2, 1] }, shape: [count, 2])
    return (centres + random.normal([count, 2]) * 0.3, Indexes(labels))
  }

  @Test("Training reaches targets of 1/ω: every member of the right class gets its share")
  func training() throws {
    let (x, labels) = clouds(400)
    let result = try CompetitiveOvercompleteClassifier.train(
      .init(
        network: .init(layers: [.dense(units: 16, activation: .relu), .dense(units: 6)], exampleShape: [2]),
        overcompleteness: 3), on: x, labels: labels,
      trainer: Trainer(optimizer: Adam(learningRate: 1e-2), epochs: 20, batchSize: 50))
    #expect(try result.model.error(x, labels: labels) < 0.01)
    // The least loss is ln ω.
    #expect(result.history.last!.loss < log(3) + 0.05 && result.history.last!.loss >= log(3) - 1e-4)
    #expect(throws: ExampleError.self) {
      try CompetitiveOvercompleteClassifier.train(
        .init(network: .init(layers: [.dense(units: 6)], exampleShape: [2]), overcompleteness: 3), on: x,
        labels: Indexes(Array(repeating: 2, count: 400)))
    }
  }

  @Test("The paper's networks have its layers, and the mirrored decoder gives the image's shape")
  func shapes() throws {
    let images = Tensor.zeros([2, 28, 28, 1])
    let architecture = DenoisingClassifier.Architecture.convolutional(exampleShape: [28, 28, 1], classes: 10)
    let model = try DenoisingClassifier.validating(architecture, seed: 1)
    #expect(try model.features(images).shape == [2, 400])
    #expect(try model.logits(images).shape == [2, 10])
    #expect(try model.reconstruct(images).shape == [2, 28, 28, 1])
    // 5·5·32 + 32, 25·32·64 + 64, 1024·400 + 400, 400·10 + 10
    let baseline = try ImageClassifier.validating(
      .init(layers: ImageClassifier.unpaddedLayers(classes: 10), exampleShape: [28, 28, 1]), seed: 1)
    #expect(baseline.parameterCount == 832 + 51_264 + 410_000 + 4_010)
    // The mirror image: 400·1024 + 1024, 25·64·32 + 32, 25·32 + 1
    #expect(model.parameterCount - baseline.parameterCount == 410_624 + 51_232 + 801)
    let asymmetric = try DenoisingClassifier.validating(
      .convolutional(exampleShape: [28, 28, 1], classes: 10, decoder: .asymmetric), seed: 1)
    #expect(asymmetric.parameterCount - baseline.parameterCount == 401 * 784)
    #expect(throws: ModelFileError.self) {
      try DenoisingClassifier.validating(.convolutional(exampleShape: [27, 28, 1], classes: 10), seed: 1)
    }
  }

  @Test(
    "A denoising classifier learns both its tasks, with one class too, and gives the same bits when it is resumed"
  )
  func denoising() throws {
    let (x, labels) = clouds(400)
    var settings = DenoisingTraining(
      trainer: Trainer(optimizer: Adam(learningRate: 1e-2), epochs: 30, batchSize: 50), noise: 0.1,
      reconstructionWeight: 1)
    let architecture = DenoisingClassifier.Architecture.dense(features: 2, classes: 2, hidden: [24, 12])
    let model = try DenoisingClassifier.train(architecture, on: x, labels: labels, settings: settings).model
    #expect(try model.error(x, labels: labels) < 0.01)
    let errors = try model.reconstructionError(x, norm: .l2).elements
    #expect(errors.reduce(0, +) / 400 < 0.25)
    settings.trainer.epochs = 1
    let single = try DenoisingClassifier.train(
      .dense(features: 2, classes: 1, hidden: [8]), on: x, labels: Indexes(Array(repeating: 0, count: 400)),
      settings: settings
    ).model
    #expect(try single.probabilities(x).elements.allSatisfy { $0 == 1 })
    #expect(throws: ExampleError.self) {
      try DenoisingClassifier.train(
        .dense(features: 2, classes: 2, hidden: [8], output: .pixels), on: x, labels: labels,
        settings: settings)
    }
  }
}
