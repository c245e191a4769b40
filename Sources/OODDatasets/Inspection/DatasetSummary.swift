import GenModels

/// Counts and ranges of a data set, as `ood data info` shows them.
public struct DatasetSummary: Sendable, Equatable {
  /// A class and its number of examples.
  public struct Class: Sendable, Equatable {
    public let label: Int
    public let name: String
    public let count: Int
  }

  public let name: String
  public let summary: String
  public let count: Int
  /// The shape of one example.
  public let exampleShape: [Int]
  /// In the order of their labels, those without examples included when the data set names them. Nil without
  /// labels.
  public let classes: [Class]?
  /// Over all values; nil when there are none.
  public let smallest, largest: Float?
  /// The mean over all values: for images the mean ink. Nil when there are none.
  public let mean: Double?
  /// The standard deviation over all values (of the data themselves: divided by their number).
  public let standardDeviation: Double?

  public init(_ dataset: Dataset) {
    name = dataset.name
    summary = dataset.summary
    count = dataset.count
    exampleShape = Array(dataset.exampleShape)
    classes = dataset.classCounts.map { counts in
      counts.enumerated().map { label, count in
        let known = dataset.classNames?.indices.contains(label) == true
        return Class(label: label, name: known ? dataset.classNames![label] : String(label), count: count)
      }
    }
    guard dataset.examples.count > 0 else {
      (smallest, largest, mean, standardDeviation) = (nil, nil, nil, nil)
      return
    }
    var low = Float.infinity
    var high = -Float.infinity
    var sum = 0.0
    var squares = 0.0
    dataset.examples.withUnsafeElements { values in
      for value in values {
        low = min(low, value)
        high = max(high, value)
        sum += Double(value)
      }
      let mean = sum / Double(values.count)
      for value in values {
        let difference = Double(value) - mean
        squares += difference * difference
      }
    }
    smallest = low
    largest = high
    mean = sum / Double(dataset.examples.count)
    standardDeviation = (squares / Double(dataset.examples.count)).squareRoot()
  }
}
