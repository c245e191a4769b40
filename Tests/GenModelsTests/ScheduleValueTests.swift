import GenModels
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// One number whose gradient is always 1.
private struct Slope: Parameterized {
  var w = Parameter(Tensor([0]))
  mutating func visitParameters(with visitor: ParameterVisitor) { visitor.visit("w", &w) }
}

@Suite("Values of schedules")
struct ScheduleValueTests {
  /// The factors of a schedule for all steps of 4 epochs with 3 steps, and for the step after the last.
  private func factors(_ schedule: LearningRateSchedule) -> [Double] {
    (0...12).map { schedule.factor(step: $0, stepsPerEpoch: 3, total: 12) }
  }

  private func expectEqual(_ found: [Double], _ expected: [Double], _ what: String) {
    #expect(found.count == expected.count)
    for (step, (a, b)) in zip(found, expected).enumerated() {
      #expect(abs(a - b) < 1e-12, "\(what), step \(step): \(a) for \(b)")
    }
  }

  @Test("Steps fall after every so many epochs, at their first step")
  func steps() {
    expectEqual(factors(.constant), [Double](repeating: 1, count: 13), "constant")
    expectEqual(
      factors(.steps(epochs: 2, factor: 0.1)), [1, 1, 1, 1, 1, 1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.01], "steps"
    )
    expectEqual(
      factors(.steps(epochs: 1, factor: 3)), [1, 1, 1, 3, 3, 3, 9, 9, 9, 27, 27, 27, 81], "steps of one epoch"
    )
  }

  @Test("Half a cosine goes from 1 to the floor, and is half-way in the middle")
  func cosine() {
    let found = factors(.cosine(floor: 0.2))
    expectEqual(
      found, (0...12).map { 0.2 + 0.8 * (0.5 + 0.5 * cos(Double($0) * 3.141592653589793 / 12)) }, "cosine")
    #expect(found[0] == 1 && abs(found[6] - 0.6) < 1e-12 && abs(found[12] - 0.2) < 1e-12)
    // cos 30° and cos 60°.
    #expect(abs(found[2] - (0.2 + 0.4 * (1 + 3.0.squareRoot() / 2))) < 1e-12)
    #expect(abs(found[4] - 0.8) < 1e-12)
    #expect(LearningRateSchedule.cosine() == .cosine(floor: 0))
    #expect(LearningRateSchedule.cosine().factor(step: 20, stepsPerEpoch: 3, total: 12) == 0)
  }

  @Test("A warm-up rises by equal steps from the first on, times what follows")
  func warmUp() {
    expectEqual(
      factors(.warmUp(steps: 5, then: .constant)), [0.2, 0.4, 0.6, 0.8, 1, 1, 1, 1, 1, 1, 1, 1, 1], "warm-up")
    expectEqual(
      factors(.warmUp(steps: 4, then: .steps(epochs: 1, factor: 0.5))),
      [0.25, 0.5, 0.75, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125, 0.125, 0.125, 0.0625], "warm-up before steps")
    // What follows counts its steps from the start of the training.
    let expected = (0...12).map { (step: Int) -> Double in
      let start = step == 0 ? 0.5 : 1
      return start * (0.75 + 0.25 * cos(Double(step) * 3.141592653589793 / 12))
    }
    expectEqual(factors(.warmUp(steps: 2, then: .cosine(floor: 0.5))), expected, "warm-up before a cosine")
  }

  @Test(
    "Training takes its steps at the schedule's rates, with a short last batch in each epoch",
    arguments: [
      LearningRateSchedule.constant, .steps(epochs: 1, factor: 0.5), .cosine(floor: 0.125),
      .warmUp(steps: 4, then: .cosine()), .warmUp(steps: 2, then: .steps(epochs: 2, factor: 0.25)),
    ])
  func training(_ schedule: LearningRateSchedule) throws {
    // 7 examples in batches of 3: 3 steps an epoch, 9 in all.
    var places: [Float] = []
    let trainer = Trainer(optimizer: SGD(learningRate: 2), epochs: 3, batchSize: 3, schedule: schedule)
    let result = try trainer.train(Slope(), on: TrainingSet(.zeros([7, 1]))) { model, _, scope in
      places.append(model.w.tensor.scalar)
      return scope.constant(Tensor([1])).value(of: model.w).sum()
    }
    places.append(result.model.w.tensor.scalar)
    #expect(places.count == 10)
    for step in 0..<9 {
      let rate = 2 * schedule.factor(step: step, stepsPerEpoch: 3, total: 9)
      #expect(abs(Double(places[step] - places[step + 1]) - rate) < 1e-5, "step \(step)")
    }
  }
}
