#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension Flow {
  /// The interval in which examples' numbers must lie is checked too, see `Architecture.support`.
  public func check(_ x: Tensor) throws(ExampleError) {
    try x.requireExamples(of: exampleShape)
    try architecture.requireSupport(x)
  }

  /// ln p(x) of each example, in nats per unit of x's own scale.
  ///
  /// A class-conditional flow averages p over its classes (see `logDensity(_:labels:)` for ln p(x | class)). Works through the batch
  /// in pieces, so that memory stays bounded; an example's density does not depend on the others.
  ///
  /// An example so far out that 32 bits overflow on the way has the least log-density that they hold, −3.4·10³⁸, below that
  /// of every other. Outside the box of a uniform base ln p is −∞.
  /// - Throws: `ExampleError.overflow` for a flow with a parameter that is not finite.
  public func logDensity(checked x: Tensor) throws -> [Double] { try logDensities(inPieces: x, labels: nil) }

  /// ln p(x | class) of each example, in nats, for a class-conditional flow.
  public func logDensity(checked x: Tensor, labels: Indexes) throws -> [Double] {
    try logDensities(inPieces: x, labels: labels)
  }

  private func logDensities(inPieces x: Tensor, labels: Indexes?) throws -> [Double] {
    var found: [Double] = []
    found.reserveCapacity(x.shape[0])
    for rows in pieces(of: x.shape[0]) {
      let piece = x.sliced(axis: 0, rows)
      let labels = labels.map { labels in Indexes(Array(labels.elements[rows])) }
      for number in logDensities(of: piece, labels: labels).elements {
        if number.isFinite || (number == -.infinity && base.isBounded) {
          found.append(Double(number))
        } else {
          // The example's own doing, unless the flow is broken, for which every example is.
          guard hasFiniteParameters else { throw ExampleError.overflow(example: found.count) }
          found.append(-Double(Float.greatestFiniteMagnitude))
        }
      }
    }
    return found
  }

  /// An upper bound on −log₂ P(x) / D for images of grey levels, averaged over `draws` of the noise between levels: the bits per
  /// dimension that are reported for images. For a flow of continuous examples it is −log₂ p(x) / D.
  ///
  /// L. Theis, A. van den Oord and M. Bethge, A note on the evaluation of generative models, 2016, section 3.1.
  public func bitsPerDimension(
    _ x: Tensor, labels: Indexes? = nil, draws: Int = 1, using random: inout RandomGenerator
  ) throws -> [Double] {
    precondition(draws >= 1, "An average is over at least one draw, and \(draws) were asked for.")
    var sums = [Double](repeating: 0, count: x.shape.first ?? 0)
    for _ in 0..<draws {
      let noisy = architecture.dequantized(x, using: &random)
      let found = try labels.map { try logDensity(noisy, labels: $0) } ?? logDensity(noisy)
      for (row, nats) in found.enumerated() { sums[row] += nats }
    }
    return sums.map { architecture.bitsPerDimension(nats: $0 / Double(draws)) }
  }

  /// The classes' probabilities given x, `[examples, classes]`, for equally frequent classes. For a class-conditional flow.
  public func classProbabilities(_ x: Tensor) throws -> [[Double]] {
    guard let classes = architecture.classCount else { throw ExampleError.noClasses }
    let byClass = try (0..<classes).map { number in
      try logDensity(x, labels: Indexes([Int](repeating: number, count: x.shape[0])))
    }
    return (0..<x.shape[0]).map { row in
      let largest = byClass.map { $0[row] }.max()!
      let weights = byClass.map { exp($0[row] - largest) }
      let total = weights.reduce(0, +)
      return weights.map { $0 / total }
    }
  }

  private var hasFiniteParameters: Bool { namedTensors.allSatisfy { $0.tensor.firstNonFinite == nil } }

  /// Ranges of examples that are worked on at a time.
  func pieces(of count: Int) -> [Range<Int>] {
    let size = exampleShape.rank == 1 ? 1024 : 128
    return stride(from: 0, to: count, by: size).map { $0..<min(count, $0 + size) }
  }

  /// Throws unless these are examples that the flow has a density for, and labels of its classes.
  func requireExamples(_ x: Tensor, labels: Indexes?) throws(ExampleError) {
    try check(x)
    try labels?.requireLabels(classes: architecture.classCount, examples: x.exampleCount)
  }
}

extension Flow.Architecture {
  /// −log₂ p / D of a density in nats; where examples have grey levels, of the probability of the level's cell, whose
  /// width is 1 / (K − 1).
  public func bitsPerDimension(nats: Double) -> Double {
    let features = Double(exampleShape.reduce(1, *))
    let volume = greyLevels.map { -features * log(Double($0 - 1)) } ?? 0
    return -(nats + volume) / (features * log(2))
  }

  /// Examples with noise uniform on ±1/2 level, where they have grey levels.
  func dequantized(_ x: Tensor, using random: inout RandomGenerator) -> Tensor {
    guard let greyLevels else { return x }
    let half = 0.5 / Float(greyLevels - 1)
    return x + random.uniform(x.shape, in: -half..<half)
  }

  /// Throws where a number lies outside the support.
  func requireSupport(_ x: Tensor) throws(ExampleError) {
    guard let support, let position = x.withUnsafeElements({ $0.firstIndex { !support.contains($0) } })
    else { return }
    let features = exampleShape.reduce(1, *)
    throw .outsideSupport(
      example: position / features, feature: position % features, value: Double(x.buffer.base[position]),
      support: Double(support.lowerBound)...Double(support.upperBound))
  }

  /// The interval in which examples' numbers must lie: where the first logit is finite, behind fixed rescalings. Nil for the line.
  var support: ClosedRange<Float>? {
    var (scale, shift): (Float, Float) = (1, 0)
    for bijection in bijections {
      switch bijection.description.elementwise {
      case .affine(let factor, let term):
        scale *= factor
        shift = shift * factor + term
      case .within(let interval):
        let ends = [(interval.lowerBound - shift) / scale, (interval.upperBound - shift) / scale]
        return min(ends[0], ends[1])...max(ends[0], ends[1])
      case .rearrangement: continue
      case .other: return nil
      }
    }
    return nil
  }
}
