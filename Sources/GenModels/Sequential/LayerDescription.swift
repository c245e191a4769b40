/// A layer of a `Sequential` model as data: what is saved beside the parameters, and what the layer is built from.
///
/// ```swift
/// struct Scaling: Layer {
///   var factor: Parameter
///   func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
///     x * x.value(of: factor)
///   }
///   mutating func visitParameters(with visitor: ParameterVisitor) { visitor.visit("factor", &factor) }
///
///   struct Description: LayerDescription {
///     static let name = "scaling"
///     func layer(after input: Shape, _ tensors: TensorSource) throws(ModelFileError) -> BuiltLayer {
///       BuiltLayer(Scaling(factor: Parameter(try tensors.constant("factor", [1], 1))), outputShape: input)
///     }
///   }
/// }
/// let model = Sequential([.dense(units: 8), .init(Scaling.Description())], exampleShape: [4], seed: 1)
/// let catalogue = ModelCatalogue.generative.adding(block: Scaling.Description.self)      // to load it again
/// ```
public protocol LayerDescription: BuildingBlock {
  /// The layer, after examples of shape `input`, with its tensors from `tensors` under the names that it visits them by.
  ///
  /// Check the shape before any tensor is asked for: a damaged file must not cost memory.
  /// - Throws: `ModelFileError.malformed` when the layer does not fit such examples; what `tensors` throws.
  func layer(after input: Shape, _ tensors: TensorSource) throws(ModelFileError) -> BuiltLayer

  /// The shape of one example that comes out, found without a tensor, so that layers that don't fit are seen before any tensor is
  /// asked for; nil where only the built layer knows it. Layers without tensors need not write it.
  /// - Throws: `ModelFileError.malformed` when the layer does not fit examples of shape `input`.
  func outputShape(after input: Shape) throws(ModelFileError) -> Shape?
}

extension BlockFamily {
  public static let layer = BlockFamily("layer")
}

extension LayerDescription {
  public static var family: BlockFamily { .layer }

  public func outputShape(after input: Shape) throws(ModelFileError) -> Shape? {
    var asksForTensors = false
    let refusing = TensorSource.stored { (name, _) throws(ModelFileError) in
      asksForTensors = true
      throw .malformed(reason: "there is no tensor \(name) yet")
    }
    do {
      return try layer(after: input, refusing).outputShape
    } catch {
      if asksForTensors { return nil }
      throw error
    }
  }

  /// Throws `malformed` unless the condition holds.
  func require(_ condition: Bool, _ reason: @autoclosure () -> String) throws(ModelFileError) {
    guard condition else { throw .malformed(reason: reason()) }
  }

  func requireImages(_ input: Shape, _ what: String) throws(ModelFileError) {
    try require(
      input.rank == 3,
      "\(what), takes images [height, width, channels], not examples of shape \(input)")
  }
}

/// A layer that was built from its description.
public struct BuiltLayer {
  public let layer: any Layer
  /// The shape of one example that comes out.
  public let outputShape: Shape

  public init(_ layer: any Layer, outputShape: Shape) {
    self.layer = layer
    self.outputShape = outputShape
  }
}
