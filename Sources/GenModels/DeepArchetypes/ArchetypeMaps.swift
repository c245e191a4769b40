/// The linear maps between features t and coefficients in archetypes:
///
///     A = softmax(M_A t)        each example's coefficients, [batch, k]
///     B = softmax(M_B t)        over the batch: each archetype's weights of examples, [k, batch]
///     t = M_C (A z_fixed)       back from a point of the simplex
///
/// S. M. Keller et al., Deep archetypal analysis, 2019, on the features of T. Bungert's flow, 2021. With a bias each map adds a trained
/// vector.
public struct ArchetypeMaps: Parameterized {
  /// Numbers in t.
  public let features: Int
  /// k.
  public let archetypeCount: Int
  /// z_fixed, `[k, k − 1]`.
  public let vertices: Tensor

  /// M_A and M_B `[features, k]`, M_C `[k − 1, features]`, for rows.
  private var toCoefficients, toWeights, fromSimplex: Parameter
  private var coefficientBias, featureBias: Parameter?
  /// A linear head on A z_fixed for classes, `[k − 1, classes]`.
  private var toClasses, classBias: Parameter?

  /// What maps there are.
  public struct Architecture: Codable, Hashable, Sendable {
    /// k, at least 2.
    public var archetypes: Int
    /// Whether the maps add a vector.
    public var hasBias: Bool
    /// Classes that the point of the simplex tells; nil without such side information.
    public var classCount: Int?

    public init(archetypes: Int, hasBias: Bool = false, classCount: Int? = nil) {
      self.archetypes = archetypes
      self.hasBias = hasBias
      self.classCount = classCount
    }

    /// Throws unless the labels are those that these maps are trained with.
    func requireLabels(_ labels: Indexes?, examples: Int) throws(ExampleError) {
      if let classCount {
        guard let labels else { throw .labelsMissing(classes: classCount) }
        try labels.requireLabels(classes: classCount, examples: examples)
      } else if labels != nil {
        throw .noClasses
      }
    }

    func requireSense(features: Int) throws(ModelFileError) {
      guard (2...4096).contains(archetypes) else {
        throw .malformed(reason: "there are between 2 and 4096 archetypes, not \(archetypes)")
      }
      guard (1...1 << 20).contains(features) else {
        throw .malformed(reason: "archetypes are found in between 1 and 2²⁰ features, not \(features)")
      }
      if let classCount, !(1...100_000).contains(classCount) {
        throw .malformed(reason: "a model can't have \(classCount) classes")
      }
    }
  }

  /// - Throws: `ModelFileError.malformed` for numbers that make no maps; what `tensors` throws.
  public init(_ architecture: Architecture, features: Int, _ tensors: TensorSource) throws(ModelFileError) {
    try architecture.requireSense(features: features)
    let k = architecture.archetypes
    self.features = features
    archetypeCount = k
    vertices = Tensor(RegularSimplex.vertices(k))
    func weights(_ name: String, _ inputs: Int, _ outputs: Int) throws(ModelFileError) -> Parameter {
      Parameter(try tensors.weights(name, [inputs, outputs], fanIn: inputs, fanOut: outputs))
    }
    toCoefficients = try weights("toCoefficients", features, k)
    toWeights = try weights("toWeights", features, k)
    fromSimplex = try weights("fromSimplex", k - 1, features)
    if architecture.hasBias {
      coefficientBias = Parameter(try tensors.constant("coefficientBias", [k], 0))
      featureBias = Parameter(try tensors.constant("featureBias", [features], 0))
    }
    if let classes = architecture.classCount {
      toClasses = try weights("toClasses", k - 1, classes)
      classBias = Parameter(try tensors.constant("classBias", [classes], 0))
    }
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("toCoefficients", &toCoefficients)
    visitor.visit("toWeights", &toWeights)
    visitor.visit("fromSimplex", &fromSimplex)
    if coefficientBias != nil {
      visitor.visit("coefficientBias", &coefficientBias!)
      visitor.visit("featureBias", &featureBias!)
    }
    if toClasses != nil {
      visitor.visit("toClasses", &toClasses!)
      visitor.visit("classBias", &classBias!)
    }
  }

  /// A `[batch, k]` of features `[batch, features]`: rows of positive numbers that sum to 1.
  public func coefficients<Value: TensorAlgebra>(of t: Value) -> Value {
    let logits = t.matrixProduct(t.value(of: toCoefficients))
    return (coefficientBias.map { logits + t.value(of: $0) } ?? logits).softmax()
  }

  /// A z_fixed, `[batch, k − 1]`.
  public func point<Value: TensorAlgebra>(of coefficients: Value) -> Value {
    coefficients.matrixProduct(coefficients.constant(vertices))
  }

  /// M_C of points of the simplex `[batch, k − 1]`: features `[batch, features]`.
  public func features<Value: TensorAlgebra>(at point: Value) -> Value {
    let t = point.matrixProduct(point.value(of: fromSimplex))
    return featureBias.map { t + point.value(of: $0) } ?? t
  }

  /// The classes' logits at points of the simplex, where there are classes.
  public func classLogits<Value: TensorAlgebra>(at point: Value) -> Value? {
    guard let toClasses, let classBias else { return nil }
    return point.affine(weight: point.value(of: toClasses), bias: point.value(of: classBias))
  }

  /// The parts of the loss: means over numbers, so that no part depends on the size of the batch.
  struct Losses<Value> {
    /// Mean of (M_C A z_fixed − t)² over examples and features.
    let reconstruction: Value
    /// Mean of (B A z_fixed − z_fixed)² over archetypes and dimensions.
    let archetypes: Value
    /// A z_fixed.
    let point: Value
  }

  func losses<Value: TensorAlgebra>(_ t: Value) -> Losses<Value> {
    let point = point(of: coefficients(of: t))
    // Softmax runs over the last axis: the batch's.
    let weights = t.matrixProduct(t.value(of: toWeights)).transposed().softmax()
    return Losses(
      reconstruction: features(at: point).meanSquaredError(t),
      archetypes: weights.matrixProduct(point).meanSquaredError(t.constant(vertices)), point: point)
  }

  /// I − M_A⁺ M_A, `[features, features]`: what of t the coefficients do not see (T. Bungert, 2021).
  ///
  /// By the singular vectors of M_A; directions whose singular value is below features · 2⁻²³ of the largest count as unseen.
  /// - Throws: `LinearAlgebraError` where the decomposition does not converge.
  public func nullspaceProjection() throws -> Tensor {
    let found = try SingularValues(Matrix(toCoefficients.tensor))
    let smallest = Double(features) * 0x1p-23 * (found.values.first ?? 0)
    let seen = found.values.filter { $0 > smallest }.count
    var projection = Matrix.identity(features)
    for i in 0..<features {
      for j in 0..<features {
        for r in 0..<seen { projection[i, j] -= found.left[i, r] * found.left[j, r] }
      }
    }
    return Tensor(projection)
  }
}
