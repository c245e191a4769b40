import GenModels

/// The attack that changes given examples by at most a radius, until a classifier no longer gives the right label: projected gradient
/// descent (A. Madry, A. Makelov, L. Schmidt, D. Tsipras and A. Vladu, 2018), of which one step of the whole radius is the fast gradient sign
/// method (I. Goodfellow, J. Shlens and C. Szegedy, 2015).
///
/// ```swift
/// let attacked = try ProjectedGradientAttack.fastGradientSign(radius: 0.1).run(on: classifier, x, labels: labels, seed: 1)
/// try classifier.labels(attacked, claimingAtLeast: 0.9)
/// ```
///
/// Each step raises −ln ỹ of the label, and then goes back into the ball and into 0...1. What comes out never leaves either.
public struct ProjectedGradientAttack: Codable, Hashable, Sendable {
  /// The norm that the radius is measured in.
  public enum Norm: String, Codable, Hashable, Sendable, CaseIterable {
    /// The largest change of any number; steps go along the gradient's sign.
    case maximum
    /// The Euclidean norm; steps go along the gradient.
    case l2
  }

  public var radius: Double
  public var norm: Norm
  public var steps: Int
  public var stepSize: Double
  /// Whether it begins at a random place of the ball (of the maximum norm: uniform) instead of at the example.
  public var startsAnywhere: Bool

  /// Traps unless the radius is 0 or more, the step size above 0 and there is a step.
  public init(
    radius: Double, norm: Norm = .maximum, steps: Int = 40, stepSize: Double? = nil,
    startsAnywhere: Bool = true
  ) {
    let stepSize = stepSize ?? max(radius / 10, .leastNormalMagnitude)
    precondition(
      radius >= 0 && radius.isFinite && steps >= 1 && stepSize > 0 && stepSize.isFinite,
      "An attack needs a radius of 0 or more, a step and a step size above 0, not \(radius), \(steps) and \(stepSize)."
    )
    self.radius = radius
    self.norm = norm
    self.steps = steps
    self.stepSize = stepSize
    self.startsAnywhere = startsAnywhere
  }

  /// One step of the whole radius along the gradient's sign.
  public static func fastGradientSign(radius: Double) -> ProjectedGradientAttack {
    ProjectedGradientAttack(
      radius: radius, steps: 1, stepSize: max(radius, .leastNormalMagnitude), startsAnywhere: false)
  }

  /// The attacked examples, within the radius of `x` and in 0...1.
  ///
  /// - Parameters:
  ///   - classifier: The classifier that is attacked.
  ///   - x: Examples in 0...1.
  ///   - labels: The label of each that the attack leads away from.
  ///   - seed: Decides where it begins.
  /// - Throws: `ExampleError`.
  public func run(
    on classifier: some ClaimingClassifier, _ x: Tensor, labels: Indexes, seed: UInt64
  ) throws -> Tensor {
    try classifier.check(x)
    try x.requirePixels()
    try labels.requireLabels(classes: classifier.classCount, examples: x.exampleCount)
    var pieces: [Tensor] = []
    let all = labels.elements
    for start in stride(from: 0, to: x.exampleCount, by: 128) {
      let range = start..<min(x.exampleCount, start + 128)
      let picked = Tensor.oneHot(Indexes(Array(all[range])), classes: classifier.classCount)
      pieces.append(descend(classifier, x.examples(range), picked, first: start, seed: seed))
    }
    return pieces.isEmpty ? x : .concatenate(pieces, axis: 0)
  }

  private func descend(
    _ classifier: some ClaimingClassifier, _ x: Tensor, _ picked: Tensor, first: Int, seed: UInt64
  ) -> Tensor {
    let width = x.count / x.exampleCount
    let ball = AttackBall(centre: x.elements, width: width, radius: radius, norm: norm)
    var place = x.elements
    if startsAnywhere {
      for example in 0..<x.exampleCount {
        var random = RandomGenerator(seed: seed).split("ball").split(UInt64(first + example))
        let reach = Float(norm == .maximum ? radius : radius / Double(width).squareRoot())
        let noise = random.uniform([width]).elements
        for i in 0..<width { place[example * width + i] += reach * (2 * noise[i] - 1) }
      }
      ball.project(&place)
    }
    for _ in 0..<steps {
      let slope = gradient(at: Tensor(place, shape: x.shape)) { -(classifier.logClaims($0) * picked).sum() }
      ball.step(&place, along: slope.elements, size: stepSize)
      ball.project(&place)
    }
    return Tensor(place, shape: x.shape)
  }
}

/// The examples that an attack may reach: those within a radius of others, and in 0...1.
private struct AttackBall {
  let centre: [Float]
  let width: Int
  let radius: Double
  let norm: ProjectedGradientAttack.Norm

  func step(_ place: inout [Float], along slope: [Float], size: Double) {
    for row in stride(from: 0, to: place.count, by: width) {
      let range = row..<row + width
      guard range.allSatisfy({ slope[$0].isFinite }) else { continue }
      switch norm {
      case .maximum:
        for i in range where slope[i] != 0 { place[i] += Float(slope[i] > 0 ? size : -size) }
      case .l2:
        let length = range.reduce(0.0) { $0 + Double(slope[$1]) * Double(slope[$1]) }.squareRoot()
        guard length > 0 else { continue }
        for i in range { place[i] += Float(size * Double(slope[i]) / length) }
      }
    }
  }

  func project(_ place: inout [Float]) {
    switch norm {
    case .maximum:
      for i in place.indices {
        place[i] = min(max(place[i], lowest(centre[i])), highest(centre[i]))
      }
    case .l2:
      for row in stride(from: 0, to: place.count, by: width) {
        // First into 0...1: the way back to the centre then stays inside.
        for i in row..<row + width { place[i] = min(1, max(0, place[i])) }
        var shrink = 1.0
        // Rounding may leave the ball by a hair; a smaller step comes back in.
        while length(place, row) > radius {
          shrink = min(shrink, radius / length(place, row)) * (1 - 1e-6)
          for i in row..<row + width {
            let change = Double(place[i]) - Double(centre[i])
            place[i] = Float(Double(centre[i]) + change * shrink)
          }
          if shrink < 1e-30 { for i in row..<row + width { place[i] = centre[i] } }
        }
      }
    }
  }

  private func length(_ place: [Float], _ row: Int) -> Double {
    (row..<row + width).reduce(0.0) {
      let change = Double(place[$1]) - Double(centre[$1])
      return $0 + change * change
    }.squareRoot()
  }

  private func lowest(_ centre: Float) -> Float {
    var bound = Float(Double(centre) - radius)
    while Double(centre) - Double(bound) > radius { bound = bound.nextUp }
    return max(0, bound)
  }

  private func highest(_ centre: Float) -> Float {
    var bound = Float(Double(centre) + radius)
    while Double(bound) - Double(centre) > radius { bound = bound.nextDown }
    return min(1, bound)
  }
}
