/// A base distribution as data: what is saved beside the parameters, and what the distribution is built from. An importer's own
/// enters a flow as its bijections do.
public protocol BaseDescription: BuildingBlock {
  /// The distribution over vectors of `features` numbers, with its tensors from `tensors` under the names that it visits them by.
  ///
  /// - Parameters:
  ///   - features: Numbers in a vector.
  ///   - classCount: Classes of the flow; nil for a flow without.
  ///   - tensors: Fresh or stored tensors by name.
  /// - Throws: `ModelFileError.malformed` when there is no such distribution; what `tensors` throws.
  func distribution(
    features: Int, classCount: Int?, _ tensors: TensorSource
  ) throws(ModelFileError) -> any BaseDistribution

  /// Whether the class enters by this distribution. False unless said.
  var hasClasses: Bool { get }
}

extension BlockFamily {
  public static let baseDistribution = BlockFamily("base distribution")
}

extension BaseDescription {
  public static var family: BlockFamily { .baseDistribution }
  public var hasClasses: Bool { false }
}
