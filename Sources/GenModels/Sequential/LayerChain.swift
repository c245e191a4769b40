/// Layers one after the other, built from their descriptions.
///
/// A convolution after a winner-take-all layer works on the compact code, and the convolution before it gets a backward pass
/// through the winners only.
public struct LayerChain: Layer {
  public let specifications: [LayerSpecification]
  /// The shape of one example, without the batch axis, that goes in.
  public let exampleShape: Shape
  /// The shapes of one example after each layer.
  private let shapes: [Shape]
  private var layers: [any Layer]

  /// - Throws: What `tensors` throws, and `ModelFileError.malformed` when a layer does not fit the one before.
  public init(
    _ specifications: [LayerSpecification], exampleShape: Shape, _ tensors: TensorSource
  ) throws(ModelFileError) {
    var shape = exampleShape
    var shapes: [Shape] = []
    var layers: [any Layer] = []
    for (number, specification) in specifications.enumerated() {
      do {
        let built = try specification.description.layer(after: shape, tensors.under("\(number)"))
        layers.append(built.layer)
        shape = built.outputShape
        shapes.append(shape)
      } catch {
        guard case .malformed(let reason) = error else { throw error }
        throw .malformed(reason: "layer \(number), \(reason)")
      }
    }
    self.specifications = specifications
    self.exampleShape = exampleShape
    self.shapes = shapes
    self.layers = layers
  }

  /// The shape of one example that comes out of the layers, found without a tensor; nil where one of them must be built for that.
  /// - Throws: `ModelFileError.malformed` when a layer does not fit the one before.
  static func outputShape(
    of specifications: [LayerSpecification], after exampleShape: Shape
  ) throws(ModelFileError) -> Shape? {
    var shape = exampleShape
    for (number, specification) in specifications.enumerated() {
      do {
        guard let next = try specification.description.outputShape(after: shape) else { return nil }
        shape = next
      } catch {
        guard case .malformed(let reason) = error else { throw error }
        throw .malformed(reason: "layer \(number), \(reason)")
      }
    }
    return shape
  }

  /// The shape of one example, without the batch axis, that comes out.
  public var outputShape: Shape { shapes.last ?? exampleShape }

  public func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
    precondition(
      x.shape.rank == exampleShape.rank + 1 && x.shape.dropFirst().elementsEqual(exampleShape),
      "This model takes batches of examples of shape \(exampleShape), not a tensor of shape \(x.shape).")
    var value = x
    var code: WinnerCode<Value>?
    var index = 0
    while index < layers.count {
      let layer = layers[index]
      if let convolution = layer as? Convolution {
        let next = index + 1 < layers.count ? layers[index + 1] as? WinnerTakeAll : nil
        if code == nil, let winnerTakeAll = next {
          code = winnerTakeAll.sparsified(convolution.winners(value), context)
          index += 1
        } else {
          value = code.map { convolution($0, context) } ?? convolution(value, context)
          code = nil
        }
      } else {
        value = code?.dense() ?? value
        code = nil
        if let winnerTakeAll = layer as? WinnerTakeAll {
          code = winnerTakeAll.code(value, context)
        } else {
          value = layer(value, context)
        }
      }
      index += 1
    }
    return code?.dense() ?? value
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    for index in layers.indices {
      var layer = layers[index]
      // Without a second owner, so that a visitor that writes does not copy.
      layers[index] = ActivationLayer(.identity)
      visitor.visit("\(index)", &layer)
      layers[index] = layer
    }
  }

  /// The last layer, with its parameters.
  public var last: (any Layer)? { layers.last }

  /// The same layers without the last `count`.
  public func dropLast(_ count: Int = 1) -> LayerChain {
    LayerChain(
      specifications: specifications.dropLast(count), exampleShape: exampleShape,
      shapes: shapes.dropLast(count), layers: layers.dropLast(count))
  }

  private init(
    specifications: [LayerSpecification], exampleShape: Shape, shapes: [Shape], layers: [any Layer]
  ) {
    self.specifications = specifications
    self.exampleShape = exampleShape
    self.shapes = shapes
    self.layers = layers
  }
}
