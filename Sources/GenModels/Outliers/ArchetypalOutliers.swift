/// Outliers of coefficients in archetypes: outside the simplex where the law extrapolates, or with what the coefficients don't see drawn
/// anew (nullspace sampling; T. Bungert, 2021).
public struct ArchetypalOutliers: OutlierGenerator {
  public let model: ArchetypalFlow
  public let law: CoefficientLaw
  public let nullspace: Bool

  public init(_ model: ArchetypalFlow, law: CoefficientLaw, nullspace: Bool = false) {
    self.model = model
    self.law = law
    self.nullspace = nullspace
  }

  public var exampleShape: Shape { model.exampleShape }

  public func outliers(count: Int, using random: inout RandomGenerator) throws -> Tensor {
    try model.sample(count: count, coefficients: law, nullspace: nullspace, using: &random)
  }
}
