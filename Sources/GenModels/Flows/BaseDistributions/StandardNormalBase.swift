/// Independent normal numbers of mean 0 and variance 1.
public struct StandardNormalBase: BaseDistribution {
  public let features: Int

  public init(features: Int) { self.features = features }

  public func logDensity<Value: TensorAlgebra>(_ z: Value, labels: Indexes?) -> Value {
    z.standardNormalLogDensity()
  }

  public func sample(
    count: Int, labels: Indexes?, temperature: Float, using random: inout RandomGenerator
  ) -> Tensor { random.normal([count, features], mean: 0, standardDeviation: temperature) }

  public func vectors(fromStandardNormal z: Tensor, labels: Indexes?) -> Tensor? { z }
  public func standardNormal(from vectors: Tensor, labels: Indexes?) -> Tensor? { vectors }

  /// The distribution as data.
  public struct Description: BaseDescription {
    public static let name = "standardNormal"

    public init() {}

    public func distribution(
      features: Int, classCount: Int?, _ tensors: TensorSource
    ) throws(ModelFileError) -> any BaseDistribution { StandardNormalBase(features: features) }
  }
}
