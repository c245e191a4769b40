import GenModels

/// One attempt to make a classifier take an image for a class.
public struct FoolingTrial: Sendable {
  /// The class that the image should be taken for.
  public let wanted: Int
  /// Gradient steps until the claim for that class reached each threshold, those of earlier starts counted; nil where it never did.
  public internal(set) var steps: [Int?]
  /// The image that first reached each threshold.
  public internal(set) var images: [Tensor?]
  /// The largest claim that was seen, and its image.
  public internal(set) var bestClaim = -1.0
  public internal(set) var bestImage: Tensor?

  private let thresholds: [Double]

  init(wanted: Int, thresholds: [Double]) {
    self.wanted = wanted
    self.thresholds = thresholds
    steps = thresholds.map { _ in nil }
    images = thresholds.map { _ in nil }
  }

  var hasReachedAll: Bool { steps.allSatisfy { $0 != nil } }

  mutating func note(claim: Double, steps taken: Int, image: () -> Tensor) {
    guard claim > bestClaim else { return }
    let image = image()
    (bestClaim, bestImage) = (claim, image)
    for place in thresholds.indices where steps[place] == nil && claim >= thresholds[place] {
      steps[place] = taken
      images[place] = image
    }
  }
}

/// What an attack came to.
public struct FoolingResult: Sendable {
  public let attack: FoolingAttack
  /// τ.
  public let thresholds: [Double]
  public let trials: [FoolingTrial]

  /// The share of trials that reached the threshold, with its interval. Traps for a threshold that was not asked for, and when there was
  /// no trial.
  public func rate(at threshold: Double) -> Proportion {
    Proportion(successes: steps(to: threshold).count, trials: trials.count)
  }

  /// The mean steps of the trials that reached the threshold; nil when none did.
  public func meanSteps(to threshold: Double) -> Double? {
    let steps = steps(to: threshold)
    return steps.isEmpty ? nil : Double(steps.reduce(0, +)) / Double(steps.count)
  }

  /// The images that reached the threshold, `[fooling images] + exampleShape`, and the class that each was taken for; nil when none did.
  public func foolingImages(at threshold: Double) -> (images: Tensor, classes: [Int])? {
    let place = place(threshold)
    let found = trials.compactMap { trial in trial.images[place].map { (image: $0, wanted: trial.wanted) } }
    guard !found.isEmpty else { return nil }
    let images = found.map { $0.image.reshaped(Shape([1] + Array($0.image.shape))) }
    return (.concatenate(images, axis: 0), found.map(\.wanted))
  }

  private func steps(to threshold: Double) -> [Int] {
    let place = place(threshold)
    return trials.compactMap { $0.steps[place] }
  }

  private func place(_ threshold: Double) -> Int {
    guard let place = thresholds.firstIndex(of: threshold) else {
      preconditionFailure("The attack was asked for the thresholds \(thresholds), not for \(threshold).")
    }
    return place
  }
}
