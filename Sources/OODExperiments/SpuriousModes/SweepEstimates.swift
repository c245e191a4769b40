import OODMetrics

/// A share of examples with its 95% interval, as a sweep's files hold it.
public struct SweepRate: Codable, Hashable, Sendable {
  public var estimate, low, high: Double
  public var successes, trials: Int

  public init(_ counts: Proportion, _ estimate: MetricEstimate) {
    self.estimate = estimate.estimate
    low = estimate.interval.lowerBound
    high = estimate.interval.upperBound
    successes = counts.successes
    trials = counts.trials
  }

  /// A share with Wilson's 95% interval.
  init(_ counts: Proportion) throws(MeasureError) {
    let interval = try counts.wilsonInterval(level: 0.95)
    estimate = counts.share
    low = interval.lowerBound
    high = interval.upperBound
    successes = counts.successes
    trials = counts.trials
  }
}

/// A number with its 95% interval, as a sweep's files hold it.
public struct SweepEstimate: Codable, Hashable, Sendable {
  public var estimate, low, high: Double

  public init(_ estimate: MetricEstimate) {
    self.estimate = estimate.estimate
    low = estimate.interval.lowerBound
    high = estimate.interval.upperBound
  }
}

/// How many images of each set have an error below each of many thresholds: IRR and ORR at θ = k · step are counts over
/// trials, exactly.
public struct SweepCurves: Codable, Hashable, Sendable {
  /// The thresholds that all curves are counted at.
  public struct Grid: Codable, Hashable, Sendable {
    /// Between one θ and the next, in the norm's units.
    public var step: Double
    /// θ = 0, step, 2 step, ..., steps · step.
    public var steps: Int

    public init(step: Double = 0.5, steps: Int = 400) {
      self.step = step
      self.steps = steps
    }
  }

  public var step: Double
  public var steps: Int
  /// Test images with an error below k · step, for k = 0...steps.
  public var inClass: [Int]
  /// The same for each control set, in the record's order of control sets.
  public var controls: [[Int]]

  enum CodingKeys: String, CodingKey {
    case step, steps, controls
    case inClass = "in"
  }

  /// Counts errors; O((n + steps) log n).
  public init(grid: Grid = Grid(), inClass: [Double], controls: [[Double]]) {
    step = grid.step
    steps = grid.steps
    self.inClass = Self.counts(inClass, grid)
    self.controls = controls.map { Self.counts($0, grid) }
  }

  private static func counts(_ errors: [Double], _ grid: Grid) -> [Int] {
    let ascending = errors.sorted()
    var below = 0
    return (0...grid.steps).map { k in
      while below < ascending.count, ascending[below] < Double(k) * grid.step { below += 1 }
      return below
    }
  }
}

/// How many test images of a class a model reconstructs.
public struct SweepRecall: Codable, Hashable, Sendable {
  /// The class.
  public var label: Int
  public var successes, trials: Int

  enum CodingKeys: String, CodingKey {
    case successes, trials
    case label = "class"
  }

  public init(label: Int, successes: Int, trials: Int) {
    self.label = label
    self.successes = successes
    self.trials = trials
  }
}
