import Foundation
import GenModels
import OODMetrics
import Testing

@Suite("Attacks on classifiers, refusing ones too")
struct FoolingTests {
  /// Fresh weights on pixels of 5 × 5.
  private let model = try! DenoisingClassifier.validating(
    .init(
      exampleShape: [5, 5, 1], encoder: [.flatten, .dense(units: 16, activation: .relu)],
      head: [.dense(units: 4)], decoder: [.dense(units: 25), .reshape([5, 5, 1])], output: .pixels), seed: 3)

  @Test(
    "A step on the generator's sums is a step on its parameters",
    arguments: [FoolingDescent.gradientDescent(rate: 0.02), .adam(rate: 0.003)])
  func generator(descent: FoolingDescent) throws {
    let attack = FoolingAttack(descent: descent, stepLimit: 6)
    let result = try attack.run(on: model, classes: [1, 2], thresholds: [1], seed: 7)
    for (trial, wanted) in [1, 2].enumerated() {
      // The same by the network itself, whose 650 parameters an optimizer moves.
      var random = RandomGenerator(seed: 7).split("fooling").split(UInt64(trial)).split("start").split(0)
      let z = random.uniform([1, 25])
      let layer = Dense(inputs: 25, outputs: 25, using: &random)
      var parameters = [layer.weight.tensor, layer.bias.tensor]
      let optimizer: any Optimizer =
        descent == .gradientDescent(rate: 0.02) ? SGD(learningRate: 0.02) : Adam(learningRate: 0.003)
      var states = parameters.map { p in (0..<optimizer.stateCount).map { _ in Tensor.zeros(p.shape) } }
      var image = Tensor.zeros([25])
      for step in 0...6 {
        let (_, gradients) = valueWithGradients(at: parameters) { p in
          let x = p[0].constant(z).affine(weight: p[0], bias: p[1]).sigmoid().reshaped([1, 5, 5, 1])
          image = x.tensor
          return -model.logClaims(x).sliced(axis: 1, wanted..<wanted + 1).sum()
        }
        if step == 6 { break }
        for i in parameters.indices {
          optimizer.update(
            &parameters[i], gradient: gradients[i], state: &states[i], step: step + 1,
            learningRate: optimizer.learningRate, gradientScale: 1)
        }
      }
      // The claim rises with every step, so the best image is the last one.
      let found = try #require(result.trials[trial].bestImage)
      for (a, b) in zip(found.elements, image.elements) { #expect(abs(a - b) < 2e-4) }
      #expect(result.trials[trial].steps == [nil])
    }
  }

  @Test("A plain classifier is fooled in a few steps, one that knows its examples is not")
  func fooling() throws {
    // Fresh weights are sure of nothing; forty times as large, of anything.
    var model = model
    var tensors = Dictionary(uniqueKeysWithValues: model.namedTensors.map { ($0.name, $0.tensor) })
    tensors["head.0.weight"] = tensors["head.0.weight"]! * 40
    try model.setTensors(tensors)
    let classes = (0..<12).map { $0 % 4 }
    let attack = FoolingAttack(descent: .adam(rate: 0.01), stepLimit: 400)
    let plain = try attack.run(on: model, classes: classes, thresholds: [0.9, 0.99], seed: 1)
    #expect(plain.rate(at: 0.9).successes == 12)
    let (first, second) = (plain.meanSteps(to: 0.9) ?? 0, plain.meanSteps(to: 0.99) ?? 0)
    #expect(first > 0 && second >= first)
    let (images, wanted) = try #require(plain.foolingImages(at: 0.9))
    #expect(images.shape == [12, 5, 5, 1] && wanted == classes)
    let claims = try model.claims(images)
    for (image, label) in wanted.enumerated() { #expect(claims[image, label] >= 0.9 - 1e-5) }
    let scaled = try ScaledClassifier(model, settings: ConfidenceSettings(alpha: 1000))
    let refused = try attack.run(on: scaled, classes: classes, thresholds: [0.9], seed: 1)
    // Only near a fixed point of r is there any confidence: fewer trials come there, or later.
    let (rate, steps) = (refused.rate(at: 0.9), refused.meanSteps(to: 0.9) ?? .infinity)
    #expect(rate.successes < 12 || steps > first)
    // A trial is its own: the batch changes nothing.
    var alone = attack
    alone.batchSize = 1
    let again = try alone.run(on: model, classes: classes, thresholds: [0.9, 0.99], seed: 1)
    #expect(again.trials.map(\.steps) == plain.trials.map(\.steps))
    let pixels = FoolingAttack(source: .pixels, descent: .adam(rate: 0.05), stepLimit: 200, starts: 2)
    let ascent = try pixels.run(on: model, classes: classes, thresholds: [0.9], seed: 1)
    #expect(ascent.rate(at: 0.9).successes > 6)
    let drawn = try #require(ascent.foolingImages(at: 0.9)).images
    #expect(drawn.elements.allSatisfy { (0...1).contains($0) })
  }

  @Test("Judges that were not attacked, and the nearest training example, tell pictures from fooling")
  func judgement() throws {
    var random = RandomGenerator(seed: 4)
    let training = random.uniform([300, 5, 5, 1])
    let labels = try model.labels(training.examples(0..<3)).elements
    let judgement = try FoolingJudgement(
      of: training.examples(0..<3), wanted: [labels[0], (labels[1] + 1) % 4, labels[2]],
      judges: [model, model],
      training: training)
    #expect(judgement.agreeing == [2, 0, 2] && judgement.unrecognizableCount == 1)
    #expect(judgement.nearestDistances == [0, 0, 0])
    let moved = training.examples(7..<8) + Tensor(0.25)
    let distance = try FoolingJudgement.nearestDistances(of: moved, in: training)[0]
    let all = (0..<300).map { row in
      zip(moved.elements, training.examples(row..<row + 1).elements).reduce(0.0) {
        $0 + pow(Double($1.0) - Double($1.1), 2)
      }.squareRoot()
    }
    #expect(abs(distance - all.min()!) < 1e-5)
    #expect(throws: MeasureError.self) { try FoolingJudgement(of: moved, wanted: [0], judges: []) }
    #expect(throws: MeasureError.self) { try FoolingJudgement(of: moved, wanted: [0, 1], judges: [model]) }
  }

  @Test("An attack never leaves its radius nor 0...1", arguments: ProjectedGradientAttack.Norm.allCases)
  func radius(norm: ProjectedGradientAttack.Norm) throws {
    var random = RandomGenerator(seed: 6)
    let x = random.uniform([40, 5, 5, 1])
    let labels = try model.labels(x)
    for radius in [0, 0.003, 0.1, 0.7, 30] {
      var attacks = [ProjectedGradientAttack(radius: radius, norm: norm, steps: 7)]
      if norm == .maximum { attacks.append(.fastGradientSign(radius: radius)) }
      for attack in attacks {
        let attacked = try attack.run(on: model, x, labels: labels, seed: 2)
        for row in 0..<40 {
          let changes = zip(attacked.examples(row..<row + 1).elements, x.examples(row..<row + 1).elements)
            .map { Double($0) - Double($1) }
          let size =
            norm == .maximum
            ? changes.map(abs).max()! : changes.reduce(0) { $0 + $1 * $1 }.squareRoot()
          #expect(size <= radius)
        }
        #expect(attacked.elements.allSatisfy { (0...1).contains($0) })
        if radius == 0.1, norm == .maximum {
          let (before, after) = (try model.logClaims(checking: x), try model.logClaims(checking: attacked))
          let worse = (0..<40).count { after[$0, labels.elements[$0]] < before[$0, labels.elements[$0]] }
          #expect(worse >= 39)
        }
      }
    }
  }

  @Test("What can't be attacked is refused in words")
  func refusals() throws {
    let attack = FoolingAttack.paper
    #expect(throws: MeasureError.self) { try attack.run(on: model, classes: [4], thresholds: [0.9], seed: 1) }
    for thresholds in [[], [0], [1.5], [0.9, .nan]] as [[Double]] {
      #expect(throws: MeasureError.self) {
        try attack.run(on: model, classes: [0], thresholds: thresholds, seed: 1)
      }
    }
    let attacker = ProjectedGradientAttack.fastGradientSign(radius: 0.1)
    let x = Tensor(repeating: 2, shape: [1, 5, 5, 1])
    #expect(throws: ExampleError.self) { try attacker.run(on: model, x, labels: Indexes([0]), seed: 1) }
    #expect(throws: ExampleError.self) { try attacker.run(on: model, x * 0.5, labels: Indexes([9]), seed: 1) }
  }
}
