import GenModels

/// A bijection under the laws: its description, and the examples that it is tried on.
///
/// ```swift
/// BijectionLawCase("coupling", .coupling(hidden: [8]), exampleShape: [4], classCount: 2)
/// BijectionLawCase("cube root", .init(CubeRoot()), exampleShape: [2])
/// ```
public struct BijectionLawCase: Sendable {
  public var name: String
  public var specification: BijectionSpecification
  /// The shape of one example that goes in: a few numbers, for Jacobians by differences.
  public var exampleShape: Shape
  /// Classes that the bijection may depend on; nil for none.
  public var classCount: Int?
  /// What numbers of examples lie in; nil for normal numbers.
  public var range: Range<Float>?
  /// Shapes of examples that the bijection must refuse.
  public var malformedShapes: [Shape]
  /// Descriptions of this kind that make no sense and must be refused for examples of `exampleShape`.
  public var malformed: [BijectionSpecification]

  public init(
    _ name: String, _ specification: BijectionSpecification, exampleShape: Shape, classCount: Int? = nil,
    range: Range<Float>? = nil, malformedShapes: [Shape] = [], malformed: [BijectionSpecification] = []
  ) {
    self.name = name
    self.specification = specification
    self.exampleShape = exampleShape
    self.classCount = classCount
    self.range = range
    self.malformedShapes = malformedShapes
    self.malformed = malformed
  }

  /// The name of the description's type in files.
  public var blockName: String { type(of: specification.description).name }

  func examples(_ count: Int, seed: UInt64 = 8) -> Tensor {
    var random = RandomGenerator(seed: seed)
    let shape = Shape([count] + exampleShape)
    return range.map { random.uniform(shape, in: $0) } ?? random.normal(shape)
  }

  func labels(_ count: Int) -> Indexes? {
    classCount.map { classes in Indexes((0..<count).map { $0 % classes }) }
  }
}
