/// The distribution that a flow turns data into: a description of any type.
public typealias BaseSpecification = BlockSpecification<BaseBlock>

/// The kind of block that `BaseDescription` describes.
public enum BaseBlock: SpecifiedBlock {
  public static var family: BlockFamily { .baseDistribution }

  public static func block(_ description: any BaseDescription) -> any BuildingBlock { description }
}

extension BaseSpecification {
  /// A distribution of any type, an importer's own among them.
  public init(_ description: some BaseDescription) { self.init(describedBy: description) }
}

extension BaseSpecification {
  /// Independent normal numbers of mean 0 and variance 1.
  public static var standardNormal: BaseSpecification { .init(StandardNormalBase.Description()) }

  /// For each class of a class-conditional flow a Gaussian with trained mean and diagonal deviation; the classes are equally
  /// probable. P. Izmailov et al., Semi-supervised learning with normalizing flows, 2020.
  public static var classGaussians: BaseSpecification { .init(ClassGaussiansBase.Description()) }

  /// Independent numbers with the logistic density σ(z) (1 − σ(z)): heavier tails than the normal's.
  public static var logistic: BaseSpecification { .init(LogisticBase.Description()) }

  /// Independent numbers uniform on [−bound, bound]. Where a flow leaves the box its density is 0, so its bijections should
  /// keep to it: splines with that bound do, behind a bijection onto the box.
  public static func uniform(bound: Float) -> BaseSpecification {
    .init(UniformBase.Description(bound: bound))
  }
}
