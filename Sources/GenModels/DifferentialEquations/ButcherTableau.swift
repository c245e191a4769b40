/// The coefficients of an explicit Runge-Kutta method (J. C. Butcher, 1964): with kᵢ = f(t + cᵢ h, y + h Σⱼ aᵢⱼ kⱼ) a step is
/// y + h Σᵢ bᵢ kᵢ. An embedded method with other weights b̂ estimates the step's error, h Σᵢ (bᵢ − b̂ᵢ) kᵢ.
public struct ButcherTableau: Sendable, Hashable {
  /// The name in files and on the command line.
  public let name: String
  /// The order p: the error of a whole solution falls as hᵖ.
  public let order: Int
  /// aᵢⱼ, a row a stage; row i has i numbers.
  public let stages: [[Double]]
  /// bᵢ.
  public let weights: [Double]
  /// bᵢ − b̂ᵢ; nil for a method that does not estimate its error.
  public let errorWeights: [Double]?
  /// The weights of the term of fourth order between a step's ends; nil where cubic interpolation is as good as the method.
  let denseWeights: [Double]?

  /// cᵢ = Σⱼ aᵢⱼ.
  var nodes: [Double] { stages.map { $0.reduce(0, +) } }

  /// Whether the last stage is the derivative at the step's end, which is the first of the next step ("first same as last").
  var endsWithDerivative: Bool { stages[stages.count - 1] + [0] == weights }

  /// Stages that a step itself needs; the last one may serve the error's estimate alone.
  var usedStages: Int { (weights.lastIndex { $0 != 0 } ?? 0) + 1 }

  private init(
    _ name: String, order: Int, stages: [[Double]], weights: [Double], errorWeights: [Double]? = nil,
    denseWeights: [Double]? = nil
  ) {
    self.name = name
    self.order = order
    self.stages = stages
    self.weights = weights
    self.errorWeights = errorWeights
    self.denseWeights = denseWeights
  }

  /// A method of one's own.
  ///
  /// Traps unless the method is explicit (row i has i numbers) and all weights are finite, one a stage, those of a step with the sum 1.
  /// - Parameters:
  ///   - name: What it is called.
  ///   - order: p.
  ///   - stages: aᵢⱼ.
  ///   - weights: bᵢ.
  ///   - errorWeights: bᵢ − b̂ᵢ, for steps that are chosen.
  public init(
    name: String, order: Int, stages: [[Double]], weights: [Double], errorWeights: [Double]? = nil
  ) {
    precondition(
      !stages.isEmpty && stages.enumerated().allSatisfy { $1.count == $0 } && weights.count == stages.count
        && (errorWeights.map { $0.count == stages.count } ?? true) && order >= 1
        && abs(weights.reduce(0, +) - 1) < 1e-9
        && (stages.flatMap { $0 } + (errorWeights ?? [])).allSatisfy(\.isFinite),
      """
      An explicit Runge-Kutta method has i coefficients in row i, and a weight (with the sum 1) and an error weight for each stage; \
      \(name) has not.
      """)
    self.init(
      name, order: order, stages: stages, weights: weights, errorWeights: errorWeights, denseWeights: nil)
  }

  /// y + h f(t, y), of order 1.
  public static let euler = ButcherTableau("euler", order: 1, stages: [[]], weights: [1])

  /// A step by the derivative in its middle, of order 2.
  public static let midpoint = ButcherTableau("midpoint", order: 2, stages: [[], [0.5]], weights: [0, 1])

  /// The classical method of order 4 (W. Kutta, 1901).
  public static let rungeKutta4 = ButcherTableau(
    "rk4", order: 4, stages: [[], [0.5], [0, 0.5], [0, 0, 1]], weights: [1 / 6, 1 / 3, 1 / 3, 1 / 6])

  /// Order 3 with an estimate of order 2 (P. Bogacki and L. F. Shampine, 1989).
  public static let bogackiShampine = ButcherTableau(
    "bosh3", order: 3, stages: [[], [1 / 2], [0, 3 / 4], [2 / 9, 1 / 3, 4 / 9]],
    weights: [2 / 9, 1 / 3, 4 / 9, 0], errorWeights: [-5 / 72, 1 / 12, 1 / 9, -1 / 8])

  /// Order 5 with an estimate of order 4 (J. R. Dormand and P. J. Prince, 1980), and with the interpolation of order 4 between a
  /// step's ends (E. Hairer, S. P. Nørsett and G. Wanner, 1993, section II.6).
  public static let dormandPrince = ButcherTableau(
    "dopri5", order: 5,
    stages: [
      [], [1 / 5], [3 / 40, 9 / 40], [44 / 45, -56 / 15, 32 / 9],
      [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
      [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
      [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
    ],
    weights: [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84, 0],
    errorWeights: [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40],
    denseWeights: [
      -12_715_105_075 / 11_282_082_432, 0, 87_487_479_700 / 32_700_410_799,
      -10_690_763_975 / 1_880_347_072, 701_980_252_875 / 199_316_789_632, -1_453_857_185 / 822_651_844,
      69_997_945 / 29_380_423,
    ])

  /// The methods of this library.
  public static let all = [euler, midpoint, rungeKutta4, bogackiShampine, dormandPrince]

  /// The method of this library with that name.
  public init?(named name: String) {
    guard let found = Self.all.first(where: { $0.name == name }) else { return nil }
    self = found
  }
}
