import GenModels
import OODMetrics
import Testing

@Suite("Spurious and missing modes from reconstruction errors")
struct ReconstructionComparisonTests {
  /// In-class errors 1, 2, 3, 10; control errors 2, 8, 9, 12, 20 and 5, 6.
  static let small = try! ReconstructionComparison(
    inClass: [3, 10, 1, 2],
    controls: [.init("hwrt", errors: [20, 8, 2, 12, 9]), .init("noise", errors: [5, 6])])

  /// Errors of a model that reconstructs its class better than two control sets.
  static func simulated(_ stream: UInt64, count: Int = 60) throws -> ReconstructionComparison {
    var random = RandomGenerator(seed: 5, stream: stream)
    func errors(_ count: Int) -> [Double] { random.uniform([count]).elements.map { Double($0) } }
    return try ReconstructionComparison(
      inClass: errors(count),
      controls: [
        .init("a", errors: errors(count).map { $0 + 0.5 }),
        .init("b", errors: errors(count / 2).map { $0 + 0.4 }),
      ])
  }

  @Test("Rates at θ are counted by hand; an error equal to θ is not reconstructed")
  func rates() throws {
    let rates = try Self.small.rates(at: 9)
    #expect(rates.inClass.estimate == 0.75)
    #expect(rates.inClassCounts == Proportion(successes: 3, trials: 4))
    #expect(rates.controls.map(\.name) == ["hwrt", "noise"])
    #expect(rates.controls.map(\.outOfClass.estimate) == [0.4, 1])
    #expect(rates.controls.map(\.delta.estimate) == [0.35, -0.25])
    #expect(abs(rates.meanDelta.estimate - 0.05) < 1e-15)
    #expect(rates.minimumDelta.estimate == -0.25)
    #expect(abs(rates.inClass.standardError - (0.75 * 0.25 / 4).squareRoot()) < 1e-15)
    #expect(try Self.small.rates(at: 1).inClass.estimate == 0)
    #expect(try Self.small.rates(at: 1.0.nextUp).inClass.estimate == 0.25)
    #expect(try Self.small.rates(at: .infinity).controls[0].outOfClass.estimate == 1)
    #expect(try Self.small.rates(at: -.infinity).minimumDelta.estimate == 0)
    #expect(Self.small.inClassCount == 4 && Self.small.controlCounts == [5, 2])
  }

  @Test(
    "Wilson's interval is the published one (R. G. Newcombe, 1998)",
    arguments: [
      (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718),
    ])
  func wilson(successes: Int, trials: Int, low: Double, high: Double) throws {
    let interval = try Proportion(successes: successes, trials: trials).wilsonInterval()
    #expect(abs(interval.lowerBound - low) < 5e-5 && abs(interval.upperBound - high) < 5e-5)
    let mirrored = try Proportion(successes: trials - successes, trials: trials).wilsonInterval()
    #expect(abs(mirrored.upperBound - (1 - interval.lowerBound)) < 1e-12)
    #expect(throws: MeasureError.self) { try Proportion(successes: 1, trials: 2).wilsonInterval(level: 1) }
  }

  @Test(
    "Newcombe's interval of a difference is the published one (1998, method 10)",
    arguments: [
      (56, 70, 48, 80, 0.0524, 0.3339), (9, 10, 3, 10, 0.1705, 0.8090), (6, 7, 2, 7, 0.0582, 0.8062),
      (5, 56, 0, 29, -0.0381, 0.1926), (10, 10, 0, 20, 0.6791, 1.0), (10, 10, 0, 10, 0.6075, 1.0),
    ])
  func newcombe(a: Int, n: Int, b: Int, m: Int, low: Double, high: Double) throws {
    func errors(_ below: Int, of count: Int) -> [Double] { (0..<count).map { $0 < below ? 0 : 1 } }
    let one = ReconstructionComparison.ControlSet("one", errors: errors(b, of: m))
    let rates = try ReconstructionComparison(inClass: errors(a, of: n), controls: [one]).rates(at: 0.5)
    let delta = rates.controls[0].delta
    #expect(abs(delta.interval.lowerBound - low) < 1e-4 && abs(delta.interval.upperBound - high) < 1e-4)
    // For one control set, mean and minimum are Δ.
    #expect(rates.meanDelta == delta && rates.minimumDelta == delta)
  }

  @Test("Intervals cover the truth at least about as often as they say")
  func coverage() throws {
    // At θ = 0.8: IRR 0.8, ORR 0.3 and 0.4.
    var covered = [0, 0, 0, 0]
    for trial in 0..<500 {
      let rates = try Self.simulated(UInt64(trial)).rates(at: 0.8, level: 0.9)
      if rates.inClass.interval.contains(0.8) { covered[0] += 1 }
      if rates.controls[0].delta.interval.contains(0.5) { covered[1] += 1 }
      if rates.meanDelta.interval.contains(0.45) { covered[2] += 1 }
      if rates.minimumDelta.interval.contains(0.4) { covered[3] += 1 }
    }
    // 450 expected, 6.7 the standard deviation; the minimum's is conservative.
    #expect((430...475).contains(covered[0]))
    #expect((430...475).contains(covered[1]))
    #expect((430...475).contains(covered[2]))
    #expect((440...500).contains(covered[3]))
  }

  @Test("The minimum's interval contains its estimate, and lies no higher than any set's")
  func minimum() throws {
    for trial in 0..<40 {
      let rates = try Self.simulated(UInt64(trial), count: 8).rates(at: 0.7)
      #expect(rates.minimumDelta.interval.contains(rates.minimumDelta.estimate))
      #expect(rates.minimumDelta.estimate <= rates.meanDelta.estimate)
      for control in rates.controls {
        #expect(rates.minimumDelta.interval.lowerBound <= control.delta.interval.lowerBound)
        #expect(control.delta.interval.lowerBound >= -1 && control.delta.interval.upperBound <= 1)
      }
    }
  }

  @Test("Curves are the exact rates on every step, ties included")
  func curvesByHand() throws {
    let curves = Self.small.curves()
    #expect(curves.errors == [1, 2, 3, 5, 6, 8, 9, 10, 12, 20])
    #expect(curves.inClass == [0, 0.25, 0.5, 0.75, 0.75, 0.75, 0.75, 0.75, 1, 1, 1])
    #expect(curves.outOfClass[0] == [0, 0, 0.2, 0.2, 0.2, 0.2, 0.4, 0.6, 0.6, 0.8, 1])
    #expect(curves.outOfClass[1] == [0, 0, 0, 0, 0.5, 1, 1, 1, 1, 1, 1])
    #expect(curves.delta[0] == [0, 0.25, 0.3, 0.55, 0.55, 0.55, 0.35, 0.15, 0.4, 0.2, 0])
    #expect(curves.minimumDelta == [0, 0.25, 0.3, 0.55, 0.25, -0.25, -0.25, -0.25, 0, 0, 0])
    #expect(curves.controlNames == ["hwrt", "noise"])
  }

  @Test("At any θ the curves say what the rates say")
  func curvesAndRates() throws {
    let comparison = try Self.simulated(77, count: 200)
    let curves = comparison.curves()
    for theta in [-1, 0.0, 0.3, curves.errors[10], curves.errors[250], 0.5, 1.2, 9] {
      let (step, rates) = (curves.step(at: theta), try comparison.rates(at: theta))
      #expect(curves.inClass[step] == rates.inClass.estimate)
      #expect(curves.outOfClass.map { $0[step] } == rates.controls.map(\.outOfClass.estimate))
      #expect(curves.delta.map { $0[step] } == rates.controls.map(\.delta.estimate))
      #expect(abs(curves.meanDelta[step] - rates.meanDelta.estimate) < 1e-15)
      #expect(curves.minimumDelta[step] == rates.minimumDelta.estimate)
    }
    for step in [0, 1, 100, curves.errors.count] {
      #expect(curves.step(at: curves.threshold(ofStep: step)) == step)
    }
  }

  @Test("Rates never fall as θ grows, run from 0 to 1, and Δ stays in −1...1")
  func monotone() throws {
    let curves = try Self.simulated(3, count: 300).curves()
    for rate in [curves.inClass] + curves.outOfClass {
      #expect(rate.first == 0 && rate.last == 1)
      #expect(zip(rate, rate.dropFirst()).allSatisfy { $0 <= $1 })
    }
    for delta in curves.delta {
      #expect(delta.first == 0 && delta.last == 0 && delta.allSatisfy { abs($0) <= 1 })
    }
    #expect(zip(curves.minimumDelta, curves.meanDelta).allSatisfy { $0 <= $1 + 1e-15 })
  }

  @Test("The best θ is by hand the first of the largest Δ")
  func bestByHand() throws {
    let best = try Self.small.bestThreshold(for: .control("hwrt"))
    #expect(best == (try Self.small.bestThreshold(for: .control("hwrt"), on: Self.small.curves())))
    #expect(best.delta == 0.55 && best.threshold == 5 && best.lowerBound == 3)
    let minimum = try Self.small.bestThreshold(for: .minimum)
    #expect(minimum.delta == 0.55 && minimum.threshold == 5)
    let mean = try Self.small.bestThreshold(for: .mean)
    #expect(abs(mean.delta - 0.65) < 1e-15 && mean.threshold == 5)
    // A model that reconstructs symbols better than digits had better reconstruct nothing.
    let upsideDown = try ReconstructionComparison(
      inClass: [5, 6], controls: [.init("easy", errors: [1, 2])])
    let none = try upsideDown.bestThreshold(for: .mean)
    #expect(none.delta == 0 && none.threshold == 1 && none.lowerBound == -.infinity)
    #expect(try upsideDown.rates(at: none.threshold).controls[0].outOfClass.estimate == 0)
  }

  @Test("No θ has a larger Δ than the best one", arguments: [DeltaObjective.control("b"), .mean, .minimum])
  func best(objective: DeltaObjective) throws {
    let comparison = try Self.simulated(8, count: 150)
    let best = try comparison.bestThreshold(for: objective)
    func value(_ theta: Double) throws -> Double {
      let rates = try comparison.rates(at: theta)
      switch objective {
      case .control: return rates.controls[1].delta.estimate
      case .mean: return rates.meanDelta.estimate
      case .minimum: return rates.minimumDelta.estimate
      }
    }
    #expect(abs(try value(best.threshold) - best.delta) < 1e-15)
    #expect(try value(best.lowerBound.nextUp) == value(best.threshold))
    for step in 0..<400 { #expect(try value(Double(step) / 250) <= best.delta + 1e-15) }
  }

  @Test("Nothing depends on the order of examples, and the ranking is that of the errors")
  func order() throws {
    let (inClass, control) = ([3.0, 10, 1, 2, 2], [20.0, 8, 2, 12, 9])
    let there = try ReconstructionComparison(inClass: inClass, controls: [.init("c", errors: control)])
    let back = try ReconstructionComparison(
      inClass: inClass.reversed(), controls: [.init("c", errors: control.sorted())])
    #expect(there.curves() == back.curves())
    #expect(try there.rates(at: 5) == back.rates(at: 5))
    // Of 25 pairs, 20 in order with 12 and 20 (5 each) and 8, 9 (4 each), 2 above 1 and equal to two 2s.
    #expect(try there.auroc(against: "c") == (5 + 5 + 4 + 4 + 1 + 1) / 25.0)
    #expect(try there.ranking(against: "c").auroc == back.auroc(against: "c"))
  }

  @Test("One example a set is enough for rates, and their intervals say how little that is")
  func single() throws {
    let rates = try ReconstructionComparison(inClass: [1], controls: [.init("c", errors: [2])]).rates(at: 1.5)
    #expect(rates.controls[0].delta.estimate == 1)
    #expect(rates.controls[0].delta.interval.lowerBound < 0)
  }

  @Test("Empty sets, NaN, repeated and unknown names are refused in words")
  func refused() throws {
    func error(_ inClass: [Double], _ controls: [ReconstructionComparison.ControlSet]) -> MeasureError? {
      do throws(MeasureError) {
        _ = try ReconstructionComparison(inClass: inClass, controls: controls)
        return nil
      } catch { return error }
    }
    let good = ReconstructionComparison.ControlSet("c", errors: [1])
    #expect(
      error([], [good])
        == .tooFewExamples(
          set: "in-class", found: 0, needed: 1, reason: "for a rate of reconstruction"))
    #expect(error([1], []) == .noControlSets)
    #expect(error([1], [good, good]) == .repeatedName("c"))
    #expect(error([1, .nan], [good]) == .notFinite(set: "in-class", position: 1, value: "nan"))
    #expect(
      error([1], [.init("d", errors: [0, 2, .infinity])]) == .notFinite(set: "d", position: 2, value: "inf"))
    #expect("\(error([1], [.init("empty", errors: [])])!)".contains("\"empty\" has 0 examples"))
    #expect(throws: MeasureError.self) { try Self.small.rates(at: .nan) }
    #expect(throws: MeasureError.self) { try Self.small.rates(at: 1, level: 0) }
    #expect(throws: MeasureError.unknownControlSet(name: "x", known: ["hwrt", "noise"])) {
      try Self.small.auroc(against: "x")
    }
    #expect(throws: MeasureError.self) { try Self.small.bestThreshold(for: .control("x")) }
  }
}

@Suite("Recall of modes by class")
struct ReconstructionClassRecallTests {
  @Test("Shares of each class are counted by hand, and missing classes found")
  func byHand() throws {
    let recall = try ClassRecall(
      errors: [1, 9, 2, 3, 50, 60, 7], labels: [3, 3, 0, 0, 8, 8, 3], threshold: 7)
    #expect(recall.classes.map(\.label) == [0, 3, 8])
    #expect(recall.classes.map(\.counts.successes) == [2, 1, 0])
    #expect(recall.classes.map(\.recall.estimate) == [1, 1.0 / 3, 0])
    #expect(recall.missing().map(\.label) == [8, 3])
    #expect(recall.missing(below: 0.1).map(\.label) == [8])
    #expect(abs(recall.meanRecall - 4.0 / 9) < 1e-15)
    #expect(recall.classes[2].recall.interval.lowerBound == 0)
    #expect(recall.classes[2].recall.interval.upperBound > 0.5)
  }

  @Test("Weighted by class size, recall is IRR")
  func weighted() throws {
    var random = RandomGenerator(seed: 2)
    let errors = random.uniform([500]).elements.map { Double($0) }
    let labels = random.integers(500, below: 10).elements
    let recall = try ClassRecall(errors: errors, labels: labels, threshold: 0.3)
    let reconstructed = recall.classes.reduce(0) { $0 + $1.counts.successes }
    let rates = try ReconstructionComparison(inClass: errors, controls: [.init("c", errors: [1])]).rates(
      at: 0.3)
    #expect(Double(reconstructed) / 500 == rates.inClass.estimate)
    #expect(recall.classes.reduce(0) { $0 + $1.counts.trials } == 500)
  }

  @Test("Sets without examples or labels, and NaN, are refused")
  func refused() {
    #expect(throws: MeasureError.self) { try ClassRecall(errors: [], labels: [], threshold: 1) }
    #expect(throws: MeasureError.labelCount(examples: 1, labels: 2)) {
      try ClassRecall(errors: [1], labels: [1, 2], threshold: 1)
    }
    #expect(throws: MeasureError.self) { try ClassRecall(errors: [.nan], labels: [1], threshold: 1) }
    #expect(throws: MeasureError.self) { try ClassRecall(errors: [1], labels: [1], threshold: .nan) }
  }
}
