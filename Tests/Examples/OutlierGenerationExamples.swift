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

// MARK: Conditions

private func conditionalFlowExample(points: Tensor, temperatures: Tensor) throws {
  var random = RandomGenerator(seed: 1)
  let flow = try ConditionalFlow.fresh(.realNVP(features: 2), contextSize: 1, seed: 1)
  let trained = try flow.train(on: points, context: temperatures, trainer: Trainer(epochs: 50)).model
  let nats = try trained.logDensity(points, context: temperatures)
  let more = trained.sample(context: Tensor([20, 25, 30], shape: [3, 1]), using: &random)
}

private func hybridFlowExample(points: Tensor, labels: Indexes) throws {
  let hybrid = HybridFlow(.realNVP(features: 2), classes: 3, seed: 1)
  let trained = try hybrid.train(on: points, labels: labels, trainer: Trainer(epochs: 50)).model
  try trained.probabilities(points)
  try trained.logDensity(points)
}

private func virtualOutlierClassifierExample(images: Tensor, labels: Indexes, x: Tensor) throws {
  let result = try VirtualOutlierClassifier.train(on: images, labels: labels, classes: 10)
  try result.model.labels(x)
  try result.model.score(x)
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
