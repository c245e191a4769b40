/// Half of the channels are done and go to the base distribution as they are (Real NVP, section 3.6), as data. A
/// `BijectionChain` carries it out, so it stands in a flow's list of bijections and nowhere else.
public struct SplitDescription: BijectionDescription {
  public static let name = "split"

  public init() {}

  public func bijection(
    after input: Shape, conditions: Int, _ tensors: TensorSource
  ) throws(ModelFileError) -> any Bijection {
    throw .malformed(reason: "a split can't be turned round")
  }
}
