/// How `VirtualOutlierClassifier` draws virtual outliers. The defaults are those of X. Du et al., 2022.
public struct VirtualOutlierSynthesis: Sendable, Hashable, Codable {
  /// A virtual outlier is the least likely of so many draws of a class's Gaussian.
  public var candidates = 10_000
  /// Virtual outliers of each class in each step.
  public var outliersPerClass = 1
  /// How many of a class's last examples its Gaussian remembers: averages are over all of them until there are so many, and
  /// exponential from then on, in the place of the paper's queues.
  public var memory = 1000
  /// The share of the training's steps, 0..<1, before the first virtual outlier: features must mean something by then.
  public var warmUp = 0.4
  /// β: the weight of the outliers' part of the loss.
  public var weight: Float = 0.1

  public init() {}

  func requireSense() throws(OutlierGenerationError) {
    func refuse(_ name: String, _ value: some Any, _ expected: String) -> OutlierGenerationError {
      .invalidSetting(name: name, value: "\(value)", expected: expected)
    }
    guard (1...1 << 40).contains(candidates) else {
      throw refuse("candidates", candidates, "1 or more")
    }
    guard (1...1 << 16).contains(outliersPerClass) else {
      throw refuse("outliers per class", outliersPerClass, "between 1 and 65536")
    }
    guard (2...1 << 23).contains(memory) else { throw refuse("memory", memory, "between 2 and 8388608") }
    guard (0..<1).contains(warmUp) else { throw refuse("warm-up", warmUp, "0 or more and below 1") }
    guard weight >= 0, weight.isFinite else {
      throw refuse("weight of virtual outliers", weight, "at least 0")
    }
  }
}
