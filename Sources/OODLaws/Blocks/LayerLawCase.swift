import GenModels

/// A layer under the laws: its description, and the examples that it is tried on.
///
/// ```swift
/// LayerLawCase("dense", .dense(units: 3, activation: .tanh), exampleShape: [4], malformedShapes: [[2, 2, 1]])
/// LayerLawCase("scaling", .init(Scaling.Description()), exampleShape: [4])
/// ```
public struct LayerLawCase: Sendable {
  public var name: String
  public var specification: LayerSpecification
  /// The shape of one example that goes in.
  public var exampleShape: Shape
  /// Shapes of examples that the layer must refuse.
  public var malformedShapes: [Shape]
  /// Descriptions of this kind that make no sense and must be refused for examples of `exampleShape`.
  public var malformed: [LayerSpecification]

  public init(
    _ name: String, _ specification: LayerSpecification, exampleShape: Shape, malformedShapes: [Shape] = [],
    malformed: [LayerSpecification] = []
  ) {
    self.name = name
    self.specification = specification
    self.exampleShape = exampleShape
    self.malformedShapes = malformedShapes
    self.malformed = malformed
  }

  /// The name of the description's type in files.
  public var blockName: String { type(of: specification.description).name }
}
