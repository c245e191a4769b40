/// How many bits it takes to write an example down without knowing what it is, as a block that a file can name: a general lossless
/// compressor.
public protocol ComplexityMeasure<Examples>: BuildingBlock {
  associatedtype Examples: ExampleBatch

  /// For people and reports: "png".
  var label: String { get }

  /// The length of each example, in bits; each depends on that example only.
  func bits(_ x: Examples) throws -> [Double]
}

extension BlockFamily {
  public static let complexity = BlockFamily("complexity measure")
}

extension ComplexityMeasure {
  public static var family: BlockFamily { .complexity }
}
