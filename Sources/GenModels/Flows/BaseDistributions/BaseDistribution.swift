/// The distribution that a flow turns data into, with its trained parameters; over vectors `[features]`.
public protocol BaseDistribution: Parameterized {
  /// Numbers in a vector.
  var features: Int { get }

  /// Whether the class enters by this distribution. False unless said.
  var hasClasses: Bool { get }

  /// Whether the density is 0 somewhere. False unless said.
  var isBounded: Bool { get }

  /// ln p(z) of rows `[batch, features]`, in nats, `[batch]`: of each row's class where labels are given, else averaged over
  /// the classes.
  func logDensity<Value: TensorAlgebra>(_ z: Value, labels: Indexes?) -> Value

  /// Draws `[count, features]`, of each label's class where labels are given.
  ///
  /// - Parameters:
  ///   - count: Number of draws.
  ///   - labels: The class of each draw, for a distribution with classes.
  ///   - temperature: Factor on deviations; below 1 draws keep to where the density is high (D. P. Kingma and P. Dhariwal,
  ///     2018, section 6).
  ///   - random: What the draws come from.
  func sample(count: Int, labels: Indexes?, temperature: Float, using random: inout RandomGenerator) -> Tensor

  /// For a Gaussian: the vectors that standard normal ones `[batch, features]` stand for, of each label's class where labels are
  /// given. Nil for any other distribution, and so unless said.
  func vectors(fromStandardNormal z: Tensor, labels: Indexes?) -> Tensor?

  /// For a Gaussian: the standard normal vectors that `[batch, features]` stand for; the inverse of `vectors`. Nil unless said.
  func standardNormal(from vectors: Tensor, labels: Indexes?) -> Tensor?
}

extension BaseDistribution {
  public var hasClasses: Bool { false }
  public var isBounded: Bool { false }

  public func vectors(fromStandardNormal z: Tensor, labels: Indexes?) -> Tensor? { nil }
  public func standardNormal(from vectors: Tensor, labels: Indexes?) -> Tensor? { nil }

  public mutating func visitParameters(with visitor: ParameterVisitor) {}

  /// ln p(z) of rows `[batch, features]`, in nats, `[batch]`; averaged over the classes where there are some.
  public func logDensity<Value: TensorAlgebra>(_ z: Value) -> Value { logDensity(z, labels: nil) }

  /// Draws `[count, features]`.
  public func sample(count: Int, using random: inout RandomGenerator) -> Tensor {
    sample(count: count, labels: nil, temperature: 1, using: &random)
  }
}
