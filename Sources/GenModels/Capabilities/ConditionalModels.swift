/// A density model of several classes: p(x | class), with the classes equally probable in `logDensity(_:)`.
public protocol ClassConditionalDensity<Examples>: DensityModel {
  /// Number of classes, numbered from 0; nil for a model of this type that knows none.
  var classCount: Int? { get }

  /// ln p(x | class) of each example, in nats. Examples and labels are checked: this is what `logDensity(_:labels:)` calls.
  func logDensity(checked x: Examples, labels: Indexes) throws -> [Double]

  /// Independent draws, one of each label's class.
  func sample(labels: Indexes, using random: inout RandomGenerator) -> Examples
}

extension ClassConditionalDensity {
  /// ln p(x | class) of each example, in nats.
  /// - Throws: `ExampleError` for examples of another shape, NaN or infinities, for labels that are no classes, and where the
  ///   model knows none.
  public func logDensity(_ x: Examples, labels: Indexes) throws -> [Double] {
    try check(x)
    try labels.requireLabels(classes: classCount, examples: x.exampleCount)
    return x.exampleCount == 0 ? [] : try logDensity(checked: x, labels: labels)
  }
}

extension Indexes {
  /// Throws unless these are labels of that many examples among that many classes; nil where the model knows none.
  public func requireLabels(classes: Int?, examples: Int) throws(ExampleError) {
    guard let classes else { throw .noClasses }
    guard count == examples else { throw .labelCountDiffers(examples: examples, labels: count) }
    if let (row, label) = elements.enumerated().first(where: { !(0..<classes).contains($1) }) {
      throw .labelOutOfRange(example: row, label: label, classes: classes)
    }
  }
}

/// A density given continuous numbers beside the example: p(x | c). It knows no law of c, so there is no p(x) to ask for.
public protocol ContextConditionalDensity<Examples>: ExampleReader {
  // Declared again, so that it follows from what a conforming type writes.
  associatedtype Examples

  /// How many numbers a context has.
  var contextSize: Int { get }

  /// ln p(x | c) of each example, in nats, with a row of `context` for each. Examples and context are checked: this is what
  /// `logDensity(_:context:)` calls.
  func logDensity(checked x: Examples, context: Tensor) throws -> [Double]

  /// Independent draws, one for each row of the context.
  func sample(context: Tensor, using random: inout RandomGenerator) -> Examples
}

extension ContextConditionalDensity {
  /// ln p(x | c) of each example, in nats.
  /// - Throws: `ExampleError` for examples or rows of context of another shape, NaN or infinities, or another number of rows.
  public func logDensity(_ x: Examples, context: Tensor) throws -> [Double] {
    try check(x)
    try context.requireExamples(of: [contextSize])
    guard context.exampleCount == x.exampleCount else {
      throw ExampleError.labelCountDiffers(examples: x.exampleCount, labels: context.exampleCount)
    }
    return x.exampleCount == 0 ? [] : try logDensity(checked: x, context: context)
  }
}
