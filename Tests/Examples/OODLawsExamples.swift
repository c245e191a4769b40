import GenModels
import OODDatasets
import OODDetectors
import OODExperiments
import OODLaws
import OODMetrics

// MARK: Blocks

private func baseDistributionLawsExample() {
  BaseDistributionLawCase("logistic", .logistic)
  BaseDistributionLawCase("class Gaussians", .classGaussians, classCount: 3)
}

private func baseDistributionLawsAgainExample(lawCase: BaseDistributionLawCase) {
  BaseDistributionLaws.violations(of: lawCase, catalogue: .generative)
}

private func bijectionLawCaseExample() {
  BijectionLawCase("coupling", .coupling(hidden: [8]), exampleShape: [4], classCount: 2)
  BijectionLawCase("cube root", .init(CubeRoot()), exampleShape: [2])
}

private func bijectionLawsExample(lawCase: BijectionLawCase) {
  BijectionLaws.violations(of: lawCase, catalogue: .generative.adding(block: CubeRoot.self))
}

private func complexityMeasureLawsExample(images: Tensor) {
  ComplexityMeasureLaws.violations(of: ImageComplexity([.png]), on: images)
}

private func layerLawCaseExample() {
  LayerLawCase("dense", .dense(units: 3, activation: .tanh), exampleShape: [4], malformedShapes: [[2, 2, 1]])
  LayerLawCase("scaling", .init(Scaling.Description()), exampleShape: [4])
}

private func layerLawsExample(lawCase: LayerLawCase) {
  LayerLaws.violations(of: lawCase, catalogue: .generative.adding(block: Scaling.Description.self))
}

// MARK: Capabilities

private func batchLawExample(table: Matrix, scorer: IsolationForest) throws {
  BatchLaw.violations(of: "score", on: table) { try scorer.score($0).map { [$0] } }
}

private func batchNormalizedDensityLawsExample(flow: Flow, points: Tensor) {
  BatchNormalizedDensityLaws.violations(of: flow, examples: points)
}

private func classConditionalDensityLawsExample(flow: Flow, points: Tensor) {
  ClassConditionalDensityLaws.violations(of: flow, examples: points)
}

private func classifierLawsExample(classifier: ImageClassifier, images: Tensor) {
  ClassifierLaws.violations(of: classifier, examples: images)
}

private func contextConditionalDensityLawsExample(
  model: some ContextConditionalDensity<Tensor>, points: Tensor, numbers: Tensor
) {
  ContextConditionalDensityLaws.violations(of: model, examples: points, context: numbers)
}

private func densityBoundLawsExample(autoencoder: some DensityBound<Tensor>, images: Tensor) {
  DensityBoundLaws.violations(of: autoencoder, examples: images)
}

private func densityIntegralLawExample(mixture: GaussianMixture) {
  DensityIntegralLaw.violations(of: mixture)
}

private func densityLawsExample(flow: Flow, points: Tensor) {
  DensityLaws.violations(of: flow, examples: points)
}

private func detectorLawsExample(detector: Detector<IsolationForest>, table: Matrix) {
  DetectorLaws.violations(of: detector, examples: table)
}

private func differentiableDensityLawsExample(flow: Flow, points: Tensor) {
  DifferentiableDensityLaws.violations(of: flow, examples: points)
}

private func explainableScorerLawsExample(forest: IsolationForest, table: Matrix) {
  ExplainableScorerLaws.violations(of: forest, on: table)
}

private func extremesLawExample(scorer: IsolationForest, table: Matrix) throws {
  ExtremesLaw.violations(of: "score", like: table) { try scorer.score($0) }
}

private func reconstructionOracleLawsExample(autoencoder: ConvolutionalAutoencoder, images: Tensor) {
  ReconstructionOracleLaws.violations(of: autoencoder, examples: images)
}

private func refusalLawExample(scorer: IsolationForest, table: Matrix) throws {
  RefusalLaw.violations(of: "score", on: table) { try scorer.score($0) }
}

private func samplerLawsExample(flow: Flow) {
  SamplerLaws.violations(of: flow)
}

private func scorerLawsExample(scorer: IsolationForest, table: Matrix, farOut: Matrix) {
  let violations = ScorerLaws.violations(of: scorer, inliers: table, outliers: farOut)
  precondition(violations.isEmpty, "\(violations)")
}

private func tableFittedLawsExample(table: Matrix) {
  TableFittedLaws.violations(of: FactorAnalysis.self, on: table)
}

private func unnormalizedEnergyLawsExample(
  model: some UnnormalizedEnergy<Tensor>, images: Tensor, noise: Tensor
) {
  UnnormalizedEnergyLaws.violations(of: model, examples: images, outliers: noise)
}

// MARK: Findings

private func gradientLawExample(x: Tensor) {
  func f<Value: TensorAlgebra>(_ x: Value) -> Value { x.exp() }
  let slope = gradient(at: x) { f($0).sum() }
  GradientLaw.violations(of: "f", at: [x], gradients: [slope]) { Double(f($0[0]).sum().scalar) }
}

private func lawViolationExample(lawCase: ModelLawCase) {
  for violation in ModelLaws.violations(of: lawCase, catalogue: .standard) { print(violation) }
}

// MARK: Models

private func modelLawCaseExample(table: Matrix, farOut: Matrix, catalogue: ModelCatalogue) throws {
  let lawCase = ModelLawCase("my scorer", kind: MyScorer.kind, inliers: table, outliers: farOut) {
    try MyScorer(fitting: table)
  }
  for violation in ModelLaws.violations(of: lawCase, catalogue: catalogue) { print(violation) }
}

private func modelLawsExample(lawCase: ModelLawCase) {
  let catalogue = ModelCatalogue.standard.adding(MyScorer.self)
  let violations = ModelLaws.violations(of: lawCase, catalogue: catalogue)
}

private func nestedFileLawsExample() {
  NestedFileLaws.violations(levels: 600, catalogue: .standard)
}

// MARK: Landing page

private func checkOwnScorer(table: Matrix, farOut: Matrix) throws {
  let lawCase = ModelLawCase("my scorer", kind: MyScorer.kind, inliers: table, outliers: farOut) {
    try MyScorer(fitting: table)
  }
  let catalogue = ModelCatalogue.standard.adding(MyScorer.self)
  for violation in ModelLaws.violations(of: lawCase, catalogue: catalogue) { print(violation) }
}
