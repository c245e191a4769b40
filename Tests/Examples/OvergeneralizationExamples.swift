import GenModels
import OODDatasets
import OODExperiments
import OODMetrics

// MARK: Networks

private func attentionNetworkExample(scenes: ClutteredScenes.Scenes, images: Tensor) throws {
  let attention = try AttentionNetwork.train(on: scenes.images, masks: scenes.masks).model
  try attention.masks(images, steps: 2)
}

private func denoisingClassifierExample(images: Tensor, labels: Indexes, x: Tensor) throws {
  let result = try DenoisingClassifier.train(
    .convolutional(exampleShape: [28, 28, 1], classes: 10), on: images, labels: labels)
  try result.model.probabilities(x)
  try result.model.reconstruct(x)
}

private func competitiveOvercompleteClassifierExample(images: Tensor, labels: Indexes, x: Tensor) throws {
  let result = try CompetitiveOvercompleteClassifier.train(
    on: images, labels: labels, classes: 10, overcompleteness: 10)
  try result.model.labels(x, claimingAtLeast: 0.9)
}

private func clutteredScenesExample() throws {
  let digits = SyntheticGlyphs.digits.examples(0..<1000, of: .train)
  let scenes = try ClutteredScenes(objects: 1...2).compose(
    1000, objects: digits.images, fragments: SyntheticGlyphs.symbols.examples(0..<500, of: .train).images,
    seed: 1)
}

// MARK: Confidence and attacks

private func scaledClassifierExample(model: DenoisingClassifier, x: Tensor) throws {
  let scaled = try ScaledClassifier(model, settings: ConfidenceSettings(alpha: 3))
  try scaled.labels(x, claimingAtLeast: 0.9)
}

private func foolingAttackExample(classifier: ImageClassifier) throws {
  let attack = FoolingAttack(source: .generator, descent: .gradientDescent(rate: 0.01), stepLimit: 1000)
  let result = try attack.run(on: classifier, classes: Array(0..<10), thresholds: [0.9, 0.99], seed: 1)
  try result.rate(at: 0.9).wilsonInterval()
}

private func projectedGradientAttackExample(classifier: ImageClassifier, x: Tensor, labels: Indexes) throws {
  let attacked = try ProjectedGradientAttack.fastGradientSign(radius: 0.1).run(
    on: classifier, x, labels: labels, seed: 1)
  try classifier.labels(attacked, claimingAtLeast: 0.9)
}

// MARK: The experiment

private func overgeneralizationExperimentExample() throws {
  let experiment = try OvergeneralizationExperiment(
    training: Dataset("mnist:train"), test: Dataset("mnist:test"), controls: [Dataset("kmnist:test")])
  let report = try experiment.run()
  try OutputPlace.write(OvergeneralizationPage(report).html.utf8, to: "overgeneralization.html")
}
