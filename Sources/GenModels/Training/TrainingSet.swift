/// Examples to train on, checked: all finite, and as many targets and labels as inputs.
public struct TrainingSet: Sendable {
  /// `[examples, ...]`.
  public let inputs: Tensor
  /// What to predict, `[examples, ...]`; nil where the inputs are it, or labels are.
  public let targets: Tensor?
  /// The class of each example; nil where there are none.
  public let labels: Indexes?

  /// - Throws: `TrainingError.notFinite` with the first bad example, `countsDiffer`, or `noExamples`.
  public init(_ inputs: Tensor, targets: Tensor? = nil, labels: Indexes? = nil) throws(TrainingError) {
    precondition(inputs.rank >= 1, "Training examples have a first axis that counts them; a scalar has none.")
    guard inputs.shape[0] > 0 else { throw .noExamples }
    for (what, other) in [("targets", targets?.shape), ("labels", labels?.shape)] {
      if let other, other.first != inputs.shape[0] {
        throw .countsDiffer(examples: inputs.shape[0], what: what, count: other.first ?? 0)
      }
    }
    for (what, tensor) in [("input", inputs), ("target", targets)] {
      if let tensor, let position = tensor.firstNonFinite {
        let example = position / (tensor.count / tensor.shape[0])
        throw .notFinite(what: what, example: example, value: tensor.buffer.base[position])
      }
    }
    self.inputs = inputs
    self.targets = targets
    self.labels = labels
  }

  /// Number of examples.
  public var count: Int { inputs.shape[0] }

  /// The examples in `rows`, in that order.
  func batch(_ rows: Indexes) -> Batch {
    Batch(
      inputs: inputs.rows(rows), targets: targets?.rows(rows),
      labels: labels.map { labels in
        Indexes(shape: rows.shape) { picked in
          for i in 0..<picked.count { picked[i] = labels.buffer.base[Int(rows.buffer.base[i])] }
        }
      })
  }
}

/// The examples of one training step.
public struct Batch: Sendable {
  /// `[batch, ...]`.
  public let inputs: Tensor
  /// What to predict, where the training set has it.
  public let targets: Tensor?
  /// The classes, where the training set has them.
  public let labels: Indexes?

  /// Number of examples.
  public var count: Int { inputs.shape[0] }
}
