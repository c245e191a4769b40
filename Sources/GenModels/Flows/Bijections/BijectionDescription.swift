/// A bijection of a flow as data: what is saved beside the parameters, and what the bijection is built from.
///
/// ```swift
/// struct CubeRoot: BijectionDescription {
///   static let name = "cubeRoot"
///   func bijection(after input: Shape, conditions: Int, _ tensors: TensorSource) -> any Bijection { … }
/// }
/// let flow = Flow(.init(exampleShape: [2], bijections: [.init(CubeRoot()), .linear]), seed: 1)
/// let catalogue = ModelCatalogue.generative.adding(block: CubeRoot.self)      // to load it again
/// ```
public protocol BijectionDescription: BuildingBlock {
  /// The bijection for examples of shape `input`, with its tensors from `tensors` under the names that it visits them by.
  ///
  /// Check the shape before any tensor is asked for: a damaged file must not cost memory.
  ///
  /// - Parameters:
  ///   - input: The shape of one example that goes in.
  ///   - conditions: Numbers that the bijection may depend on besides x; 0 for none.
  ///   - tensors: Fresh or stored tensors by name.
  /// - Throws: `ModelFileError.malformed` when the bijection does not fit such examples; what `tensors` throws.
  func bijection(
    after input: Shape, conditions: Int, _ tensors: TensorSource
  ) throws(ModelFileError) -> any Bijection

  /// What the bijection does to each number, as far as it limits the examples that a flow takes. `.other` unless said.
  var elementwise: ElementwiseMap { get }

  /// Whether the bijection normalises by the batch in training. False unless said.
  var isBatchNormalization: Bool { get }
}

/// What a bijection does to each number of an example, as far as it limits what a flow takes.
public enum ElementwiseMap: Sendable, Hashable {
  /// Numbers keep their values and change places at most.
  case rearrangement
  /// y = scale · x + shift.
  case affine(scale: Float, shift: Float)
  /// Defined where the number lies in the interval.
  case within(ClosedRange<Float>)
  /// Anything else that is defined on the whole line.
  case other
}

extension BlockFamily {
  public static let bijection = BlockFamily("bijection")
}

extension BijectionDescription {
  public static var family: BlockFamily { .bijection }
  public var elementwise: ElementwiseMap { .other }
  public var isBatchNormalization: Bool { false }

  /// Throws `malformed` unless the condition holds.
  func require(_ condition: Bool, _ reason: @autoclosure () -> String) throws(ModelFileError) {
    guard condition else { throw .malformed(reason: reason()) }
  }

  func requireHidden(_ hidden: [Int]) throws(ModelFileError) {
    try require(
      (1...16).contains(hidden.count) && hidden.allSatisfy { (1...1 << 16).contains($0) },
      "can't have a network with the hidden layers \(hidden)")
  }
}
