/// What decides the results of a density experiment.
public struct DensitySettings: Codable, Sendable, Hashable {
  /// Points that each family learns a toy from, and points that it is measured at.
  public var trainingCount = 20_000
  public var heldOutCount = 10_000
  /// Steps of an optimizer, for families that have one: how long each is trained. Families whose steps are cheap take several times as many.
  public var steps = 4_000
  public var batchSize = 256
  /// Pixels of a picture's side.
  public var side = 120
  public var seed: UInt64 = 0

  public init() {}

  /// A look in minutes.
  public static var quick: DensitySettings {
    var settings = DensitySettings()
    settings.trainingCount = 5_000
    settings.heldOutCount = 2_000
    settings.steps = 600
    settings.side = 80
    return settings
  }

  /// Why these settings make no sense; nil where they do.
  public var problem: String? {
    for (name, value, least) in [
      ("training points", trainingCount, 100), ("held-out points", heldOutCount, 100), ("steps", steps, 1),
      ("points of a batch", batchSize, 2), ("pixels of a side", side, 8),
    ] where value < least || value > 10_000_000 {
      return "there are \(value) \(name), and \(least) or more are needed"
    }
    return side > 1_000 ? "a picture has at most 1000 pixels a side, not \(side)" : nil
  }

  /// Times through the training points that come to about `factor` · `steps` steps.
  func epochs(times factor: Double = 1) -> Int {
    let perEpoch = Double((trainingCount + batchSize - 1) / batchSize)
    return max(1, Int((factor * Double(steps) / perEpoch).rounded()))
  }
}
