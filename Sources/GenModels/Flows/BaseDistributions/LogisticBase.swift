/// Independent numbers with the logistic density σ(z) (1 − σ(z)): heavier tails than the normal's.
public struct LogisticBase: BaseDistribution {
  public let features: Int

  public init(features: Int) { self.features = features }

  public func logDensity<Value: TensorAlgebra>(_ z: Value, labels: Indexes?) -> Value {
    // ln σ(z) + ln σ(−z)
    -(z.softplus() + (-z).softplus()).sum(axes: [1])
  }

  public func sample(
    count: Int, labels: Indexes?, temperature: Float, using random: inout RandomGenerator
  ) -> Tensor {
    let u = random.uniform([count, features], in: 0x1p-25..<1)
    return (u.log() - (1 - u + 0x1p-25).log()) * temperature
  }

  /// The distribution as data.
  public struct Description: BaseDescription {
    public static let name = "logistic"

    public init() {}

    public func distribution(
      features: Int, classCount: Int?, _ tensors: TensorSource
    ) throws(ModelFileError) -> any BaseDistribution { LogisticBase(features: features) }
  }
}
