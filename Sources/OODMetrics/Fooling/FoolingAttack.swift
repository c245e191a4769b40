import GenModels

/// An attack that looks for images which a classifier takes for a class: it starts from noise and descends −ln ỹ of the wanted class.
///
/// ```swift
/// let attack = FoolingAttack(source: .generator, descent: .gradientDescent(rate: 0.01), stepLimit: 1000)
/// let result = try attack.run(on: classifier, classes: Array(0..<10), thresholds: [0.9, 0.99], seed: 1)
/// try result.rate(at: 0.9).wilsonInterval()
/// ```
///
/// Any classifier that can be differentiated can be attacked, one that refuses too: its claims are not normalised again, so that an
/// image fools it only when it is also confident.
public struct FoolingAttack: Codable, Hashable, Sendable {
  /// What is descended over.
  public enum Source: String, Codable, Hashable, Sendable, CaseIterable {
    /// The fooling generator network of N. Kardan and K. O. Stanley (2017) and G. Spigler (2019): one fully connected layer D → D with a
    /// sigmoid, and a random input z that stays; its D (D + 1) parameters are trained.
    ///
    /// As z stays, a step on the parameters is a step on the layer's D sums a: gradient descent moves them by −rate (‖z‖₂² + 1) ∂/∂a, and
    /// Adam, whose steps know only the gradient's sign and relative size, by its step times Σ|z| + 1 (its ε apart). That is what is
    /// computed.
    case generator
    /// The pixels themselves, kept in 0...1 after each step, from uniform noise.
    case pixels
  }

  public var source: Source
  public var descent: FoolingDescent
  /// Steps of one start.
  public var stepLimit: Int
  /// Starts: a trial that has not fooled the classifier begins anew, with other random numbers, up to so often.
  public var starts: Int
  /// Trials that go through the classifier at once. It changes time and memory, nothing else.
  public var batchSize: Int

  /// Traps unless the rate is above 0 and the limits are 1 or more.
  public init(
    source: Source = .generator, descent: FoolingDescent, stepLimit: Int = 1000, starts: Int = 1,
    batchSize: Int = 50
  ) {
    precondition(
      descent.rate > 0 && descent.rate.isFinite && stepLimit >= 1 && starts >= 1 && batchSize >= 1,
      "An attack needs a rate above 0, a step, a start and a trial at once, not \(descent), \(stepLimit), \(starts) and \(batchSize)."
    )
    self.source = source
    self.descent = descent
    self.stepLimit = stepLimit
    self.starts = starts
    self.batchSize = batchSize
  }

  /// The settings of the paper as far as they are known: the generator network and plain gradient descent. Rate and step limit are not
  /// in the text; the limit is above 902.
  public static var paper: FoolingAttack {
    FoolingAttack(source: .generator, descent: .gradientDescent(rate: 0.01), stepLimit: 1000)
  }

  /// A strong attack: the generator under Adam, three starts.
  public static var strong: FoolingAttack {
    FoolingAttack(source: .generator, descent: .adam(rate: 1e-4), stepLimit: 1000, starts: 3)
  }

  /// For tables.
  public var title: String {
    "\(source == .generator ? "generator" : "pixels"), \(descent.title), \(stepLimit) steps"
      + (starts > 1 ? ", \(starts) starts" : "")
  }

  /// Attacks a classifier, one trial for each wanted class named.
  ///
  /// - Parameters:
  ///   - classifier: The classifier.
  ///   - classes: The class that each trial wants; one that is named several times gets as many independent trials.
  ///   - thresholds: τ, each in (0, 1]: the steps to each are noted. A trial ends when it reaches all.
  ///   - seed: Decides z, the first weights and noise of every trial, by its number.
  ///   - progress: Called after each step of a batch with the trials that are done; the attack ends with what it throws.
  /// - Throws: `MeasureError` for a class that is none or thresholds out of range.
  public func run<Target: ClaimingClassifier>(
    on classifier: Target, classes: [Int], thresholds: [Double], seed: UInt64,
    progress: (_ done: Int, _ of: Int) throws -> Void = { _, _ in }
  ) throws -> FoolingResult {
    guard !thresholds.isEmpty, thresholds.allSatisfy({ $0 > 0 && $0 <= 1 }) else {
      throw MeasureError.outOfRange(
        name: "list of thresholds", value: "\(thresholds)",
        expected: "one or more numbers above 0 and at most 1")
    }
    if let wrong = classes.first(where: { !(0..<classifier.classCount).contains($0) }) {
      throw MeasureError.outOfRange(
        name: "wanted class", value: "\(wrong)", expected: "one of 0...\(classifier.classCount - 1)")
    }
    var trials: [FoolingTrial] = []
    for first in stride(from: 0, to: classes.count, by: batchSize) {
      let numbers = Array(first..<min(classes.count, first + batchSize))
      var batch = FoolingBatch(
        attack: self, classifier: classifier, wanted: numbers.map { classes[$0] }, thresholds: thresholds,
        random: numbers.map { RandomGenerator(seed: seed).split("fooling").split(UInt64($0)) })
      while batch.isRunning {
        batch.step()
        try progress(trials.count + batch.doneCount, classes.count)
      }
      trials += batch.trials
    }
    return FoolingResult(attack: self, thresholds: thresholds, trials: trials)
  }
}
