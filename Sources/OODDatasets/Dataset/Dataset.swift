import GenModels

/// Examples to learn from or to score, with their labels where they have some.
///
///     let digits = try Dataset("mnist:train")
///     digits.examples.shape                              // [60000, 28, 28, 1], ink from 0 to 1
///     let (training, validation) = digits.shuffled(seed: 1).split(at: 50_000)
///     let sevens = digits.selecting(classes: [7])
public struct Dataset: Sendable, Equatable {
  /// How it was asked for, or what its maker calls it: "mnist:test[0..<1000]".
  public var name: String
  /// What the examples are, in a sentence.
  public var summary: String
  /// [count, …]: images are [count, height, width, channels] with values from 0 to 1, tables [count,
  /// columns].
  public let examples: Tensor
  /// [count]: the class of each example.
  public let labels: Indexes?
  /// What the classes are called, at the position of their label.
  public let classNames: [String]?

  /// Traps when the number of labels is not that of the examples, or a label has no name in `classNames`.
  public init(
    name: String, summary: String = "", examples: Tensor, labels: Indexes? = nil, classNames: [String]? = nil
  ) {
    precondition(
      examples.rank >= 1,
      "The examples of a data set have an axis for their number, and \(examples.shape) has no axis.")
    if let labels {
      precondition(
        labels.shape == [examples.shape[0]],
        "\(examples.shape[0]) examples need labels of shape [\(examples.shape[0])], and these have \(labels.shape)."
      )
      if let classNames {
        labels.withUnsafeElements { labels in
          for label in labels {
            precondition(
              label >= 0 && label < classNames.count,
              "The label \(label) has no name: \(classNames.count) classes are named.")
          }
        }
      }
    }
    self.name = name
    self.summary = summary
    self.examples = examples
    self.labels = labels
    self.classNames = classNames
  }

  /// Number of examples.
  public var count: Int { examples.shape[0] }

  /// The shape of one example: [28, 28, 1] for images.
  public var exampleShape: Shape { Shape(examples.shape.dropFirst()) }

  /// Whether the examples are images: [count, height, width, 1 or 3].
  public var holdsImages: Bool { examples.rank == 4 && (examples.shape[3] == 1 || examples.shape[3] == 3) }
}
