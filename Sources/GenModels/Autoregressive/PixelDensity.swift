#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// An autoregressive network of images: P(x) = Π P(pixel | pixels before it, row by row), with exact probabilities of levels.
///
/// A conforming type writes the numbers of all pixels in one pass (`parameters`) and the drawing of one pixel after the other (`drawn`);
/// densities, the loss, draws and in-painting follow.
public protocol PixelDensity: ClassConditionalDensity, TrainableDensity, InPainter, LevelModel {
  /// How a pixel's levels follow from the network's numbers.
  var observation: ObservationModel { get }

  /// About how many numbers a pass keeps for each pixel, which decides how many images go through at a time.
  var numbersPerPixel: Int { get }

  /// The observation's numbers at each pixel, `[batch, height, width, parameterCount]`: those of a pixel depend on the pixels before it, row
  /// by row, alone. Recorded where `x` is; with labels for a model that is told the class.
  func parameters<Value: TensorAlgebra>(of x: Value, labels: Indexes?, _ context: Context) -> Value

  /// Images drawn pixel by pixel, each given those before it, of each label's class where there are some; known pixels stay.
  func drawn(
    count: Int, labels: Indexes?, known: KnownPixels?, using random: inout RandomGenerator
  ) -> Tensor
}

extension PixelDensity {
  public var conditionCount: Int? { classCount }
  public var levels: Int? { observation.levels }

  /// Numbers must be levels k / (K − 1): 0 and 1 for binary images.
  public func check(_ x: Tensor) throws(ExampleError) {
    try x.requireExamples(of: exampleShape)
    try observation.requireSupport(x)
  }

  /// `parameters` in use, not in training.
  public func parameters<Value: TensorAlgebra>(of x: Value, labels: Indexes? = nil) -> Value {
    parameters(of: x, labels: labels, .inference)
  }

  /// ln P of each image in nats, `[batch]`, given the labels of a model of classes; recorded where `x` is.
  func logDensities<Value: TensorAlgebra>(
    of x: Value, labels: Indexes?, _ context: Context = .inference
  ) -> Value {
    observation.logDensity(
      ofExamples: x.flattened(), given: parameters(of: x, labels: labels, context).flattened(),
      channels: exampleShape[2])
  }

  /// ln P of each image in nats; of a model of classes ln (1/K) Σ P(x | class).
  public func logDensity(checked x: Tensor) throws -> [Double] {
    guard let classes = classCount else { return try logDensities(x) { _ in nil } }
    let byClass = try (0..<classes).map { label in
      try logDensity(checked: x, labels: Indexes([Int](repeating: label, count: x.shape[0])))
    }
    return (0..<x.shape[0]).map { row in
      let largest = byClass.map { $0[row] }.max()!
      guard largest.isFinite else { return largest }
      return largest + log(byClass.reduce(0) { $0 + exp($1[row] - largest) } / Double(classes))
    }
  }

  public func logDensity(checked x: Tensor, labels: Indexes) throws -> [Double] {
    try logDensities(x) { labels.sliced($0) }
  }

  private func logDensities(_ x: Tensor, _ labels: (Range<Int>) -> Indexes?) throws -> [Double] {
    let numbers = exampleShape[0] * exampleShape[1] * numbersPerPixel
    return try logDensities(inPiecesOf: max(1, min(64, (1 << 21) / numbers)), x) { piece, rows in
      logDensities(of: piece, labels: labels(rows))
    }
  }

  public func loss(_ x: Tensor, labels: Indexes?, _ scope: TrainingScope) -> Variable {
    let own = conditionCount == nil ? nil : labels
    return -logDensities(of: scope.constant(x), labels: own, scope.context).mean()
  }

  public func sample(count: Int, using random: inout RandomGenerator) -> Tensor {
    let labels = classCount.map { random.integers(count, below: $0) }
    return drawn(count: count, labels: labels, known: nil, using: &random)
  }

  public func sample(labels: Indexes, using random: inout RandomGenerator) -> Tensor {
    drawn(count: labels.count, labels: labels, known: nil, using: &random)
  }

  /// What is not known is drawn pixel by pixel, each given those before it. Where what is known comes first, row by row, this is the exact
  /// conditional distribution; known pixels that come later don't influence those before them.
  public func inPaint(checked x: Tensor, known: Tensor, using random: inout RandomGenerator) -> Tensor {
    let labels = classCount.map { random.integers(x.shape[0], below: $0) }
    return drawn(
      count: x.shape[0], labels: labels, known: KnownPixels(images: x, marks: known), using: &random)
  }
}
