#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// For each class a Gaussian with trained mean and diagonal deviation; the classes are equally probable. P. Izmailov et al.,
/// Semi-supervised learning with normalizing flows, 2020.
public struct ClassGaussiansBase: BaseDistribution {
  public let features: Int
  /// The classes' means and log-deviations, `[classes, features]`.
  public private(set) var mean, logDeviation: Parameter

  init(features: Int, classCount: Int, _ tensors: TensorSource) throws(ModelFileError) {
    self.features = features
    let shape: Shape = [classCount, features]
    mean = Parameter(try tensors.tensor("mean", shape) { $0.normal(shape) })
    logDeviation = Parameter(try tensors.constant("logDeviation", shape, 0))
  }

  public var hasClasses: Bool { true }

  public func logDensity<Value: TensorAlgebra>(_ z: Value, labels: Indexes?) -> Value {
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

  public func sample(
    count: Int, labels: Indexes?, temperature: Float, using random: inout RandomGenerator
  ) -> Tensor {
    let labels = labels ?? random.integers(count, below: mean.shape[0])
    let noise = random.normal([count, features], mean: 0, standardDeviation: temperature)
    return mean.tensor.rows(labels) + noise * logDeviation.tensor.rows(labels).exp()
  }

  /// Nil without labels, for the mixture of the classes is no Gaussian.
  public func vectors(fromStandardNormal z: Tensor, labels: Indexes?) -> Tensor? {
    labels.map { mean.tensor.rows($0) + z * logDeviation.tensor.rows($0).exp() }
  }

  /// Nil without labels.
  public func standardNormal(from vectors: Tensor, labels: Indexes?) -> Tensor? {
    labels.map { (vectors - mean.tensor.rows($0)) * (-logDeviation.tensor.rows($0)).exp() }
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("mean", &mean)
    visitor.visit("logDeviation", &logDeviation)
  }

  /// The distribution as data.
  public struct Description: BaseDescription {
    public static let name = "classGaussians"

    public init() {}

    public var hasClasses: Bool { true }

    public func distribution(
      features: Int, classCount: Int?, _ tensors: TensorSource
    ) throws(ModelFileError) -> any BaseDistribution {
      guard let classCount else {
        throw .malformed(reason: "a base of class Gaussians needs a number of classes")
      }
      return try ClassGaussiansBase(features: features, classCount: classCount, tensors)
    }
  }
}
