/// `[batch, ...]` to `[batch] + shape`, as data.
public struct ReshapeDescription: LayerDescription {
  public static let name = "reshape"

  public var shape: [Int]

  public init(_ shape: [Int]) { self.shape = shape }

  private enum CodingKeys: String, CodingKey {
    case shape = "_0"
  }

  public func layer(after input: Shape, _ tensors: TensorSource) throws(ModelFileError) -> BuiltLayer {
    try require(
      shape.count < Shape.maximumRank && shape.allSatisfy { $0 >= 0 && $0 <= input.elementCount }
        && shape.reduce(1.0) { $0 * Double($1) } == Double(input.elementCount),
      "can't reshape examples of shape \(input) to \(shape): they have other numbers of elements")
    return BuiltLayer(Reshaping(Shape(shape)), outputShape: Shape(shape))
  }
}
