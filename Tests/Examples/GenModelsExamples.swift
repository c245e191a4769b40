import GenModels
import OODDetectors
import OODMetrics

// MARK: Autoencoders

private func autoencoderTrainingExample() {
  var training = AutoencoderTraining.fast
  training.trainer.epochs = 3
  training.corruption = 0.2
}

private func convolutionalAutoencoderExample(digits: Tensor) throws {
  let trained = try ConvolutionalAutoencoder.train(.init(layers: 2), on: digits)
  try trained.model.canReconstruct(digits, threshold: 50)
}

private func denseAutoencoderExample() {
  let model = DenseAutoencoder(.init(features: 784, hidden: [256, 64]), seed: 1)
}

// MARK: Capabilities

private func leaveOneOutScorerExample(scorer: NearestNeighbours, table: Matrix) throws {
  let threshold = try Threshold.contamination(0.05, of: scorer.calibrationScores(training: table))
}

private func oodScorerExample() {
  struct DistanceFromOrigin: OODScorer {
    let exampleShape: Shape = [2]
    func score(checked x: Matrix) -> [Double] {
      (0..<x.rows).map { i in (x[i, 0] * x[i, 0] + x[i, 1] * x[i, 1]).squareRoot() }
    }
  }
}

private func tableFittedExample(catalogue: ModelCatalogue, table: Matrix) throws {
  let type = catalogue.types["factor-analysis"] as? any TableFitted.Type
  let model = try type?.fitted(to: table, seed: 1)
}

// MARK: Classifiers

private func imageClassifierExample(images: Tensor, labels: Indexes, x: Tensor) throws {
  let digits = try ImageClassifier.train(on: images, labels: labels, classes: 10).model
  try digits.probabilities(x)
  try digits.features(x)
}

// MARK: Clustering

private func kMeansExample(train: Matrix) throws {
  let clusters = try KMeans(fitting: train, clusters: 8)
  clusters.centres
}

// MARK: Differentiation

private func gradientExample() {
  let (value, gradient) = valueWithGradient(at: Tensor([1, 2])) { x in x.squared().sum() }

}

private func gradientAgainExample() {
  gradient(at: Tensor([0.1, 0.2, 0.3])) { $0.squared().sum() }
}

private func parameterExample() {
  struct Autoencoder: Parameterized {
    var encoder: Dense
    var decoder: Dense
    mutating func visitParameters(with visitor: ParameterVisitor) {
      visitor.visit("encoder", &encoder)
      visitor.visit("decoder", &decoder)
    }
  }
}

private func tensorAlgebraExample() {
  func squaredError<Value: TensorAlgebra>(_ y: Value, _ target: Value) -> Value {
    (y - target).squared().mean()
  }
}

// MARK: FactorAnalysis

private func factorAnalysisExample(table: Matrix, rows: Matrix) throws {
  let model = try FactorAnalysis(fitting: table, factors: 3)
  let nats = try model.logDensity(rows)
}

// MARK: Flows

private func bijectionDescriptionExample() {
  struct CubeRoot: BijectionDescription {
    static let name = "cubeRoot"
    func bijection(after input: Shape, conditions: Int, _ tensors: TensorSource) -> any Bijection {
      CubeRootMap(inputShape: input)
    }
  }
  let flow = Flow(.init(exampleShape: [2], bijections: [.init(CubeRoot()), .linear]), seed: 1)
  let catalogue = ModelCatalogue.generative.adding(block: CubeRoot.self)
}

private func flowExample(points: Tensor, random: inout RandomGenerator) throws {
  let flow = Flow(.realNVP(features: 2), seed: 1)
  let trained = try flow.train(on: points, trainer: Trainer(epochs: 100, batchSize: 256)).model
  let nats = try trained.logDensity(points)
  let more = trained.sample(count: 1000, using: &random)
}

// MARK: HiddenMarkov

private func gaussianHiddenMarkovExample(sequences: [Matrix], newSequences: [Matrix]) throws {
  let model = try GaussianHiddenMarkov(fitting: sequences, states: 3)
  let scores = try model.score(newSequences)
}

// MARK: KernelDensity

private func kernelDensityExample(train: Matrix, test: Matrix) throws {
  let density = try KernelDensity(fitting: train, bandwidth: .scott)
  let logs = try density.logDensity(test)
}

// MARK: Layers

private func layerExample() {
  struct Residual: Layer {
    var inner: Dense
    func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
      x + inner(x, context)
    }
    mutating func visitParameters(with visitor: ParameterVisitor) { visitor.visit("inner", &inner) }
  }
}

// MARK: LinearAlgebra

private func choleskyExample(covariance: Matrix, b: Matrix) throws {
  let factor = try Cholesky(covariance)
  factor.logDeterminant
  let x = factor.solve(b)
}

private func denseMatrixExample(covariance: Matrix, weights: Tensor, tensor: Tensor) throws {
  let factor = try Cholesky(covariance)
  let x = try LU(weights).solve(tensor)
}

private func luExample(jacobian: Matrix, b: Matrix) throws {
  let lu = try LU(jacobian)
  lu.logDeterminant
  let x = try lu.solve(b)
}

private func matrixExample() throws {
  let a = Matrix([[2, 1], [1, 3]])
  try a * a.inverse()
}

private func symmetricEigenExample(covariance: Matrix) throws {
  let eigen = try SymmetricEigen(covariance)
  eigen.values.last
}

// MARK: Mixtures

private func gaussianMixtureExample(train: Matrix, test: Matrix) throws {
  let mixture = try GaussianMixture(fitting: train, components: 10)
  let chosen = try GaussianMixture(fitting: train, componentsAmong: 1...12)
  let densities = try mixture.logDensity(test)
}

// MARK: Model

private func modelExample(model: IsolationForest) throws {
  try model.save(to: "model.safetensors")
  let same = try IsolationForest(contentsOf: "model.safetensors")
  let any = try ModelCatalogue.standard.load("model.safetensors")
}

private func modelArchiveExample(archive: inout ModelArchive) throws -> any Model {
  func load<Scorer: OODScorer & Model>(_: Scorer) throws -> any Model {
    try Detector<Scorer>(decoding: archive)
  }
  return try load(archive.load("scorer", as: (any OODScorer & Model).self, called: "a scorer"))
}

private func modelCatalogueExample() throws {
  let catalogue = ModelCatalogue.standard.adding(MyScorer.self).adding(block: MyLayer.self)
  let model = try catalogue.load("detector.safetensors")
  if let explainable = model as? any (TableScorer & ExplainableScorer) {
    print(explainable.featureCount)
  }
}

private func tensorSourceExample(tensors: TensorSource) throws {
  let weight: Parameter
  let bias: Parameter
  weight = Parameter(try tensors.weights("weight", [784, 10], fanIn: 784, fanOut: 10))
  bias = Parameter(try tensors.constant("bias", [10], 0))
}

// MARK: Random

private func randomGeneratorExample() {
  var random = RandomGenerator(seed: 7)
  let noise = random.normal([64, 32])
  let order = random.permutation(60_000)
  var dropout = random.split("dropout")
}

// MARK: Safetensors

private func safetensorsFileExample(weight: Tensor) throws {
  var file = SafetensorsFile(metadata: ["format": "1"])
  file["encoder.weight"] = .float32(weight)
  try file.write(to: "model.safetensors")

  let model = try SafetensorsFile(contentsOf: "model.safetensors")
  let weight = try model.tensor("encoder.weight", shape: [25, 128])
}

// MARK: Sequential

private func layerDescriptionExample() throws {
  struct Scaling: Layer {
    var factor: Parameter
    func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
      x * x.value(of: factor)
    }
    mutating func visitParameters(with visitor: ParameterVisitor) { visitor.visit("factor", &factor) }

    struct Description: LayerDescription {
      static let name = "scaling"
      func layer(after input: Shape, _ tensors: TensorSource) throws(ModelFileError) -> BuiltLayer {
        BuiltLayer(Scaling(factor: Parameter(try tensors.constant("factor", [1], 1))), outputShape: input)
      }
    }
  }
  let model = Sequential([.dense(units: 8), .init(Scaling.Description())], exampleShape: [4], seed: 1)
  let catalogue = ModelCatalogue.generative.adding(block: Scaling.Description.self)
}

private func sequentialExample(x: Tensor) {
  let model = Sequential(
    [
      .convolution(channels: 32, kernel: 5),
      .winnerTakeAll(channelSparsity: 0.5),
      .convolution(channels: 1, kernel: 5, activation: .sigmoid, padding: .full),
    ], exampleShape: [28, 28, 1], seed: 1)
  let y = model(x)
}

// MARK: Tensor

private func tensorExample() {
  let x = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
  x.sum(axes: [0])
}

// MARK: TopicModel

private func topicModelExample(counts: Matrix, newCounts: Matrix) throws {
  let model = try TopicModel(fitting: counts, topics: 10)
  let scores = try model.score(newCounts)
}

// MARK: Training

private func trainerExample(x: Tensor, y: Tensor) throws {
  var random = RandomGenerator(seed: 1)
  let model = Dense(inputs: 2, outputs: 1, using: &random)
  let data = try TrainingSet(x, targets: y)
  let result = try Trainer(optimizer: SGD(learningRate: 0.1), epochs: 20).train(model, on: data) {
    model, batch, scope in
    (model(scope.constant(batch.inputs), scope.context) - batch.targets!).squared().mean()
  }
}

// MARK: Articles

private func fitDensity(table: Matrix, newRows: Matrix) throws {
  let model = try GaussianMixture(fitting: table, components: 4)
  let nats = try model.logDensity(newRows)
  try model.save(to: "mixture.safetensors")
}

private func trainNetwork(points: Tensor, random: inout RandomGenerator) throws {
  let flow = Flow(.realNVP(features: 2), seed: 1)
  let result = try flow.train(on: points, trainer: Trainer(epochs: 50, batchSize: 256))
  let draws = result.model.sample(count: 100, using: &random)
  try result.model.save(to: "flow.safetensors")
}

private func loadAnything(newRows: Matrix) throws {
  let flow = try Flow(contentsOf: "flow.safetensors")
  let model = try ModelCatalogue.generative.load("mixture.safetensors")
  if let density = model as? any DensityModel<Matrix> {
    print(try density.logDensity(newRows))
  }
}

private func ownLayer() throws {
  let model = Sequential([.dense(units: 8), .init(Scaling.Description())], exampleShape: [4], seed: 1)
  try model.save(to: "scaled.safetensors")
  let catalogue = ModelCatalogue.generative.adding(block: Scaling.Description.self)
  let loaded = try catalogue.load("scaled.safetensors")
}

// MARK: Open-set classifiers

private func openSetClassifierExample(classifier: some OpenSetClassifier<Tensor>, images: Tensor) throws {
  for decision in try classifier.decide(images) {
    print(decision.label.map { "class \($0)" } ?? "unknown", decision.score)
  }
}
