import GenModels
import Testing

/// A class-conditional flow, with more examples than it works on at a time.
private struct LongCase: Sendable, CustomTestStringConvertible {
  let name: String
  let architecture: Flow.Architecture
  let count: Int
  var testDescription: String { name }

  var isImage: Bool { architecture.exampleShape.count == 3 }

  var flow: Flow {
    Flow(architecture, seed: 3).initialized(from: examples(64), labels: Indexes(labels(64))).moved(by: 0.5)
  }

  func examples(_ count: Int) -> Tensor {
    var random = RandomGenerator(seed: 41)
    let shape = Shape([count] + architecture.exampleShape)
    return isImage ? random.uniform(shape, in: 0.05..<0.95) : random.normal(shape)
  }

  /// Labels without a period that a piece's size could be a multiple of.
  func labels(_ count: Int) -> [Int] {
    var random = RandomGenerator(seed: 42)
    return random.integers(count, below: architecture.classCount!).elements.map { Int($0) }
  }

  static let all = [
    LongCase(
      name: "Real NVP", architecture: .realNVP(features: 4, couplings: 3, hidden: [8], classCount: 3),
      count: 2100),
    LongCase(
      name: "masked autoregressive",
      architecture: .maskedAutoregressive(features: 3, layers: 2, hidden: [8], classCount: 2), count: 2100),
    LongCase(
      name: "class Gaussians",
      architecture: Flow.Architecture(
        exampleShape: [3], bijections: [.coupling(hidden: [8])], base: .classGaussians, classCount: 4),
      count: 2100),
    LongCase(
      name: "Glow on images",
      architecture: .glow(
        images: [4, 2, 2], levels: 1, steps: 1, hiddenChannels: 4, classCount: 3, greyLevels: nil),
      count: 300),
  ]
}

@Suite("Flows of more examples than one piece")
struct FlowPieceTests {
  /// Numbers computed from slices of 50 rows, which are less than a piece.
  private func inSlices(_ count: Int, _ body: (Range<Int>) throws -> [Double]) rethrows -> [Double] {
    try stride(from: 0, to: count, by: 50).flatMap { try body($0..<min(count, $0 + 50)) }
  }

  private func expectClose(_ a: [Double], _ b: [Double], _ what: String) {
    #expect(a.count == b.count)
    for (row, (x, y)) in zip(a, b).enumerated() where abs(x - y) > 2e-4 * max(1, abs(y)) {
      Issue.record("\(what), example \(row): \(x) for \(y)")
      return
    }
  }

  @Test("Each example has its own label's density, in every piece", arguments: LongCase.all)
  fileprivate func labelled(_ law: LongCase) throws {
    let (flow, x, labels) = (law.flow, law.examples(law.count), law.labels(law.count))
    let classes = law.architecture.classCount!
    let byClass = try (0..<classes).map { label in
      try inSlices(law.count) { rows in
        try flow.logDensity(
          x.sliced(axis: 0, rows), labels: Indexes([Int](repeating: label, count: rows.count)))
      }
    }
    let expected = labels.enumerated().map { byClass[$1][$0] }
    expectClose(try flow.logDensity(x, labels: Indexes(labels)), expected, "ln p(x | class)")
    // Labels matter, or this would show nothing.
    #expect((0..<law.count).count { abs(byClass[0][$0] - byClass[1][$0]) > 0.01 } > law.count * 9 / 10)

    var random = RandomGenerator(seed: 1)
    let bits = try flow.bitsPerDimension(x, labels: Indexes(labels), draws: 2, using: &random)
    expectClose(bits, expected.map { law.architecture.bitsPerDimension(nats: $0) }, "bits")

    let top = (0..<law.count).map { row in byClass.map { $0[row] }.max()! }
    let average = (0..<law.count).map { row -> Double in
      let sum = byClass.reduce(0.0) { $0 + exponential($1[row] - top[row]) }
      return top[row] + logarithm(sum / Double(classes))
    }
    expectClose(try flow.logDensity(x), average, "ln p(x)")
    for (row, shares) in try flow.classProbabilities(x).enumerated() {
      let weights = byClass.map { exponential($0[row] - top[row]) }
      let total = weights.reduce(0, +)
      let error = zip(shares, weights).map { abs($0 - $1 / total) }.max()!
      if error > 1e-3 {
        Issue.record(
          "the classes' probabilities of example \(row) are \(shares), not \(weights.map { $0 / total })")
        break
      }
    }
  }

  // Differences of a few units in the last place don't matter here.
  private func exponential(_ x: Double) -> Double { Double(Tensor(Float(x)).exp().scalar) }
  private func logarithm(_ x: Double) -> Double { Double(Tensor(Float(x)).log().scalar) }

  @Test("Each point is mapped back with its own label, in every piece", arguments: LongCase.all)
  fileprivate func mappedBack(_ law: LongCase) throws {
    let (flow, labels) = (law.flow, law.labels(law.count))
    var (random, same) = (RandomGenerator(seed: 6), RandomGenerator(seed: 6))
    let z = flow.base.sample(count: law.count, labels: Indexes(labels), temperature: 0.75, using: &random)
    let expected = inSlices(law.count) { rows in
      flow.examples(from: z.sliced(axis: 0, rows), labels: Indexes(Array(labels[rows]))).elements.map {
        Double($0)
      }
    }
    let found = flow.examples(from: z, labels: Indexes(labels))
    #expect(Array(found.shape) == [law.count] + law.architecture.exampleShape)
    expectClose(found.elements.map { Double($0) }, expected, "f⁻¹(z)")
    // A draw is that map of a draw of the base, with its labels.
    let drawn = flow.sample(count: law.count, labels: Indexes(labels), temperature: 0.75, using: &same)
    #expect(drawn == found)
    #expect(random == same)
  }

  @Test("Draws without labels draw them, each class as often as another")
  func drawnLabels() throws {
    var base = Flow.Architecture(
      exampleShape: [2], bijections: [.reversal], base: .classGaussians, classCount: 2)
    base.bijections = [.rescaling(scale: 1, shift: 0)]
    var flow = Flow(base, seed: 1)
    try flow.setTensors([
      "base.mean": Tensor([-50, 10, 50, 20], shape: [2, 2]), "base.logDeviation": .zeros([2, 2]),
    ])
    var random = RandomGenerator(seed: 2)
    let draws = flow.sample(count: 2100, using: &random)
    let first = (0..<2100).map { draws[$0, 0] }
    for (row, value) in first.enumerated() { #expect(abs(draws[row, 1] - (value < 0 ? 10 : 20)) < 8) }
    for piece in [0..<1024, 1024..<2048] {
      let share = Double(first[piece].count { $0 < 0 }) / 1024
      #expect(abs(share - 0.5) < 0.1)
    }
  }

  // MARK: Setting parameters from data

  /// Numbers whose columns have other means and deviations, more than parameters are set from.
  private func table(_ count: Int, columns: Int) -> Tensor {
    var random = RandomGenerator(seed: 51)
    let scales = Tensor((0..<columns).map { Float($0 + 1) * 0.5 }, shape: [1, columns])
    let means = Tensor((0..<columns).map { Float(10 * $0) - 3 }, shape: [1, columns])
    return random.normal([count, columns]) * scales + means
  }

  /// The mean and the variance (over n) of a column.
  private func moments(_ z: Tensor, _ column: Int) -> (mean: Double, variance: Double) {
    let numbers = (0..<z.shape[0]).map { Double(z[$0, column]) }
    let mean = numbers.reduce(0, +) / Double(numbers.count)
    return (mean, numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count))
  }

  /// A flow set from examples, and what it makes of those it was set from: the first 1024 in a random order.
  private func initialized(
    _ flow: Flow, _ x: Tensor, labels: [Int]? = nil
  ) -> (flow: Flow, latent: Tensor) {
    var random = RandomGenerator(seed: 8)
    let set = flow.initialized(from: x, labels: labels.map { Indexes($0) }, using: random)
    let rows = Array(random.permutation(x.shape[0]).elements.prefix(1024).map { Int($0) })
    let latent = set.latent(
      of: x.rows(Indexes(rows)), labels: labels.map { labels in Indexes(rows.map { labels[$0] }) })
    return (set, latent.value)
  }

  private func expectStandard(_ z: Tensor, columns: Range<Int>, _ location: SourceLocation = #_sourceLocation)
  {
    for column in columns {
      let (mean, variance) = moments(z, column)
      #expect(
        abs(mean) < 1e-3 && abs(variance - 1) < 1e-2, "column \(column): \(mean), \(variance)",
        sourceLocation: location)
    }
  }

  @Test("ActNorm behind splits is set from the half that comes to it", arguments: [300, 1024, 1500])
  func behindSplits(count: Int) {
    let x = table(count, columns: 8)
    let flow = Flow(
      Flow.Architecture(
        exampleShape: [8],
        bijections: [
          .split, .activationNormalization, .split, .rescaling(scale: 3, shift: 1), .activationNormalization,
        ]),
      seed: 1)
    let z = initialized(flow, x).latent
    // Columns 0...3 are split off as they are, 4 and 5 behind the first ActNorm; 6 and 7 come to the second.
    for column in 0..<4 { #expect(abs(moments(z, column).mean - (10 * Double(column) - 3)) < 1) }
    expectStandard(z, columns: 4..<8)
  }

  @Test("ActNorm behind a split of images is set from the channels that come to it")
  func behindSplitOfImages() {
    var random = RandomGenerator(seed: 52)
    let x =
      random.normal([200, 2, 6, 4]) * Tensor([1, 2, 3, 4], shape: [1, 1, 1, 4])
      + Tensor([9, 8, -7, 6], shape: [1, 1, 1, 4])
    let flow = Flow(
      Flow.Architecture(exampleShape: [2, 6, 4], bijections: [.split, .activationNormalization]), seed: 1)
    let z = initialized(flow, x).latent
    // The 12 pixels of channels 2 and 3 follow the 24 numbers that were split off.
    let rest = z.sliced(axis: 1, 24..<48).reshaped([200 * 12, 2])
    expectStandard(rest, columns: 0..<2)
    let taken = z.sliced(axis: 1, 0..<24).reshaped([200 * 12, 2])
    #expect(abs(moments(taken, 0).mean - 9) < 0.2 && abs(moments(taken, 1).mean - 8) < 0.4)
  }

  @Test(
    "What comes after a coupling is set with each example's own label, beyond 1024 examples too",
    arguments: [500, 1500])
  func behindConditionalCouplings(count: Int) {
    var random = RandomGenerator(seed: 53)
    let labels = random.integers(count, below: 3).elements.map { Int($0) }
    let flow = Flow(
      Flow.Architecture(
        exampleShape: [3],
        bijections: [
          .standardization, .coupling(hidden: [8]), .activationNormalization,
          .coupling(hidden: [8], changes: .first),
          .activationNormalization,
        ], classCount: 3), seed: 2
    ).moved(by: 1)
    let (set, z) = initialized(flow, table(count, columns: 3), labels: labels)
    expectStandard(z, columns: 0..<3)
    // The labels matter here.
    let others = labels.map { ($0 + 1) % 3 }
    let elsewhere = set.latent(of: table(count, columns: 3), labels: Indexes(others)).value
    let own = set.latent(of: table(count, columns: 3), labels: Indexes(labels)).value
    #expect((elsewhere - own).absolute().mean().scalar > 0.05)
  }

  @Test("A standardization is set from all examples, and its statistics are not trained")
  func standardization() throws {
    var x = table(1500, columns: 2)
    // One wild example in whatever place.
    x[1400, 0] = 4000
    let flow = Flow(
      Flow.Architecture(exampleShape: [2], bijections: [.standardization, .activationNormalization]), seed: 1)
    let set = flow.initialized(from: x, using: RandomGenerator(seed: 8))
    func state(_ flow: Flow, _ name: String) throws -> [Float] {
      try #require(flow.namedTensors.first { $0.name == "bijections.0.\(name)" }).tensor.elements
    }
    for column in 0..<2 {
      let (mean, variance) = moments(x, column)
      #expect(abs(Double(try state(set, "mean")[column]) - mean) < 1e-4 * (1 + abs(mean)))
      #expect(
        abs(Double(try state(set, "deviation")[column]) - variance.squareRoot()) < 1e-4
          * variance.squareRoot())
    }
    let trained = try Trainer(optimizer: SGD(learningRate: 0.1), epochs: 1, batchSize: 500).train(
      set, on: TrainingSet(x), loss: Flow.loss
    ).model
    #expect(
      try state(trained, "mean") == state(set, "mean")
        && state(trained, "deviation") == state(set, "deviation"))
  }
}
