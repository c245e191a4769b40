import GenModels
import OODDatasets
import OODExperiments

private func networkExample(points: Tensor, others: Tensor) throws {
  var random = RandomGenerator(seed: 1)
  let network = GenerativeAdversarialNetwork(
    .dense(exampleShape: [2], hidden: [64, 64], latent: 8, divergence: .wasserstein), seed: 1)
  let trained = try network.train(on: points, heldOut: others, settings: .wasserstein)
  let drawn = trained.model.sample(count: 500, using: &random)
}

private func adversarialTrainingExample() {
  var training = AdversarialTraining.wasserstein
  training.trainer.epochs = 50
}

private func divergencesExample() throws {
  let experiment = try DivergencesExperiment(
    training: Dataset("fashion-mnist:train"), test: Dataset("fashion-mnist:test"),
    controls: [Dataset("mnist:test")])
  print(try experiment.run().report.verdicts)
}
