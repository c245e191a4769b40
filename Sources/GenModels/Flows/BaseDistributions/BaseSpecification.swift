/// The distribution that a flow turns data into.
public enum BaseSpecification: Sendable, Hashable, Codable {
  /// Independent normal numbers of mean 0 and variance 1.
  case standardNormal
  /// For each class of a class-conditional flow a Gaussian with trained mean and diagonal deviation; the classes are equally
  /// probable. P. Izmailov et al., Semi-supervised learning with normalizing flows, 2020.
  case classGaussians
  /// Independent numbers with the logistic density σ(z) (1 − σ(z)): heavier tails than the normal's.
  case logistic
  /// Independent numbers uniform on [−bound, bound]. Where a flow leaves the box its density is 0, so its bijections should
  /// keep to it: splines with that bound do, behind a bijection onto the box.
  case uniform(bound: Float)
}
