import GenModels
import OODDatasets
import Testing

/// The preparation of out-of-class symbols.
struct SymbolPreparationTests {
  /// 12 examples of class 0, 3 of class 1, none of class 2, 10 of class 3; each example holds its number.
  static let symbols: Dataset = {
    let labels = [Int](repeating: 0, count: 12) + [1, 1, 1] + [Int](repeating: 3, count: 10)
    return Dataset(
      name: "symbols", examples: Tensor((0..<25).map(Float.init), shape: [25, 1]), labels: Indexes(labels),
      classNames: ["\\alpha", "\\beta", "\\gamma", "\\delta"])
  }()

  /// Those of the two classes with ten examples and more.
  static let examplesOfLargeClasses: [Float] =
    Array(0..<12).map { Float($0) } + Array(15..<25).map { Float($0) }

  @Test func smallClassesAreLeftOut() throws {
    let kept = try Self.symbols.keepingClasses(withAtLeast: 10)
    #expect(kept.classNames == ["\\alpha", "\\delta"])
    #expect(kept.classCounts == [12, 10])
    #expect(kept.examples.elements == Self.examplesOfLargeClasses)
    // A class without examples has nothing to keep.
    #expect(try Self.symbols.keepingClasses(withAtLeast: 0).classNames == ["\\alpha", "\\beta", "\\delta"])
  }

  @Test func theSplitIsRandomAndWhole() throws {
    let (train, test) = try SymbolPreparation(minimumExamples: 10, trainingCount: 15).prepare(Self.symbols)
    #expect(train.count == 15 && test.count == 7)
    let all = (train.examples.elements + test.examples.elements).sorted()
    #expect(all == Self.examplesOfLargeClasses)
    for part in [train, test] {
      for (value, label) in zip(part.examples.elements, part.labels!.elements) {
        #expect(label == (value < 12 ? 0 : 1))
      }
    }
    #expect(train.examples.elements != train.examples.elements.sorted())
    let again = try SymbolPreparation(minimumExamples: 10, trainingCount: 15).prepare(Self.symbols)
    #expect(again.training == train && again.test == test)
    let other = try SymbolPreparation(minimumExamples: 10, trainingCount: 15, seed: 1).prepare(Self.symbols)
    #expect(other.training != train)
  }

  @Test func statedSizes() throws {
    let (train, test) = try SymbolPreparation(minimumExamples: 10, trainingCount: 4, testCount: 5).prepare(
      Self.symbols)
    #expect(train.count == 4 && test.count == 5)
    #expect(Set(train.examples.elements).isDisjoint(with: test.examples.elements))
  }

  @Test func whatCannotBePrepared() {
    let unlabelled = Dataset(name: "points", examples: .zeros([5, 2]))
    #expect(throws: SymbolPreparationError.noLabels(name: "points")) {
      try SymbolPreparation(trainingCount: 1).prepare(unlabelled)
    }
    #expect(throws: SymbolPreparationError.noClass(name: "symbols", minimum: 100, largest: 12)) {
      try SymbolPreparation(trainingCount: 1).prepare(Self.symbols)
    }
    #expect(throws: SymbolPreparationError.tooFewExamples(name: "symbols", kept: 22, wanted: 23, minimum: 10))
    {
      try SymbolPreparation(minimumExamples: 10, trainingCount: 20, testCount: 3).prepare(Self.symbols)
    }
  }

  @Test(.enabled(if: SharedData.isHere, "\(SharedData.message)")) func theSampleOfHWRT() throws {
    // Three symbols of the sample have 100 recordings: A 329, B 126, C 101.
    let hwrt = try SharedData.library.load("hwrt:symbols")
    let (train, test) = try SymbolPreparation(trainingCount: 400).prepare(hwrt)
    #expect(train.classNames == ["A", "B", "C"])
    #expect(train.count == 400 && test.count == 156)
    #expect(zip(train.classCounts!, test.classCounts!).map { $0 + $1 } == [329, 126, 101])
  }
}
