import GenModels
import OODExperiments

// MARK: Autoregressive

private func chowLiuTreeExample(table: Matrix, rows: Matrix) throws {
  let tree = try ChowLiuTree(fitting: table)
  let nats = try tree.logDensity(rows)
}

private func gaussianMADEExample(table: Tensor) throws {
  let model = GaussianMADE(.init(exampleShape: [8], hidden: [100]), seed: 1)
  let trained = try model.train(on: table, settings: DensityTraining(trainer: Trainer(epochs: 30))).model
}

private func madeExample(binaryDigits: Tensor, moreDigits: Tensor) throws {
  let model = MADE(.init(exampleShape: [784], hidden: [500]), seed: 1)
  let trained = try model.train(on: binaryDigits, settings: DensityTraining(trainer: Trainer(epochs: 30)))
    .model
  let nats = try trained.logDensity(moreDigits)
}

private func pixelCNNExample(binaryDigits: Tensor) throws {
  var random = RandomGenerator(seed: 1)
  let model = PixelCNN(.init(exampleShape: [28, 28, 1], channels: 32, layers: 5), seed: 1)
  let trained = try model.train(on: binaryDigits, settings: DensityTraining(trainer: Trainer(epochs: 5)))
    .model
  let more = trained.sample(count: 64, using: &random)
}

private func pixelCNNPlusPlusExample(images: Tensor) throws {
  let model = PixelCNNPlusPlus(.init(exampleShape: [28, 28, 1], channels: 32), seed: 1)
  let trained = try model.train(on: images, settings: DensityTraining(trainer: Trainer(epochs: 5))).model
}

// MARK: Sequences

private func causalConvolutionExample(sequences: [Matrix]) throws {
  let model = CausalConvolution(.init(steps: StepModel(numbers: 1)), seed: 1)
  let trained = try model.train(on: sequences, trainer: Trainer(epochs: 20)).model
  let nats = try trained.logDensity(sequences)
}

private func causalTransformerExample(sequences: [Matrix]) throws {
  let model = CausalTransformer(.init(steps: StepModel(symbols: 12), mostSteps: 64), seed: 1)
  let trained = try model.train(on: sequences, trainer: Trainer(epochs: 20)).model
}

// MARK: Training

private func stochasticGradientHMCExample(trained: MADE, data: TrainingSet) throws {
  let sampler = StochasticGradientHMC(learningRate: 1e-3)
  let posterior = try sampler.posterior(from: trained, on: data, count: 10) { model, batch, scope in
    model.loss(batch.inputs, labels: nil, scope)
  }
}

private func trainableDensityExample(digits: Tensor) throws {
  let trained = try MADE(.init(exampleShape: [784], hidden: [500]), seed: 1)
    .train(on: digits, settings: DensityTraining(trainer: Trainer(epochs: 20), binarizes: true)).model
}

// MARK: Variational

private func missingDataAutoencoderExample(table: Matrix) throws {
  let model = try MissingDataAutoencoder.train(.init(columns: 8), on: table, trainer: Trainer(epochs: 300))
    .model
  let whole = try model.filled(table)
}

private func variationalAutoencoderExample(digits: Tensor, binaryDigits: Tensor) throws {
  let model = VariationalAutoencoder(
    .dense(exampleShape: [784], hidden: [200, 200], latent: 50), seed: 1)
  let trained = try model.train(
    on: digits, settings: DensityTraining(trainer: Trainer(), binarizes: true)
  ).model
  let nats = try trained.logDensityBound(binaryDigits, samples: 5000, seed: 1)
}

// MARK: The experiment

private func likelihoodComparisonExample(
  first: LikelihoodExperiment.Result, second: LikelihoodExperiment.Result
) {
  let page = LikelihoodComparison([first, second]).html
}

private func likelihoodFamilyExample() {
  let wide = LikelihoodFamily("wide-made", title: "A wide MADE") { settings, shape, seed in
    MADE(.init(exampleShape: shape, hidden: [2000]), seed: seed)
  }
}
