import GenModels
import OODDatasets
import OODMetrics

/// The images of an overgeneralization experiment, cut to size.
struct OvergeneralizationData: Sendable {
  let images, heldOut, test: Tensor
  let labels, heldOutLabels, testLabels: Indexes
  /// Control sets by name; noise is the last.
  let controls: [(name: String, images: Tensor)]
  let classCount: Int
  /// A hash of everything.
  let digest: String

  init(_ experiment: OvergeneralizationExperiment) {
    let settings = experiment.settings
    let held = settings.trainingCount..<settings.trainingCount + settings.heldOutCount
    let all = experiment.training.labels!.elements
    images = experiment.training.examples.examples(0..<settings.trainingCount)
    labels = Indexes(Array(all[..<settings.trainingCount]))
    heldOut = experiment.training.examples.examples(held)
    heldOutLabels = Indexes(Array(all[held]))
    test = experiment.test.examples.examples(0..<settings.testCount)
    testLabels = Indexes(Array(experiment.test.labels!.elements[..<settings.testCount]))
    classCount = experiment.classCount
    var random = RandomGenerator(seed: settings.training.seed).split("noise")
    let shape = Shape([settings.controlCount] + Array(experiment.training.exampleShape))
    controls =
      experiment.controls.map { ($0.name, $0.examples.examples(0..<settings.controlCount)) }
      + [("uniform noise", random.uniform(shape))]
    let digests =
      [
        ResultStore.digest(images, labels),
        ResultStore.digest(heldOut, heldOutLabels),
        ResultStore.digest(test, testLabels),
      ]
      + controls.map { ResultStore.digest($0.images) }
    digest = digests.joined(separator: "-")
  }

  /// The median norm of test images, which is what black reconstructions miss by, and of their distances from the mean training image.
  var gate: (black: Double, mean: Double) {
    let mean = images.mean(axes: [0], keepingAxes: true)
    func median(_ a: Tensor, _ b: Tensor) -> Double {
      let distances = ReconstructionNorm.l2.distances(a, b).elements.map(Double.init).sorted()
      return Quantiles.median(sorted: distances)
    }
    return (
      median(.zeros(test.shape), test), median(mean.broadcast(to: test.shape), test)
    )
  }
}

extension Tensor {
  /// The examples at those places.
  func selecting(_ places: [Int]) -> Tensor { rows(Indexes(places)) }
}
