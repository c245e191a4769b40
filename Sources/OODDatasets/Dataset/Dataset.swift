import GenModels

/// Examples to learn from or to score, with their labels where they have some.
///
/// ```swift
/// let digits = try Dataset("mnist:train")
/// digits.examples.shape                              // [60000, 28, 28, 1], ink from 0 to 1
/// let (training, validation) = digits.shuffled(seed: 1).split(at: 50_000)
/// let sevens = digits.selecting(classes: [7])
/// ```
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
  /// What the columns of a table are called, where its file says it.
  public let columnNames: [String]?
  /// What each example is called where it comes from: the column of ids of a table, the files of a folder.
  public internal(set) var ids: [String]?
  /// Rows of a table's file that were left out because of gaps.
  public var droppedRowCount = 0
  /// Whether classes have names in the file that they come from, and were numbered here.
  var classesAreText = false
  /// Where the examples stand in their file; nil for all examples in their order, or where that is not known.
  var rowNumbers: [Int]?

  /// Traps when the number of labels is not that of the examples, or a label has no name in `classNames`, or
  /// there is not one name for each column.
  public init(
    name: String, summary: String = "", examples: Tensor, labels: Indexes? = nil, classNames: [String]? = nil,
    columnNames: [String]? = nil
  ) {
    precondition(
      examples.rank >= 1,
      "The examples of a data set have an axis for their number, and \(examples.shape) has no axis.")
    if let columnNames {
      precondition(
        examples.rank == 2 && examples.shape[1] == columnNames.count,
        "\(columnNames.count) columns are named, and the examples have the shape \(examples.shape).")
    }
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
    self.columnNames = columnNames
  }

  /// The number of an example in its file, counted from 0, whatever ranges, filters and gaps left out.
  public func row(_ position: Int) -> Int { rowNumbers.map { $0[position] } ?? position }

  /// The columns of a table; for other examples, as many as they have numbers.
  public var columns: TableColumns {
    columnNames.map { TableColumns(names: $0) } ?? TableColumns(count: exampleShape.elementCount)
  }

  /// The table with the wanted columns, matched by name. Throws `TableColumnsError`.
  public func arranged(like wanted: TableColumns) throws(TableColumnsError) -> Dataset {
    guard let positions = try columns.positions(of: wanted) else { return self }
    let width = positions.count
    let arranged = Tensor(shape: examples.shape) { destination in
      examples.withUnsafeElements { source in
        for row in 0..<count {
          for (column, position) in positions.enumerated() {
            destination[row * width + column] = source[row * width + position]
          }
        }
      }
    }
    var copy = Dataset(
      name: name, summary: summary, examples: arranged, labels: labels, classNames: classNames,
      columnNames: wanted.names)
    copy.takeOrigin(of: self, positions: [Int]?.none)
    return copy
  }

  /// Takes over what is known of where the examples come from. `positions` are those of this set's examples in the other.
  mutating func takeOrigin(of other: Dataset, positions: (some Collection<Int>)?) {
    ids = other.ids.map { ids in positions.map { $0.map { ids[$0] } } ?? ids }
    droppedRowCount = other.droppedRowCount
    classesAreText = other.classesAreText
    rowNumbers = positions.map { $0.map { other.rowNumbers?[$0] ?? $0 } } ?? other.rowNumbers
  }

  /// Number of examples.
  public var count: Int { examples.shape[0] }

  /// The shape of one example: [28, 28, 1] for images.
  public var exampleShape: Shape { Shape(examples.shape.dropFirst()) }

  /// Whether the examples are images: [count, height, width, 1 or 3].
  public var holdsImages: Bool { examples.rank == 4 && (examples.shape[3] == 1 || examples.shape[3] == 3) }
}
