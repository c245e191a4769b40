import GenModels
import OODDatasets
import OODMetrics

/// Measures models as Kégl, Cherti and Kazakçı (2018) do, and beyond: rates of reconstruction and their curves, missing
/// classes, and what is generated from noise.
///
/// ```swift
/// let measurement = try ModelMeasurement(settings: .init(), data: data, digits: nil, symbols: nil)
/// let (record, panel) = try measurement.measure(model, as: point, loss: 0.004, epochsDone: 10)
/// ```
///
/// Cost: a reconstruction of each test and control image and of `generatedCount` images for each iteration; then the Parzen
/// window, some 10⁴ · `generatedCount` · pixels operations.
public struct ModelMeasurement: Sendable {
  /// How models are measured.
  public struct Settings: Codable, Hashable, Sendable {
    /// θ, in the units of Σ |M(x) − x|.
    public var theta = 50.0
    public var curves = SweepCurves.Grid()
    /// Images generated from noise, and how often the model is applied at most.
    public var generatedCount = 500
    public var iterations = 50
    /// ‖M(x) − x‖₁ at which x counts as a fixed point.
    public var tolerance = 1.0
    /// A generated image counts as unique when no other one lies within this Euclidean distance.
    public var uniqueDistance = 1.0
    /// Test images for the Parzen window and for distances in features, and training images for the window's bandwidth.
    public var comparedCount = 1000
    public var bandwidthCount = 200
    /// Images in each strip of a panel.
    public var panelCount = 32

    public init() {}

    enum CodingKeys: String, CodingKey {
      case theta, curves, iterations, tolerance
      case generatedCount = "generated_count"
      case uniqueDistance = "unique_distance"
      case comparedCount = "compared_count"
      case bandwidthCount = "bandwidth_count"
      case panelCount = "panel_count"
    }
  }

  public let settings: Settings
  public let data: SweepData
  public let digits, symbols: ImageClassifier?
  /// Test images, pixels and the digit classifier's features a row.
  private let comparedPixels: Matrix
  private let comparedFeatures: Matrix?
  private let bandwidthPixels: Matrix

  /// Prepares what is the same for all models.
  public init(
    settings: Settings, data: SweepData, digits: ImageClassifier?, symbols: ImageClassifier?
  ) throws {
    precondition(
      settings.generatedCount >= 2 && settings.iterations >= 1 && settings.panelCount >= 1
        && settings.comparedCount >= 2 && settings.bandwidthCount >= 1,
      "A measurement needs two generated and two test images or more, and one of everything else: \(settings)."
    )
    self.settings = settings
    self.data = data
    self.digits = digits
    self.symbols = symbols
    let compared = data.test.examples.sliced(axis: 0, 0..<min(data.test.count, settings.comparedCount))
    comparedPixels = Matrix(compared.flattened())
    comparedFeatures = try digits.map { Matrix(try $0.features(compared)) }
    bandwidthPixels = Matrix(
      data.training.examples.sliced(axis: 0, 0..<min(data.training.count, settings.bandwidthCount))
        .flattened())
  }

  /// The steps that a panel shows.
  var panelIterations: [Int] {
    [0, 1, 2, 5, 10, 20, 50].filter { $0 < settings.iterations } + [settings.iterations]
  }

  /// The record of a model, whose times are still 0, and its panel.
  ///
  /// - Parameters:
  ///   - model: What is measured.
  ///   - point: The settings that the model was trained with.
  ///   - loss: Of the last epoch; nil for a model that was not trained, whose loss is then measured on the test set.
  ///   - epochsDone: Times through the images that the model was trained for.
  /// - Throws: `MeasureError` when the model gives NaN or infinite numbers.
  public func measure(
    _ model: ConvolutionalAutoencoder, as point: SweepPoint, loss: Double?, epochsDone: Int
  ) throws -> (record: SweepRecord, panel: ModelPanel) {
    let scorer = ReconstructionScorer(model)
    let inside = try scorer.score(data.test.examples)
    let outside = try data.controls.map { try scorer.score($0.examples) }
    let comparison = try ReconstructionComparison(
      inClass: inside, controls: zip(data.controls, outside).map { .init($0.name, errors: $1) })
    let rates = try comparison.rates(at: settings.theta)
    let curves = comparison.curves()
    let best = try comparison.controlNames.map { try comparison.bestThreshold(for: .control($0), on: curves) }
    let bestMean = try comparison.bestThreshold(for: .mean, on: curves)
    let points = try FixedPointGeneration(
      iterations: settings.iterations, tolerance: settings.tolerance, trajectoryCount: 8
    ).generate(
      count: settings.generatedCount, imageShape: data.imageShape, from: model, seed: point.seed)
    let generated = try generatedMeasures(points)
    let untrainedLoss = try loss ?? meanSquaredError(model)
    let record = SweepRecord(
      name: point.name, configuration: point, parameters: model.parameterCount, loss: untrainedLoss,
      epochsDone: epochsDone, theta: settings.theta, irr: SweepRate(rates.inClassCounts, rates.inClass),
      controls: comparison.controlNames,
      orr: rates.controls.map { SweepRate($0.counts, $0.outOfClass) },
      delta: rates.controls.map { SweepEstimate($0.delta) },
      auroc: try comparison.controlNames.map { try comparison.auroc(against: $0) },
      bestTheta: best.map(\.threshold), bestDelta: best.map(\.delta),
      deltaMean: SweepEstimate(rates.meanDelta),
      deltaMin: SweepEstimate(rates.minimumDelta), bestMeanTheta: bestMean.threshold,
      bestMeanDelta: bestMean.delta,
      curves: SweepCurves(grid: settings.curves, inClass: inside, controls: outside),
      recall: try recall(inside), objectness: generated.objectness,
      frechetDistance: generated.frechetDistance, meanDiscrepancy: generated.meanDiscrepancy,
      missingClasses: generated.missingClasses,
      lookLikeDomain: try zip(data.controls, outside).map { try shareLikeDomain(model, $0, $1) },
      parzen: generated.parzen, uniqueShare: generated.uniqueShare,
      converged: try SweepRate(points.convergedCounts), trainSeconds: 0, evaluateSeconds: 0,
      panel: point.name + ".panel.json", model: point.name + ".safetensors")
    let panel = try ModelPanel(
      of: model, on: data, errors: (inside, outside), generated: points, count: settings.panelCount,
      iterations: panelIterations)
    return (record, panel)
  }

  private func meanSquaredError(_ model: ConvolutionalAutoencoder) throws -> Double {
    let errors = try ReconstructionScorer(model, norm: .meanSquared).score(data.test.examples)
    return errors.reduce(0, +) / Double(errors.count)
  }

  private func recall(_ errors: [Double]) throws -> [SweepRecall] {
    guard let labels = data.test.labels else { return [] }
    let recall = try ClassRecall(
      errors: errors, labels: labels.elements.map { Int($0) }, threshold: settings.theta)
    return recall.classes.map {
      SweepRecall(label: $0.label, successes: $0.counts.successes, trials: $0.counts.trials)
    }
  }

  /// What is said of generated images.
  private struct GeneratedMeasures {
    var parzen, uniqueShare: Double
    var objectness, frechetDistance, meanDiscrepancy: Double?
    var missingClasses: [Int]?
  }

  private func generatedMeasures(_ points: FixedPoints) throws -> GeneratedMeasures {
    let pixels = Matrix(points.images.flattened())
    var measures = GeneratedMeasures(
      parzen: try ParzenWindow(samples: pixels, validation: bandwidthPixels, test: comparedPixels)
        .testLogLikelihood.estimate,
      uniqueShare: try UniqueSamples(pixels).share(farther: settings.uniqueDistance))
    guard let digits, let comparedFeatures else { return measures }
    let probabilities = try digits.probabilities(points.images)
    measures.objectness = try Objectness(Matrix(probabilities), splits: 1).score
    let found = Set(probabilities.positionOfMaximum(axis: 1).elements)
    measures.missingClasses = (0..<digits.classCount).filter { !found.contains($0) }
    let features = Matrix(try digits.features(points.images))
    measures.frechetDistance = try FrechetDistance(generated: features, real: comparedFeatures).squared
    measures.meanDiscrepancy = try MaximumMeanDiscrepancy(generated: features, real: comparedFeatures).squared
    return measures
  }

  /// The share of the M(x), x reconstructed at θ, that the symbol classifier takes for the domain.
  private func shareLikeDomain(
    _ model: ConvolutionalAutoencoder, _ control: Dataset, _ errors: [Double]
  ) throws -> Double? {
    let spurious = errors.indices.filter { errors[$0] < settings.theta }
    guard let symbols, !spurious.isEmpty else { return nil }
    let classes = try symbols.labels(model.reconstruct(control.selecting(spurious).examples)).elements
    return Double(classes.count { $0 == 0 }) / Double(classes.count)
  }
}
