/// A `DenseCoupling` of vectors or an `ImageCoupling` of images, as data.
public struct CouplingDescription: BijectionDescription {
  public static let name = "coupling"

  public var transform: CouplingTransform
  public var hidden: [Int]
  public var changes: ChannelHalf

  private enum CodingKeys: String, CodingKey {
    case transform = "_0"
    case hidden, changes
  }

  public func bijection(
    after input: Shape, conditions: Int, _ tensors: TensorSource
  ) throws(ModelFileError) -> any Bijection {
    let channels = input[input.rank - 1]
    if let problem = transform.problem { try require(false, problem) }
    try require(channels >= 2, "a coupling, needs two channels or more, not examples of shape \(input)")
    try requireHidden(hidden)
    if input.rank == 1 {
      return try DenseCoupling(
        transform, features: channels, hidden: hidden, changes: changes, conditions: conditions, tensors)
    }
    try require(hidden.count == 2, "a coupling of images, has two numbers of hidden channels, not \(hidden)")
    return try ImageCoupling(
      transform, shape: input, hidden: hidden, changes: changes, conditions: conditions, tensors)
  }
}
