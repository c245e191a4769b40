import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Whether images that fooled a classifier show the class after all: a picture of a 3 that is taken for a 3 fools nobody.
///
/// Judges are classifiers that were not attacked, of other architectures and trainings. An image is recognizable when any judge takes it for
/// the wanted class; the rest are unrecognizable fooling images. Beside it stands how far the nearest training example is, and how far
/// held-out inliers are from theirs.
public struct FoolingJudgement: Sendable {
  /// For each image, how many judges took it for the wanted class.
  public let agreeing: [Int]
  public let judgeCount: Int
  /// For each image, the Euclidean distance to the nearest training example; empty when none were given.
  public let nearestDistances: [Double]

  /// - Parameters:
  ///   - images: `[images] + exampleShape`.
  ///   - wanted: The class that each was taken for.
  ///   - judges: At least one.
  ///   - training: The examples that the attacked classifier was trained on; nil to leave distances out.
  /// - Throws: `ExampleError`; `MeasureError` without a judge, or when there is not one class for each image.
  public init(
    of images: Tensor, wanted: [Int], judges: [any Classifier], training: Tensor? = nil
  ) throws {
    guard wanted.count == images.exampleCount else {
      throw MeasureError.labelCount(examples: images.exampleCount, labels: wanted.count)
    }
    guard !judges.isEmpty else {
      throw MeasureError.tooFewExamples(set: "judges", found: 0, needed: 1, reason: "to recognize images")
    }
    var agreeing = [Int](repeating: 0, count: wanted.count)
    for judge in judges {
      for (image, label) in try judge.labels(images).elements.enumerated() where label == wanted[image] {
        agreeing[image] += 1
      }
    }
    self.agreeing = agreeing
    judgeCount = judges.count
    nearestDistances = try training.map { try Self.nearestDistances(of: images, in: $0) } ?? []
  }

  /// Images that no judge takes for the wanted class.
  public var unrecognizableCount: Int { agreeing.count { $0 == 0 } }

  /// The Euclidean distance of each image to the nearest of the training examples. Cost: one matrix product.
  /// - Throws: `ExampleError` when the shapes differ.
  public static func nearestDistances(of images: Tensor, in training: Tensor) throws -> [Double] {
    try training.requireExamples(of: Shape(images.shape.dropFirst()))
    let rows = images.flattened()
    var best = [(Float, Int)](repeating: (.infinity, 0), count: rows.shape[0])
    for start in stride(from: 0, to: training.exampleCount, by: 4096) {
      let part = training.examples(start..<min(training.exampleCount, start + 4096)).flattened()
      let norms = part.squared().sum(axes: [1])
      // ‖b‖² − 2 a·b ranks as ‖a − b‖² does.
      let ranks = norms - rows.matrixProduct(part, transposingOther: true) * 2
      let nearest = (-ranks).positionOfMaximum(axis: 1).elements
      for (image, place) in nearest.enumerated() where ranks[image, place] < best[image].0 {
        best[image] = (ranks[image, place], start + place)
      }
    }
    let chosen = training.rows(Indexes(best.map(\.1)))
    return ReconstructionNorm.l2.distances(images, chosen).elements.map { Double($0) }
  }
}
