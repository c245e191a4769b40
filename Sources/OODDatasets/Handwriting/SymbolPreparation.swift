import GenModels

/// The preparation of the symbols that serve as objects outside of the class of digits (B. Kégl, M. Cherti and A. Kazakçı,
/// 2018, section 3): classes with few examples are left out, and the rest is split at random.
///
/// Of the full HWRT release (369 classes) the paper keeps the 343 classes with 100 examples or more, 151,853 examples, and
/// splits them into 60,000 for training and 91,853 for testing.
///
/// ```swift
/// let symbols = try Dataset("hwrt:symbols")
/// let (train, test) = try SymbolPreparation(trainingCount: 300).prepare(symbols)
/// ```
public struct SymbolPreparation: Sendable, Hashable {
  /// Classes with fewer examples are left out.
  public var minimumExamples: Int
  /// Number of training examples.
  public var trainingCount: Int
  /// Number of test examples; nil for all that are left.
  public var testCount: Int?
  public var seed: UInt64

  /// Traps when a number is negative.
  public init(
    minimumExamples: Int = 100, trainingCount: Int = 60_000, testCount: Int? = nil, seed: UInt64 = 0
  ) {
    precondition(
      minimumExamples >= 0 && trainingCount >= 0 && testCount ?? 0 >= 0,
      "Numbers of examples are at least 0, and \(minimumExamples), \(trainingCount) and \(testCount ?? 0) were given."
    )
    self.minimumExamples = minimumExamples
    self.trainingCount = trainingCount
    self.testCount = testCount
    self.seed = seed
  }

  /// The training and the test examples, without a common one. Each example of the kept classes is equally likely to be in
  /// either; the split depends on the seed and on the number of kept examples only.
  /// - Throws: `SymbolPreparationError`.
  public func prepare(_ symbols: Dataset) throws(SymbolPreparationError) -> (training: Dataset, test: Dataset)
  {
    let kept = try symbols.keepingClasses(withAtLeast: minimumExamples)
    let wanted = trainingCount + (testCount ?? 0)
    guard kept.count >= wanted else {
      throw .tooFewExamples(name: symbols.name, kept: kept.count, wanted: wanted, minimum: minimumExamples)
    }
    var random = RandomGenerator(seed: seed).split("SymbolPreparation")
    let order = random.permutation(kept.count).elements
    let end = testCount.map { trainingCount + $0 } ?? kept.count
    return (kept.selecting(order[..<trainingCount]), kept.selecting(order[trainingCount..<end]))
  }
}

/// A data set that can't be prepared.
public enum SymbolPreparationError: Error, Equatable, CustomStringConvertible {
  case noLabels(name: String)
  case noClass(name: String, minimum: Int, largest: Int)
  case tooFewExamples(name: String, kept: Int, wanted: Int, minimum: Int)

  public var description: String {
    switch self {
    case .noLabels(let name):
      "\(name) has no labels, so its classes can't be counted; use a data set with labels."
    case .noClass(let name, let minimum, let largest):
      "No class of \(name) has \(minimum) examples, the largest has \(largest); lower the minimum."
    case .tooFewExamples(let name, let kept, let wanted, let minimum):
      "\(name) has \(kept) examples in classes of \(minimum) or more, and \(wanted) were asked for; "
        + "ask for fewer or lower the minimum."
    }
  }
}
