import Foundation
import GenModels
import OODMetrics
import Testing

private func isClose(_ a: Double, _ b: Double, within tolerance: Double = 1e-6) -> Bool {
  abs(a - b) <= tolerance * max(1, abs(b))
}

@Suite("Scores of classifiers by hand")
struct PostHocScoreTests {
  private let logits = LinearClassifier.identity(3)
  private let rows = Tensor([2, 0, 0, 0, 0, 0], shape: [2, 3])

  @Test("Softmax, entropy, the largest logit and the energy are their formulas; less sure is higher")
  func fromLogits() throws {
    let p = exp(2.0) / (exp(2.0) + 2)
    let q = 1 / (exp(2.0) + 2)
    let softmax = try MaximumSoftmaxProbability(logits).score(logits: rows)
    #expect(isClose(softmax[0], -p) && isClose(softmax[1], -1.0 / 3))
    let hot = try MaximumSoftmaxProbability(logits, temperature: 2).score(logits: rows)
    #expect(isClose(hot[0], -exp(1.0) / (exp(1.0) + 2)))
    let entropy = try PredictiveEntropy(logits).score(logits: rows)
    #expect(isClose(entropy[0], -p * log(p) - 2 * q * log(q)) && isClose(entropy[1], log(3)))
    #expect(try MaximumLogit(logits).score(logits: rows) == [-2, 0])
    let energy = try EnergyScore(logits).score(logits: rows)
    #expect(isClose(energy[0], -log(exp(2.0) + 2)) && isClose(energy[1], -log(3)))
    let warm = try EnergyScore(logits, temperature: 2).score(logits: rows)
    #expect(isClose(warm[0], -2 * log(exp(1.0) + 2)))
    for scorer in [softmax, hot, entropy, energy, warm] { #expect(scorer[0] < scorer[1]) }
  }

  @Test("Nothing overflows at logits of ±10⁴, and the scores are still right")
  func largeLogits() throws {
    let large = Tensor([1e4, -1e4, 0], shape: [1, 3])
    #expect(try EnergyScore(logits).score(large) == [-1e4])
    #expect(try MaximumSoftmaxProbability(logits).score(large) == [-1])
    #expect(try PredictiveEntropy(logits).score(large) == [0])
    #expect(try GradNorm(logits).score(large).allSatisfy(\.isFinite))
    #expect(try KLMatching(logits, fitting: rows).score(large).allSatisfy(\.isFinite))
    #expect(try ODIN(logits).score(large).allSatisfy(\.isFinite))
  }

  @Test("More certain logits never score higher, whatever the score")
  func monotone() throws {
    // One logit rises, all else the same.
    let rising = Tensor((0..<40).flatMap { [Float($0) / 4, 0, -1] }, shape: [40, 3])
    let scorers: [any LogitScorer] = [
      try MaximumSoftmaxProbability(logits), PredictiveEntropy(logits), MaximumLogit(logits),
      try EnergyScore(logits),
    ]
    for scorer in scorers {
      let scores = try scorer.score(logits: rising)
      #expect(zip(scores, scores.dropFirst()).allSatisfy { $0 >= $1 }, "\(type(of: scorer))")
    }
  }

  @Test("Temperature scaling finds the temperature that made the labels")
  func temperature() throws {
    // Labels drawn from softmax(z / 3).
    var random = RandomGenerator(seed: 3)
    let z = random.normal([4000, 3]) * 4
    let uniform = random.uniform([4000], in: 0..<1).elements
    let probabilities = (z / 3).softmax()
    let labels = Indexes(
      (0..<4000).map { i in
        let first = probabilities[i, 0]
        return uniform[i] < first ? 0 : uniform[i] < first + probabilities[i, 1] ? 1 : 2
      })
    let scaled = try TemperatureScaling(logits, heldOut: z, labels: labels)
    #expect(abs(scaled.temperature - 3) < 0.2, "\(scaled.temperature)")
    // The likelihood is largest there.
    func loss(_ temperature: Float) -> Float { (z / temperature).crossEntropy(labels: labels).mean().scalar }
    let t = Float(scaled.temperature)
    #expect(loss(t) <= loss(t * 1.05) && loss(t) <= loss(t / 1.05))
    #expect(try scaled.labels(z) == logits.labels(z), "labels stay")
    #expect(
      try scaled.score(z) == MaximumSoftmaxProbability(logits, temperature: scaled.temperature).score(z))
    let sure = try TemperatureScaling(
      logits, heldOut: Tensor([5, 0, 0, 0, 5, 0], shape: [2, 3]), labels: Indexes([0, 1]))
    #expect(isClose(sure.temperature, 0.01, within: 1e-8), "all right: no temperature is too low")
  }

  @Test("ODIN steps towards the predicted class by ε in each feature")
  func odin() throws {
    let weight = Tensor([1, -1, 0.5, 0.5], shape: [2, 2])
    let classifier = LinearClassifier(weight: weight, bias: .zeros([2]))
    let x = Tensor([1, 1], shape: [1, 2])
    // The prediction is class 0; its probability rises with the first feature, and the second changes nothing.
    let odin = try ODIN(classifier, temperature: 10, epsilon: 0.25)
    #expect(try odin.perturbed(x).elements == [1.25, 1])
    let margin = 2 * 1.25 / 10.0
    #expect(isClose(try odin.score(x)[0], -1 / (1 + exp(-margin))))
    #expect(throws: ClassifierScoreError.notDifferentiable(score: "odin")) {
      try ODIN(AnyClassifier(OpaqueClassifier(base: classifier)), settings: .init())
    }
  }

  /// Two classes about (±2, 0) with variances 1 and 4.
  private func clouds(_ count: Int = 400) -> (x: Tensor, labels: Indexes) {
    var random = RandomGenerator(seed: 5)
    let noise = random.normal([count, 2])
    let labels = (0..<count).map { $0 % 2 }
    return (
      Tensor(
        labels.enumerated().flatMap { [noise[$0, 0] + ($1 == 0 ? 2 : -2), 2 * noise[$0, 1]] },
        shape: [count, 2]), Indexes(labels)
    )
  }
  private let sides = LinearClassifier(weight: Tensor([1, -1, 0, 0], shape: [2, 2]), bias: .zeros([2]))

  @Test("The Mahalanobis distance is that of the nearest class in units of the shared covariance")
  func mahalanobis() throws {
    let (x, labels) = clouds()
    let scorer = try FeatureMahalanobis(sides, fitting: x, labels: labels)
    let mean = scorer.means.row(0)
    let near = Tensor(mean.map { Float($0) }, shape: [1, 2])
    #expect(try scorer.score(near)[0] < 1e-6)
    let far = try scorer.score(Tensor([2, 4, 4, 0, -2, 6], shape: [3, 2]))
    for (score, about) in zip(far, [4.0, 4.0, 9.0]) { #expect(abs(score - about) < 0.2 * about) }
    // Relative: less the distance from all examples, whose first feature has the variance 5.
    let relative = try RelativeMahalanobis(sides, fitting: x, labels: labels).score(
      Tensor([0, 0], shape: [1, 2]))
    #expect(abs(relative[0] - 4) < 0.6)
  }

  @Test("Neighbours are looked for on the sphere")
  func neighbours() throws {
    let x = Tensor([1, 0, 0, 3], shape: [2, 2])
    let scorer = try FeatureNeighbours(sides, fitting: x, neighbours: 1)
    let scores = try scorer.score(Tensor([7, 0, 0, 0.5, 1, 1, -1, 0], shape: [4, 2]))
    #expect(isClose(scores[0], 0) && isClose(scores[1], 0))
    #expect(isClose(scores[2], (2 - 2.0.squareRoot()).squareRoot()))
    #expect(isClose(scores[3], 2.0.squareRoot()))
    let plain = try FeatureNeighbours(sides, fitting: x, neighbours: 1, normalizes: false)
    #expect(isClose(try plain.score(Tensor([7, 0], shape: [1, 2]))[0], 6))
  }

  @Test("KL matching is 0 for a template, and the divergence from the nearest one otherwise")
  func matching() throws {
    let scorer = try KLMatching(logits, fitting: Tensor([2, 0, 0, 0, 3, 0], shape: [2, 3]))
    #expect(scorer.templates.rows == 2, "class 2 is never predicted")
    #expect(abs(try scorer.score(rows)[0]) < 1e-12)
    let d = [0.0, 1, 2].map { scorer.templates[0, Int($0)] }
    let divergence = d.reduce(0.0) { $0 + log(1.0 / 3 / $1) / 3 }
    #expect(isClose(try scorer.score(rows)[1], divergence))
  }

  @Test("ViM adds what lies outside the principal subspace to the energy")
  func vim() throws {
    // The examples vary along the first axis; the second is the residual.
    let x = Tensor([3, 0.1, -3, -0.1, 2, -0.1, -2, 0.1], shape: [4, 2])
    let scorer = try ViM(sides, fitting: x, dimensions: 1)
    #expect(scorer.origin.allSatisfy { abs($0) < 1e-9 })
    let direction = scorer.residual.row(0)
    let lengths = [0, 1, 2, 3].map { abs(Double(x[$0, 0]) * direction[0] + Double(x[$0, 1]) * direction[1]) }
    #expect(isClose(scorer.scale, 10 / lengths.reduce(0, +)))
    let scores = try scorer.score(Tensor([2, 0, 2, 5], shape: [2, 2]))
    let length = abs(2 * direction[0] + 5 * direction[1])
    #expect(isClose(scores[1], scorer.scale * length - log(exp(2.0) + exp(-2.0))))
    #expect(scores[1] > scores[0] + 10)
    #expect(throws: ClassifierScoreError.self) { try ViM(sides, fitting: x, dimensions: 2) }
    let flat = Tensor([3, 0, -3, 0, 1, 0], shape: [3, 2])
    #expect(throws: ClassifierScoreError.self) { try ViM(sides, fitting: flat, dimensions: 1) }
  }

  /// Four features; class 0 is their sum, class 1 nothing.
  private let summing = LinearClassifier(
    weight: Tensor([1, 0, 1, 0, 1, 0, 1, 0], shape: [4, 2]), bias: Tensor([0, 0]))

  private func energy(_ sum: Double) -> Double { -log(exp(sum) + 1) }

  @Test("ReAct cuts features off at the percentile, DICE keeps the weights that contribute most")
  func rectified() throws {
    let x = Tensor((0...10).flatMap { [Float($0), 0, 0, 0] }, shape: [11, 4])
    let react = try ReAct(summing, fitting: x, percentile: 0.9)
    // 33 zeros and 0...10: the 0.9-quantile of 44 numbers is at place 38.7.
    #expect(isClose(react.limit, 5.7))
    #expect(isClose(try react.score(Tensor([100, 1, 2, 0], shape: [1, 4]))[0], energy(8.7)))
    let dice = try DICE(summing, fitting: x, sparsity: 0.5)
    #expect(dice.sparseHead.weight.elements == [1, 0, 0, 0, 0, 0, 0, 0])
    #expect(isClose(try dice.score(Tensor([3, 1, 2, 4], shape: [1, 4]))[0], energy(3)))
  }

  @Test("ASH prunes, fills and scales the largest features")
  func shaping() throws {
    let x = Tensor([1, 4, 3, 2], shape: [1, 4])
    let prune = try ASH(summing, variant: .prune, percentile: 0.5).score(x)[0]
    let binarize = try ASH(summing, variant: .binarize, percentile: 0.5).score(x)[0]
    let scale = try ASH(summing, variant: .scale, percentile: 0.5).score(x)[0]
    #expect(isClose(prune, energy(7)) && isClose(binarize, energy(10)))
    #expect(isClose(scale, -7 * exp(10.0 / 7), within: 1e-5))
    #expect(try ASH(summing).score(.zeros([1, 4]))[0] == energy(0), "no feature at all")
    #expect(throws: ClassifierScoreError.self) { try ASH(summing, percentile: 1) }
  }

  @Test("SHE is the product with the mean features of rightly classified examples")
  func hopfield() throws {
    let x = Tensor([2, 0, 4, 2, -1, 1, 9, 9], shape: [4, 2])
    // The last is of class 1 and classified as 0.
    let scorer = try SHE(sides, fitting: x, labels: Indexes([0, 0, 1, 1]))
    #expect(scorer.patterns == Matrix([[3, 1], [-1, 1]]))
    #expect(try scorer.score(Tensor([1, 2, -2, 1], shape: [2, 2])) == [-5, -3])
  }

  @Test("GradNorm is the length of the gradient that differentiation finds")
  func gradient() throws {
    var random = RandomGenerator(seed: 2)
    let (weight, x) = (random.normal([4, 3]), random.normal([5, 4]))
    let scorer = try GradNorm(LinearClassifier(weight: weight, bias: .zeros([3])))
    for (i, score) in try scorer.score(x).enumerated() {
      let row = x.sliced(axis: 0, i..<i + 1)
      let slope = GenModels.gradient(at: weight) { weight in
        -(weight.constant(row).matrixProduct(weight).logSoftmax().mean())
      }
      let length = slope.elements.reduce(0.0) { $0 + Double(abs($1)) }
      #expect(isClose(score, -length, within: 1e-5))
    }
  }

  @Test("An ensemble disagrees by the mutual information of class and member")
  func ensemble() throws {
    let turned = LinearClassifier(weight: Tensor([-1, 1, 0, 0], shape: [2, 2]), bias: .zeros([2]))
    let scorer = try EnsembleDisagreement([AnyClassifier(sides), AnyClassifier(turned)])
    let scores = try scorer.score(Tensor([0, 0, 50, 0], shape: [2, 2]))
    #expect(scores[0] == 0 && isClose(scores[1], log(2)))
    #expect(throws: ClassifierScoreError.self) { try EnsembleDisagreement([sides]) }
    #expect(throws: ClassifierScoreError.self) {
      try EnsembleDisagreement([AnyClassifier(sides), AnyClassifier(logits)])
    }
  }

  @Test("Bad input is refused in words")
  func refusals() throws {
    let (x, labels) = clouds(20)
    #expect(throws: ExampleError.self) {
      try EnergyScore(logits).score(logits: Tensor([.nan, 0, 0], shape: [1, 3]))
    }
    #expect(throws: ExampleError.self) {
      try EnergyScore(logits).score(logits: Tensor([0, 0], shape: [1, 2]))
    }
    #expect(throws: ExampleError.labelOutOfRange(example: 1, label: 7, classes: 2)) {
      try FeatureMahalanobis(sides, fitting: x, labels: Indexes([0, 7] + Array(repeating: 0, count: 18)))
    }
    #expect(throws: ExampleError.labelCountDiffers(examples: 20, labels: 1)) {
      try SHE(sides, fitting: x, labels: Indexes([0]))
    }
    #expect(
      throws: ClassifierScoreError.tooFewOfClass(1, found: 0, needed: 1, examples: "training examples")
    ) {
      try FeatureMahalanobis(sides, fitting: x, labels: Indexes(Array(repeating: 0, count: 20)))
    }
    #expect(throws: ClassifierScoreError.self) { try FeatureNeighbours(sides, fitting: x, neighbours: 21) }
    #expect(throws: ClassifierScoreError.self) { try FeatureNeighbours(sides, fitting: x, neighbours: 0) }
    for temperature in [0, -1, Double.nan, .infinity] {
      #expect(throws: ClassifierScoreError.self) { try EnergyScore(sides, temperature: temperature) }
    }
    let empty = Tensor.zeros([0, 2])
    #expect(throws: ClassifierScoreError.self) { try KLMatching(sides, fitting: empty) }
    #expect(throws: ClassifierScoreError.self) { try ReAct(sides, fitting: empty) }
    let opaque = OpaqueClassifier(base: sides)
    #expect(throws: ClassifierScoreError.noLinearHead(score: "vim")) { try ViM(opaque, fitting: x) }
    #expect(throws: ClassifierScoreError.noLinearHead(score: "ash")) { try ASH(opaque) }
    #expect(throws: ClassifierScoreError.labelsMissing(score: "she")) {
      try SHE.fitted(to: AnyClassifier(sides), settings: .init(), examples: x, labels: nil)
    }
    #expect(throws: ModelFileError.self, "a classifier that is no model can't be saved") {
      try EnergyScore(sides).safetensors()
    }
    _ = labels
  }

  @Test("A classifier with one class has every score")
  func oneClass() throws {
    let one = LinearClassifier(weight: Tensor([1, 2], shape: [2, 1]), bias: Tensor([0.5]))
    var random = RandomGenerator(seed: 8)
    let x = random.normal([30, 2])
    let labels = Indexes(Array(repeating: 0, count: 30))
    let scorers: [any OODScorer<Tensor>] = [
      try MaximumSoftmaxProbability(one), PredictiveEntropy(one), MaximumLogit(one), try EnergyScore(one),
      try TemperatureScaling(one, heldOut: x, labels: labels), try ODIN(one),
      try FeatureMahalanobis(one, fitting: x, labels: labels),
      try RelativeMahalanobis(one, fitting: x, labels: labels),
      try FeatureNeighbours(one, fitting: x, neighbours: 3), try KLMatching(one, fitting: x),
      try ViM(one, fitting: x, dimensions: 1), try ReAct(one, fitting: x), try DICE(one, fitting: x),
      try ASH(one), try SHE(one, fitting: x, labels: labels), try GradNorm(one),
      try EnsembleDisagreement([one, one]), try ThresholdedSoftmax(one), try COOL(one, overcompleteness: 1),
      try OpenMax(one, fitting: x, labels: labels),
    ]
    for scorer in scorers {
      func scores(_ scorer: some OODScorer<Tensor>) throws -> [Double] { try scorer.score(x) }
      let found = try scores(scorer)
      #expect(found.count == 30 && found.allSatisfy(\.isFinite), "\(type(of: scorer))")
    }
  }
}
