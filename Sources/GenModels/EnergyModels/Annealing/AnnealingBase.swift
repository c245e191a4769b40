/// Where annealed importance sampling starts: a density that is known and drawn from.
public enum AnnealingBase: Sendable {
  /// Independent normal features; mean and deviation have the shape of an example.
  case normal(mean: Tensor, deviation: Tensor)
  /// All numbers uniform between two. The model's energy then counts within these bounds alone, and chains are reflected at them.
  case uniform(lower: Float, upper: Float)

  /// Normal features with the moments of examples, the deviations times `widening`.
  public static func normal(fitting x: Tensor, widening: Float = 1.5) -> AnnealingBase {
    let n = Float(max(1, x.exampleCount))
    let mean = x.sum(axes: [0]) * (1 / n)
    let variance = (x - mean).squared().sum(axes: [0]) * (1 / n)
    // A feature that does not vary still needs room.
    let deviation = (variance + 1e-6).squareRoot() * widening
    return .normal(mean: mean, deviation: deviation)
  }

  /// Throws unless the base is one of examples of that shape.
  func validate(for shape: Shape) throws(EnergyError) {
    switch self {
    case .normal(let mean, let deviation):
      guard mean.shape == shape else { throw .exampleShapesDiffer(mean.shape, shape) }
      guard deviation.shape == shape else { throw .exampleShapesDiffer(deviation.shape, shape) }
      let smallest = deviation.elements.min() ?? 1
      try EnergyError.require(
        smallest > 0 && deviation.firstNonFinite == nil && mean.firstNonFinite == nil,
        "deviation of the base", smallest, "a finite number above 0")
    case .uniform(let lower, let upper):
      try ChainStart.uniform(lower: lower, upper: upper).validate()
    }
  }

  func draw(_ shape: Shape, using random: inout RandomGenerator) -> Tensor {
    switch self {
    case .normal(let mean, let deviation): random.normal(shape) * deviation + mean
    case .uniform(let lower, let upper): random.uniform(shape, in: lower..<upper)
    }
  }

  /// ln q of each example, in nats, within the support.
  func logDensity(_ x: Tensor) -> [Double] {
    let width = x.count / max(1, x.exampleCount)
    switch self {
    case .normal(let mean, let deviation):
      let squares = ((x - mean) / deviation).flattened().squared().sum(axes: [1]).elements
      let constant =
        deviation.elements.reduce(0.0) { $0 + logarithm(Double($1)) } + Double(width) * logarithm(2 * .pi) / 2
      return squares.map { -Double($0) / 2 - constant }
    case .uniform(let lower, let upper):
      return Array(
        repeating: -Double(width) * logarithm(Double(upper) - Double(lower)), count: x.exampleCount)
    }
  }

  /// −∇ ln q, of x's shape; nil where it is 0.
  func slope(_ x: Tensor) -> Tensor? {
    guard case .normal(let mean, let deviation) = self else { return nil }
    return (x - mean) / deviation.squared()
  }

  /// The unit of a step, for each feature or for all.
  var scale: Tensor {
    switch self {
    case .normal(_, let deviation): deviation
    case .uniform(let lower, let upper): Tensor(upper - lower)
    }
  }

  /// Reflects positions that left the support at its ends, and turns their momenta round.
  func reflect(_ x: inout Tensor, _ momentum: inout Tensor) {
    guard case .uniform(let lower, let upper) = self else { return }
    let width = upper - lower
    x.withUnsafeMutableElements { x in
      momentum.withUnsafeMutableElements { p in
        for i in x.indices where !(x[i] >= lower && x[i] <= upper) && x[i].isFinite {
          // The line of mirrors has the period 2 · width; in its second half things run backwards.
          var t = ((x[i] - lower) / (2 * width)).truncatingRemainder(dividingBy: 1)
          if t < 0 { t += 1 }
          x[i] = min(upper, max(lower, t <= 0.5 ? lower + 2 * width * t : upper - 2 * width * (t - 0.5)))
          if t > 0.5 { p[i] = -p[i] }
        }
      }
    }
  }
}
