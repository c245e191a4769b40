import GenModels
import OODDatasets

/// Where sets and classes lie in the base of the flow, and how good the archetypes are.
struct LatentAnalysis {
  private let experiment: OutlierGenerationExperiment
  private let flow: Flow

  init(_ experiment: OutlierGenerationExperiment, flow: Flow) {
    self.experiment = experiment
    self.flow = flow
  }

  func radii() throws -> OutlierGenerationReport.Radii {
    let law = ChiDistribution(dimensions: flow.features)
    let names = [experiment.test.name] + experiment.controls.map(\.name)
    let found = try ([experiment.testImages] + experiment.controlImages).map { try flow.radii(of: $0) }
    // The law itself, as many quantiles as there are images.
    let count = experiment.settings.testCount
    let expected = (0..<count).map { law.quantile((Double($0) + 0.5) / Double(count)) }
    return .init(
      dimensions: flow.features, mean: law.mean, standardDeviation: law.standardDeviation,
      sets: zip(names, found).map { name, radii in
        let mean = radii.reduce(0, +) / Double(radii.count)
        let variance = radii.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, radii.count - 1))
        return .init(name: name, mean: mean, standardDeviation: variance.squareRoot())
      }, histogram: ScoreHistogram([expected] + found))
  }

  func classDistances() throws -> [[Double]] {
    let (x, labels) = (experiment.testImages, experiment.testLabels.elements.map { Int($0) })
    let z = try latents(x)
    let width = flow.features
    let classes = experiment.classCount
    var middles = [[Double]](repeating: [Double](repeating: 0, count: width), count: classes)
    var counts = [Double](repeating: 0, count: classes)
    z.withUnsafeElements { z in
      for (row, label) in labels.enumerated() {
        counts[label] += 1
        for j in 0..<width { middles[label][j] += Double(z[row * width + j]) }
      }
    }
    for label in 0..<classes where counts[label] > 0 {
      middles[label] = middles[label].map { $0 / counts[label] }
    }
    var own = [Double](repeating: 0, count: classes)
    z.withUnsafeElements { z in
      for (row, label) in labels.enumerated() {
        var square = 0.0
        for j in 0..<width {
          let difference = Double(z[row * width + j]) - middles[label][j]
          square += difference * difference
        }
        own[label] += square.squareRoot()
      }
    }
    return (0..<classes).map { a in
      (0..<classes).map { b in
        if a == b { return counts[a] > 0 ? own[a] / counts[a] : 0 }
        return zip(middles[a], middles[b]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
      }
    }
  }

  private func latents(_ x: Tensor) throws -> Tensor {
    try flow.check(x)
    let pieces = stride(from: 0, to: x.exampleCount, by: 128).map { start in
      flow.latent(of: x.sliced(axis: 0, start..<min(x.exampleCount, start + 128))).value
    }
    return .concatenate(pieces, axis: 0)
  }

  /// Classical archetypes of the first thousand test images' latents.
  func archetypesByCount() throws -> ArchetypesByCount {
    let images = experiment.testImages
    let count = min(1000, images.exampleCount)
    return try ArchetypesByCount(
      of: latents(images.sliced(axis: 0, 0..<count)), flow: flow, seed: experiment.settings.seed)
  }

  func archetypes(_ model: ArchetypalFlow, untrained: ArchetypalFlow, byCount: ArchetypesByCount) throws
    -> OutlierGenerationReport.Archetypes
  {
    let errors = try featureErrors(of: model)
    let matrix = model.maps.namedTensors.first { $0.name == "toCoefficients" }!.tensor
    var random = RandomGenerator(seed: experiment.settings.seed).split("nullspace")
    let w = random.normal([200, model.maps.features])
    let leak = w.matrixProduct(try model.maps.nullspaceProjection()).matrixProduct(matrix)
    return .init(
      count: model.archetypeCount, features: model.maps.features,
      reconstructionError: errors.plain, reconstructionErrorWithNullspace: errors.withNullspace,
      untrainedError: try featureErrors(of: untrained).plain,
      nullspaceLeak: Double(leak.elements.map { abs($0) }.max() ?? 0),
      byCount: zip(byCount.counts, byCount.residualShares).map {
        .init(count: $0, residualShare: $1)
      }, elbow: byCount.elbow)
  }

  /// Mean squared errors of t of the test images.
  private func featureErrors(of model: ArchetypalFlow) throws -> (plain: Double, withNullspace: Double) {
    let z = try LatentAnalysis(experiment, flow: model.flow).latents(experiment.testImages)
    let t = z.sliced(axis: 1, z.shape[1] - model.maps.features..<z.shape[1])
    let found = model.maps.features(at: model.maps.point(of: model.maps.coefficients(of: t)))
    let kept = found + (t - found).matrixProduct(try model.maps.nullspaceProjection())
    return (Double(found.meanSquaredError(t).scalar), Double(kept.meanSquaredError(t).scalar))
  }

  /// Pixels within 0...1, for what lies far outside says nothing of a picture; what is not finite counts as 0.
  static func bounded(_ x: Tensor) -> Tensor {
    Tensor(x.elements.map { $0.isFinite ? min(max($0, 0), 1) : 0 }, shape: x.shape)
  }
}
