import GenModels
import OODDatasets
import OODExperiments

// MARK: Archetypes

private func archetypalAnalysisExample(table: Matrix, rows: Matrix) throws {
  let analysis = try ArchetypalAnalysis(fitting: table, archetypes: 5)
  analysis.archetypes
  try analysis.coefficients(rows)
  try analysis.score(rows)
}

private func archetypalAutoencoderExample(images: Tensor) throws {
  let model = ArchetypalAutoencoder(
    .init(exampleShape: [784], hidden: [256], features: 64, maps: .init(archetypes: 8)), seed: 1)
  let trained = try model.train(on: images, trainer: Trainer(epochs: 20, batchSize: 256)).model
  trained.archetypes
}

private func archetypalFlowExample(points: Tensor) throws {
  var random = RandomGenerator(seed: 1)
  let model = ArchetypalFlow(
    .init(flow: .realNVP(features: 2), features: 2, maps: .init(archetypes: 3)), seed: 1)
  let trained = try model.train(on: points, trainer: Trainer(epochs: 50)).model
  let outliers = try trained.sample(
    count: 100, coefficients: CoefficientLaw(extrapolation: 2), using: &random)
}

// MARK: Radii

private func extremalDrawsExample(flow: Flow) throws {
  var random = RandomGenerator(seed: 1)
  let rare = try flow.extremalDraws(count: 64, radius: .deviations(4), using: &random)
  rare.examples
}

private func chiDistributionExample() {
  let radii = ChiDistribution(dimensions: 784)
  radii.mean
  radii.standardDeviation
}

// MARK: Outliers

private func trainingAgainstOutliersExample(flow: Flow, images: Tensor, labels: Indexes) throws {
  var random = RandomGenerator(seed: 1)
  let outliers = try FlowOutliers(flow, radius: .gumbel(2.5, count: 60_000)).outliers(
    count: 20_000, using: &random)
  let classifier = try ImageClassifier.train(
    on: images, labels: labels, classes: 10, against: outliers, objective: .uniform(beta: 1)
  ).model
}

private func outlierGeneratorExample(flow: Flow) throws {
  var random = RandomGenerator(seed: 1)
  let generator = FlowOutliers(flow, radius: .gumbel(2.5, count: 60_000))
  let outliers = try generator.outliers(count: 10_000, using: &random)
}

private func outlierGenerationExperimentExample() throws {
  let experiment = try OutlierGenerationExperiment(
    training: Dataset("mnist:train"), test: Dataset("mnist:test"), controls: [Dataset("kmnist:test")])
  let result = try experiment.run()
}
