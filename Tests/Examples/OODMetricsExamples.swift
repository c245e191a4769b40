import GenModels
import OODDatasets
import OODDetectors
import OODMetrics

// MARK: Detector

private func detectorExample(normal: Matrix, heldOut: Matrix, new: Matrix, scores: [Double]) throws {
  let scorer = try IsolationForest(fitting: normal, using: RandomGenerator(seed: 1))
  let detector = Detector(scorer, threshold: try .falsePositiveRate(0.01, of: scorer.score(heldOut)))
  try detector.detect(new)
  try detector.save(to: "detector.safetensors")

  let stricter = detector.with(threshold: try .falsePositiveRate(0.001, of: scores))
}

private func detectorAgainExample(table: Matrix) throws {
  let detector = try Detector(NearestNeighbours(fitting: table), contamination: 0.05, training: table)
}

// MARK: Likelihood

private func complexityCorrectionExample(flow: Flow) {
  let scorer = ComplexityCorrection(
    flow, complexity: ComplexityEstimate(ImageComplexity([.png])),
    logVolume: Dequantization().logVolume(features: 784))
}

private func complexityEstimateExample() {
  let complexity = ComplexityEstimate(ImageComplexity([.png]))
  let ones = ComplexityEstimate<Matrix>("ones") { x in (0..<x.rows).map { x.row($0).reduce(0, +) } }
}

private func likelihoodRatioExample(flow: Flow, flowOfMutatedImages: Flow) {
  let ratio = LikelihoodRatio(model: flow, background: flowOfMutatedImages)
}

private func logDensityScorerExample(flow: Flow, images: Tensor) throws {
  let scorer = LogDensityScorer(flow)
  try scorer.score(images)
}

private func typicalityExample(flow: Flow, images: Tensor) throws {
  let scorer = try Typicality(flow, training: images)
}

private func typicalityTestExample(flow: Flow, train: Tensor, held: Tensor, tenImages: Tensor) throws {
  let test = try TypicalityTest(
    training: flow.logDensity(train), validation: flow.logDensity(held), batchSize: 10,
    using: RandomGenerator(seed: 1))
  try test.isOutOfDistribution(flow.logDensity(tenImages))
}

private func waicExample(first: Flow, second: Flow, third: Flow, glow: Flow, mixture: PixelMixture) throws {
  let scorer = try WAIC([first, second, third])
  let mixed = try WAIC([AnyDensityModel(glow), AnyDensityModel(mixture)])
}

// MARK: Metrics

private func bootstrapExample(ranking: ScoreRanking) throws {
  let random = RandomGenerator(seed: 1)
  try ranking.bootstrap(using: random) { try $0.averagePrecision() }
}

private func scoreRankingExample(scoresOfTestSet: [Double], scoresOfOtherSet: [Double]) throws {
  let ranking = try ScoreRanking(inDistribution: scoresOfTestSet, outOfDistribution: scoresOfOtherSet)
  ranking.auroc
  try ranking.falsePositiveRate(atTruePositiveRate: 0.95, positive: .outOfDistribution)
  try ranking.averagePrecision(positive: .inDistribution)
}

// MARK: Reconstruction

private func classRecallExample(
  scorer: ReconstructionScorer<ConvolutionalAutoencoder>, digits: Tensor, labels: [Int]
) throws {
  let recall = try ClassRecall(errors: scorer.score(digits), labels: labels, threshold: 50)
  recall.missing(below: 0.5).map(\.label)
}

private func frechetDistanceExample(features: (Tensor) -> Matrix, generated: Tensor, test: Tensor) throws {
  let distance = try FrechetDistance(generated: features(generated), real: features(test))
  distance.squared
}

private func maximumMeanDiscrepancyExample(features: (Tensor) -> Matrix, generated: Tensor, test: Tensor)
  throws
{
  let discrepancy = try MaximumMeanDiscrepancy(generated: features(generated), real: features(test))
  discrepancy.squared
}

private func objectnessExample(classifier: ImageClassifier, generated: Tensor) throws {
  let probabilities = Matrix(try classifier.probabilities(generated))
  let objectness = try Objectness(probabilities, splits: 10)
  objectness.mean
}

private func parzenWindowExample(generated: Matrix, held: Matrix, test: Matrix) throws {
  let likelihood = try ParzenWindow(samples: generated, validation: held, test: test)
  likelihood.testLogLikelihood.estimate
  likelihood.bandwidth
}

private func reconstructionComparisonExample(model: ConvolutionalAutoencoder, digits: Tensor, symbols: Tensor)
  throws
{
  let scorer = ReconstructionScorer(model)
  let comparison = try ReconstructionComparison(
    inClass: scorer.score(digits), controls: [.init("hwrt", errors: scorer.score(symbols))])
  let rates = try comparison.rates(at: 50)
  rates.inClass.estimate
  rates.controls[0].delta.estimate
  try comparison.bestThreshold(for: .mean)
}

private func reconstructionCurvesExample(comparison: ReconstructionComparison) {
  let curves = comparison.curves()
  curves.delta[0][curves.step(at: 50)]
}

private func reconstructionScorerExample(model: ConvolutionalAutoencoder, digits: Tensor) throws {
  let scorer = ReconstructionScorer(model)
  let errors = try scorer.score(digits)
}

private func uniqueSamplesExample(generated: Matrix) throws {
  let unique = try UniqueSamples(generated)
  unique.distinctShare
  try unique.share(farther: 1.5)
}

// MARK: Thresholds

private func conformalCalibrationExample(scorer: IsolationForest, heldOutNormalExamples: Matrix, new: Matrix)
  throws
{
  let calibration = try ConformalCalibration(scorer.score(heldOutNormalExamples))
  try calibration.pValues(scorer.score(new))
}

private func thresholdExample(scorer: IsolationForest, normal: Matrix, score: Double) throws {
  let threshold = try Threshold.falsePositiveRate(0.01, of: scorer.score(normal))
  threshold.isOutOfDistribution(score)
}

// MARK: Articles

private func makeDetector(flow: Flow, heldOut: Tensor, new: Tensor, others: Tensor) throws {
  let scorer = LogDensityScorer(flow)
  let detector = Detector(scorer, threshold: try .falsePositiveRate(0.05, of: scorer.score(heldOut)))
  for detection in try detector.detect(new) where detection.isOutOfDistribution {
    print(detection.score)
  }
  try detector.save(to: "detector.safetensors")
}

private func loadDetector(new: Tensor) throws {
  let model = try ModelCatalogue.standard.load("detector.safetensors")
  if let detector = model as? any OODDetector<Tensor> {
    print(try detector.detect(new).count { $0.isOutOfDistribution })
  }
}

private func measureScore(scorer: LogDensityScorer<Flow>, heldOut: Tensor, others: Tensor) throws {
  let ranking = try ScoreRanking(
    inDistribution: scorer.score(heldOut), outOfDistribution: scorer.score(others))
  print(ranking.auroc)
}

// MARK: README

private func firstDetector() throws {
  let table = Matrix([[20.1, 0.31], [19.8, 0.29], [20.4, 0.33], [20.0, 0.30], [19.9, 0.32]])
  let forest = try IsolationForest(fitting: table, using: RandomGenerator(seed: 1))
  let alarm = try Detector(forest, contamination: 0.05, training: table)
  print(try alarm.detect(Matrix([[20.2, 0.31], [31.0, 0.90]])).map(\.isOutOfDistribution))
}

private func embed(digits: Tensor, heldOut: Tensor, image: Tensor) throws {
  let trained = try ConvolutionalAutoencoder.train(.init(layers: 2), on: digits)
  try trained.model.save(to: "digits.safetensors")

  let oracle = try ConvolutionalAutoencoder(contentsOf: "digits.safetensors")
  let scorer = ReconstructionScorer(oracle)
  let detector = Detector(scorer, threshold: try .falsePositiveRate(0.05, of: scorer.score(heldOut)))
  let answer = try detector.detect(image)[0]
  print(answer.isOutOfDistribution, answer.score)
  try detector.save(to: "detector.safetensors")
  let loaded = try ModelCatalogue.standard.load("detector.safetensors")
}

// MARK: Scores of classifiers

private func postHocScorerExample(
  classifier: ImageClassifier, trainingImages: Tensor, catalogue: ModelCatalogue
) throws {
  let scorer = try EnergyScore(classifier)
  let fitted = try ViM(classifier, fitting: trainingImages)
  let type = catalogue.types["odin"] as? any PostHocScorer.Type
}

private func ensembleDisagreementExample(
  first: ImageClassifier, second: ImageClassifier, third: ImageClassifier
) throws {
  let scorer = try EnsembleDisagreement([first, second, third])
}

private func temperatureScalingExample(
  classifier: ImageClassifier, images: Tensor, labels: Indexes, new: Tensor
) throws {
  let calibrated = try TemperatureScaling(classifier, heldOut: images, labels: labels)
  try calibrated.probabilities(new)
}

private func openMaxExample(
  classifier: ImageClassifier, images: Tensor, labels: Indexes, new: Tensor
) throws {
  let open = try OpenMax(classifier, fitting: images, labels: labels)
  try open.decide(new)
}

private func thresholdedSoftmaxExample(classifier: ImageClassifier) throws {
  let careful = try ThresholdedSoftmax(classifier, leastProbability: 0.99)
}

private func tableExplanationExample(scorer: some OODScorer<Matrix>, medians: [Double], rows: Matrix) throws {
  let explanation = try TableExplanation(of: scorer, replacements: medians)
  let contributions = try explanation.contributions(rows)
}

private func rowDetectionExample() throws {
  let detector = try Detector<PreparedScorer<IsolationForest>>(contentsOf: "detector.safetensors")
  let verdict = try detector.detect(row: [20.5, 1.25, 3])
  print(verdict.isOutOfDistribution, verdict.score, verdict.pValue ?? 1)
}

private func errorMapExample(model: ConvolutionalAutoencoder, photographs: Tensor) throws {
  let maps = try ReconstructionScorer(model).errorMaps(photographs)
  maps.errors
}
