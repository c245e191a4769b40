import GenModels
import OODDatasets

/// What the models of a sweep learn from and are measured on.
public struct SweepData: Sendable {
  /// Images to train on.
  public let training: Dataset
  /// Held-out images of the domain.
  public let test: Dataset
  /// Images that do not belong to the domain, and that models are measured on.
  public let controls: [Dataset]
  /// Images that do not belong to the domain either, for the symbol classifier to learn from; none of them is in
  /// `controls`.
  public let symbolTraining: [Dataset]

  /// Takes over the sets. Control sets go by their names.
  ///
  /// - Parameters:
  ///   - training: What models are trained on.
  ///   - test: Held-out images of the same domain.
  ///   - controls: Images that are out of the domain, each set under a name of its own.
  ///   - symbolTraining: What the symbol classifier learns from.
  ///   - splitsControls: Keeps the images at odd positions of each control set for the symbol classifier to learn from, too;
  ///     models are then measured on those at even positions only.
  /// - Throws: `SweepError.unusableImages` for sets that hold no images, images of another shape than the training set's or
  ///   values outside 0...1, and for control sets without two images or of one name.
  public init(
    training: Dataset, test: Dataset, controls: [Dataset], symbolTraining: [Dataset] = [],
    splitsControls: Bool = false
  ) throws(SweepError) {
    for set in [training, test] + controls + symbolTraining { try Self.check(set, like: training) }
    guard !controls.isEmpty else {
      throw .unusableImages(set: "The list of control sets", reason: "there is none to measure against")
    }
    guard Set(controls.map(\.name)).count == controls.count else {
      throw .unusableImages(set: "The list of control sets", reason: "two of them have one name")
    }
    self.training = training
    self.test = test
    self.controls = splitsControls ? controls.map { $0.every(2, from: 0) } : controls
    self.symbolTraining = symbolTraining + (splitsControls ? controls.map { $0.every(2, from: 1) } : [])
  }

  /// The shape of one image.
  public var imageShape: Shape { training.exampleShape }

  private static func check(_ set: Dataset, like training: Dataset) throws(SweepError) {
    guard set.holdsImages else {
      throw .unusableImages(
        set: set.name, reason: "its examples have the shape \(set.exampleShape) and are no images")
    }
    guard set.exampleShape == training.exampleShape else {
      throw .unusableImages(
        set: set.name,
        reason:
          "its images have the shape \(set.exampleShape), and those of \(training.name) \(training.exampleShape)"
      )
    }
    guard set.count >= 2 else {
      throw .unusableImages(set: set.name, reason: "it has \(set.count) images, and two are needed at least")
    }
    let width = set.exampleShape.elementCount
    let bad = set.examples.withUnsafeElements { values in
      values.firstIndex { !($0 >= 0 && $0 <= 1) }.map { (position: $0, value: values[$0]) }
    }
    if let bad {
      throw .unusableImages(
        set: set.name,
        reason:
          "image \(bad.position / width) (counted from 0) has the value \(bad.value), and pixels lie in 0...1"
      )
    }
  }
}

extension Dataset {
  /// Every `step`th example from the one at `first`, under the same name.
  fileprivate func every(_ step: Int, from first: Int) -> Dataset {
    var chosen = selecting(Array(stride(from: first, to: count, by: step)))
    chosen.name = name
    return chosen
  }
}

extension SweepSettings.ImageSet {
  /// The entry of a set.
  init(_ set: Dataset) {
    name = set.name
    count = set.count
    pixelSum = set.examples.withUnsafeElements { $0.reduce(0.0) { $0 + Double($1) } }
    var digest = ContentDigest()
    digest.add(set.examples)
    if let labels = set.labels { digest.add(labels) }
    self.digest = digest.text
  }
}
