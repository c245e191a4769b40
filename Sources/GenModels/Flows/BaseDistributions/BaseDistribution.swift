#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The distribution that a flow turns data into, with its trained parameters; over vectors `[features]`.
public struct BaseDistribution: Parameterized {
  public let specification: BaseSpecification
  public let features: Int
  /// The classes' means and log-deviations, `[classes, features]`; nil for distributions without classes.
  private var mean, logDeviation: Parameter?

  init(
    _ specification: BaseSpecification, features: Int, classCount: Int?, _ tensors: TensorSource
  ) throws(ModelFileError) {
    self.specification = specification
    self.features = features
    switch specification {
    case .standardNormal, .logistic: break
    case .uniform(let bound):
      guard bound > 0, bound.isFinite else {
        throw .malformedArchitecture(reason: "a uniform base has a positive bound, and \(bound) is not")
      }
    case .classGaussians:
      guard let classCount else {
        throw .malformedArchitecture(reason: "a base of class Gaussians needs a number of classes")
      }
      let shape: Shape = [classCount, features]
      mean = Parameter(try tensors.tensor("mean", shape) { $0.normal(shape) })
      logDeviation = Parameter(try tensors.tensor("logDeviation", shape) { _ in .zeros(shape) })
    }
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    if mean != nil { visitor.visit("mean", &mean!) }
    if logDeviation != nil { visitor.visit("logDeviation", &logDeviation!) }
  }

  /// Whether the class enters by this distribution.
  var hasClasses: Bool { specification == .classGaussians }

  /// ln p(z) of rows `[batch, features]`, in nats, `[batch]`: of each row's class where labels are given, else averaged over
  /// the classes.
  public func logDensity<Value: TensorAlgebra>(_ z: Value, labels: Indexes? = nil) -> Value {
    switch specification {
    case .standardNormal: return z.standardNormalLogDensity()
    case .logistic:
      // ln σ(z) + ln σ(−z)
      return -(z.softplus() + (-z).softplus()).sum(axes: [1])
    case .uniform(let bound):
      let inside = z.tensor.rowsWithin(bound)
      let density = -Float(features) * logf(2 * bound)
      return z.constant(Tensor(inside.map { $0 ? density : -.infinity }))
    case .classGaussians:
      guard let mean, let logDeviation else { preconditionFailure("Class Gaussians have parameters.") }
      let (means, deviations) = (z.value(of: mean), z.value(of: logDeviation))
      if let labels {
        let s = deviations.rows(labels)
        return ((z - means.rows(labels)) * (-s).exp()).standardNormalLogDensity() - s.sum(axes: [1])
      }
      let classes = means.shape[0]
      let terms = (0..<classes).map { number -> Value in
        let s = deviations.sliced(axis: 0, number..<number + 1)
        let m = means.sliced(axis: 0, number..<number + 1)
        let term = ((z - m) * (-s).exp()).standardNormalLogDensity() - s.sum()
        return term.reshaped([z.shape[0], 1])
      }
      return Value.concatenate(terms, axis: 1).logSumExp() - logf(Float(classes))
    }
  }

  /// Draws `[count, features]`, of each label's class where labels are given.
  ///
  /// - Parameters:
  ///   - count: Number of draws.
  ///   - labels: The class of each draw, for a distribution with classes.
  ///   - temperature: Factor on deviations; below 1 draws keep to where the density is high (D. P. Kingma and P. Dhariwal,
  ///     2018, section 6). A uniform distribution's box shrinks by it.
  ///   - random: What the draws come from.
  public func sample(
    count: Int, labels: Indexes? = nil, temperature: Float = 1, using random: inout RandomGenerator
  ) -> Tensor {
    switch specification {
    case .standardNormal:
      return random.normal([count, features], mean: 0, standardDeviation: temperature)
    case .logistic:
      let u = random.uniform([count, features], in: 0x1p-25..<1)
      return (u.log() - (1 - u + 0x1p-25).log()) * temperature
    case .uniform(let bound):
      let extent = bound * temperature
      return extent == 0
        ? .zeros([count, features]) : random.uniform([count, features], in: -extent..<extent)
    case .classGaussians:
      guard let mean, let logDeviation else { preconditionFailure("Class Gaussians have parameters.") }
      let labels = labels ?? random.integers(count, below: mean.shape[0])
      let noise = random.normal([count, features], mean: 0, standardDeviation: temperature)
      return mean.tensor.rows(labels) + noise * logDeviation.tensor.rows(labels).exp()
    }
  }
}

extension Tensor {
  /// For each row whether all its elements lie in −bound ... bound.
  fileprivate func rowsWithin(_ bound: Float) -> [Bool] {
    let columns = shape[1]
    return withUnsafeElements { elements in
      (0..<shape[0]).map { row in
        elements[row * columns..<(row + 1) * columns].allSatisfy { abs($0) <= bound }
      }
    }
  }
}
