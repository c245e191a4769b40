import GenModels
import OODLaws

private func energyModelExample(x: Tensor) throws {
  let energy = EnergyModel(.dense(features: 2, hidden: [64, 64]), seed: 1)
  let trained = try energy.train(on: x, by: ContrastiveDivergence(), trainer: Trainer(epochs: 20)).model
  let nats = try trained.energy(x)  // low is probable; compare within one model only
}

private func jointEnergyModelExample(images: Tensor, labels: Indexes) throws {
  let joint = JointEnergyModel(.convolutional(exampleShape: [28, 28, 1], classes: 10), seed: 1)
  let trained = try joint.train(on: images, labels: labels).model
}

private func scoreNetworkExample(x: Tensor) throws {
  let network = ScoreNetwork(.vectorField(features: 2), seed: 1)
  let trained = try network.train(on: x, by: DenoisingScoreMatching(noise: 0.2)).model
  let slopes = try trained.logDensityGradient(x)  // [n, 2]
}

private func energySumExample(round: EnergyModel, red: EnergyModel) throws {
  let both = try EnergySum([round, red])
}

private func langevinDynamicsExample(model: EnergyModel) throws {
  let exact = LangevinDynamics.unadjusted(stepSize: 0.01, steps: 500)
  var random = RandomGenerator(seed: 1)
  let samples = try exact.run(model, from: random.normal([64, 2]), using: &random)
}

private func annealedImportanceSamplingExample(energy: EnergyModel, x: Tensor) throws {
  let estimate = try AnnealedImportanceSampling().estimate(energy, from: .normal(fitting: x), seed: 1)
  print(estimate.logNormalizer, estimate.standardError)
}

private func differentiableEnergyLawsExample(model: some DifferentiableEnergy, points: Tensor) {
  DifferentiableEnergyLaws.violations(of: model, examples: points)
}

private func scoreFunctionLawsExample(network: ScoreNetwork, points: Tensor) {
  ScoreFunctionLaws.violations(of: network, examples: points)
}
