extension Flow {
  public func sample(count: Int, using random: inout RandomGenerator) -> Tensor {
    sample(count: count, temperature: 1, using: &random)
  }

  public func sample(labels: Indexes, using random: inout RandomGenerator) -> Tensor {
    sample(count: labels.count, labels: labels, temperature: 1, using: &random)
  }

  /// Independent draws, `[count] + exampleShape`.
  ///
  /// - Parameters:
  ///   - count: Number of draws.
  ///   - labels: The class of each draw, for a class-conditional flow; drawn where nil.
  ///   - temperature: Factor on the base distribution's deviations: below 1 draws keep to where the density is high.
  ///   - random: What the draws come from.
  public func sample(
    count: Int, labels: Indexes? = nil, temperature: Float, using random: inout RandomGenerator
  ) -> Tensor {
    precondition(count >= 0, "There are no \(count) examples to draw.")
    precondition(
      temperature >= 0 && temperature.isFinite,
      "A temperature is finite and not negative, and \(temperature) was given.")
    precondition(
      labels.map { $0.count == count } ?? true, "\(count) draws have \(labels?.count ?? 0) labels.")
    let classes = labels ?? architecture.classCount.map { random.integers(count, below: $0) }
    let z = base.sample(count: count, labels: classes, temperature: temperature, using: &random)
    return examples(from: z, labels: classes)
  }

  /// The examples f⁻¹(z) that points `[batch, D]` of the base distribution stand for.
  ///
  /// Works through the batch in pieces, so that memory beyond the result stays bounded; an example does not depend on the
  /// others.
  public func examples(from z: Tensor, labels: Indexes? = nil) -> Tensor {
    let pieces = pieces(of: z.shape[0])
    guard pieces.count > 1 else { return examples(fromPiece: z, labels: labels) }
    return .concatenate(
      pieces.map { rows in
        examples(
          fromPiece: z.sliced(axis: 0, rows), labels: labels.map { Indexes(Array($0.elements[rows])) })
      }, axis: 0)
  }

  private func examples(fromPiece z: Tensor, labels: Indexes?) -> Tensor {
    let y = z.reshaped(Shape([z.shape[0]] + Array(bijections.outputShape)))
    return bijections.inverse(y, condition: condition(labels, like: z), .inference).value
  }
}
