import Foundation
import GenModels
import OODDetectors
import OODMetrics
import Testing

@Suite("Classifiers that may say unknown")
struct OpenSetTests {
  /// Three clouds about the corners of a triangle.
  static func clouds(_ count: Int, seed: UInt64 = 1) -> (x: Matrix, labels: Indexes) {
    var random = RandomGenerator(seed: seed)
    let noise = Matrix(random.normal([count, 2]))
    let corners: [[Double]] = [[0, 5], [5, -3], [-5, -3]]
    let labels = (0..<count).map { $0 % 3 }
    return (
      Matrix(labels.enumerated().map { [noise[$0, 0] + corners[$1][0], noise[$0, 1] + corners[$1][1]] }),
      Indexes(labels)
    )
  }

  @Test("A classifier that refuses: fit, save, load, ask", .timeLimit(.minutes(1)))
  func usage() throws {
    let (x, labels) = Self.clouds(150)
    let machine = try WeibullSVM(fitting: x, labels: labels)
    try withTemporaryFile { path in
      try machine.save(to: path)
      let loaded = try WeibullSVM(contentsOf: path, catalogue: .standard)
      let answers = try loaded.decide(Matrix([[0, 5], [5, -3], [40, 40]]))
      #expect(answers.map(\.label) == [0, 1, nil])
      #expect(answers[2].score > answers[0].score)
    }
  }

  @Test("Every one of them knows the clouds and refuses what is far from all")
  func agreement() throws {
    let (x, labels) = Self.clouds(150)
    let (fresh, truth) = Self.clouds(90, seed: 2)
    let far = Matrix([[60, -55], [-70, 65], [0, -80]])
    let models: [any OpenSetClassifier<Matrix>] = [
      try ClasswiseOneClassSVM(fitting: x, labels: labels),
      try OneVersusSetMachine(fitting: x, labels: labels), try WeibullSVM(fitting: x, labels: labels),
    ]
    for model in models {
      func check(_ model: some OpenSetClassifier<Matrix>) throws {
        let decisions = try model.decide(fresh)
        let right = zip(decisions, truth.elements).count { $0.nearestClass == $1 }
        #expect(right >= 88, "\(type(of: model)): \(right) of 90 nearest classes")
        let known = decisions.count { $0.label != nil }
        #expect(known >= 60, "\(type(of: model)): \(known) of 90 known")
        #expect(try model.decide(far).allSatisfy { $0.label == nil }, "\(type(of: model))")
      }
      try check(model)
    }
    let neighbours = try NeighbourConfidence(fitting: x, labels: labels, neighbours: 80)
    let decisions = try neighbours.decide(Matrix([[0, 5], [0, 0]]))
    #expect(decisions[0].label == 0 && decisions[1].label == nil, "\(decisions)")
    let machines = try SupportVectorClassifier(fitting: x, labels: labels)
    let answers = try machines.decide(fresh)
    #expect(zip(answers, truth.elements).count { $0.nearestClass == $1 } >= 88)
  }

  @Test("The confidence of neighbours is their share, nearer ones counting more")
  func confidence() throws {
    let x = Matrix([[0], [1], [3]])
    let model = try NeighbourConfidence(fitting: x, labels: Indexes([0, 0, 1]), neighbours: 3)
    let decision = try model.decide(Matrix([[1.5]]))[0]
    let (a, b) = (exp(-1.5) + exp(-0.5), exp(-1.5))
    #expect(decision.nearestClass == 0 && abs(decision.score + a / (a + b)) < 1e-12)
    // Far away all terms underflow, and the share is still there.
    #expect(try model.decide(Matrix([[1e6]]))[0].score.isFinite)
  }

  @Test("A slab holds its class, and ends behind it")
  func slab() throws {
    // Class 0 is at 1 to 2, class 1 at −2 to −1; a row at 50 is beyond both.
    let places: [Double] = (0..<40).map { (i: Int) -> Double in
      let place = 1 + Double(i) / 40
      return i % 2 == 0 ? place : -place
    }
    let x = Matrix(places.map { (place: Double) -> [Double] in [place] })
    let labels = Indexes((0..<40).map { $0 % 2 })
    let model = try OneVersusSetMachine(fitting: x, labels: labels)
    #expect(zip(model.near, model.far).allSatisfy { $0 < $1 })
    let answers = try model.decide(Matrix([[1.5], [-1.5], [50], [-50]]))
    #expect(answers.map(\.label) == [0, 1, nil, nil])
    #expect(answers.map(\.nearestClass) == [0, 1, 0, 1])
    #expect(try model.decide(x).count { $0.label != nil } >= 36)
  }

  @Test("A Weibull tail is the most likely one", arguments: [1.0, 10_000])
  func weibull(translation: Double) throws {
    // 2000 draws of scale 2 and shape 3.
    var random = RandomGenerator(seed: 4)
    let draws = random.uniform([2000], in: 0.0001..<0.9999).elements.map {
      2 * pow(-log(1 - Double($0)), 1.0 / 3)
    }
    let tail = try #require(WeibullTail(largest: 200, of: draws, translation: translation))
    let largest = draws.sorted().suffix(200)
    func logLikelihood(_ shape: Double, _ logScale: Double) -> Double {
      largest.reduce(0) { sum, x in
        let place = log1p((x - largest.first!) / translation) - logScale
        return sum + log(shape) + shape * place - exp(shape * place)
      }
    }
    let best = logLikelihood(tail.shape, tail.logScale)
    for (a, b) in [(1.01, 0.0), (0.99, 0), (1, 1e-3 / tail.shape), (1, -1e-3 / tail.shape)] {
      #expect(logLikelihood(tail.shape * a, tail.logScale + b) < best)
    }
    #expect(tail.cumulative(largest.first! - translation) == 0 && tail.cumulative(100) > 0.999)
    let places = (0..<50).map { tail.cumulative(1 + Double($0) / 10) }
    #expect(zip(places, places.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(WeibullTail(largest: 5, of: [1, 1, 1]) == nil && WeibullTail(largest: 5, of: []) == nil)
  }

  /// Logits about 10 for the class, 0 for the others.
  private static func logits(_ count: Int, seed: UInt64 = 6) -> (z: Tensor, labels: Indexes) {
    var random = RandomGenerator(seed: seed)
    let labels = (0..<count).map { $0 % 3 }
    let z = random.normal([count, 3]) + Tensor.oneHot(Indexes(labels), classes: 3) * 10
    return (z, Indexes(labels))
  }

  @Test("OpenMax keeps known examples, calls far ones unknown, and sums to 1 at logits of ±10⁴")
  func openMax() throws {
    let (z, labels) = Self.logits(150)
    let model = try OpenMax(LinearClassifier.identity(3), fitting: z, labels: labels)
    let known = try model.decide(Self.logits(60, seed: 7).z)
    // Twenty of fifty examples are a tail: some of the known ones lie in it.
    #expect(known.count { $0.label == $0.nearestClass } >= 40)
    // All classes alike: no class's mean is near.
    let unknown = try model.decide(Tensor([9, 9, 9, 40, 40, 0], shape: [2, 3]))
    #expect(unknown.allSatisfy { $0.label == nil && $0.score > 0.5 }, "\(unknown)")
    let large = Tensor([1e4, -1e4, 1e4, -1e4, -1e4, -1e4, 1e4, 1e4, 1e4], shape: [3, 3])
    let probabilities = try model.probabilities(large)
    for i in 0..<3 {
      #expect(probabilities.row(i).allSatisfy { $0 >= 0 && $0.isFinite })
      #expect(abs(probabilities.row(i).reduce(0, +) - 1) < 1e-12)
    }
  }

  @Test("OpenMax revises logits as its formula says")
  func openMaxByHand() throws {
    let (z, labels) = Self.logits(90)
    var settings = OpenMax.Settings(tail: 10, alpha: 2, euclideanWeight: 1, cosineWeight: 0)
    settings.onlyRight = false
    let model = try OpenMax(LinearClassifier.identity(3), fitting: z, labels: labels, settings: settings)
    let x: [Double] = [9, 2, 1]
    var revised = x + [0]
    for (rank, label) in [0, 1].enumerated() {
      let distances = (0..<90).filter { $0 % 3 == label }.map { i in
        (0..<3).reduce(0.0) { $0 + pow(Double(z[i, $1]) - model.means[label, $1], 2) }.squareRoot()
      }
      let distance = (0..<3).reduce(0.0) { $0 + pow(x[$1] - model.means[label, $1], 2) }.squareRoot()
      let tail = try #require(WeibullTail(largest: 10, of: distances))
      let taken = x[label] * tail.cumulative(distance) * (rank == 0 ? 1 : 0.5)
      revised[label] -= taken
      revised[3] += taken
    }
    let total = revised.reduce(0) { $0 + exp($1) }
    let found = try model.probabilities(Tensor(x.map { Float($0) }, shape: [1, 3])).row(0)
    for (a, b) in zip(found, revised) { #expect(abs(a - exp(b) / total) < 1e-9) }
  }

  @Test("OpenMax refuses what it can't be fitted to")
  func openMaxRefusals() throws {
    let (z, labels) = Self.logits(60)
    let identity = LinearClassifier.identity(3)
    #expect(
      throws: ClassifierScoreError.tooFewOfClass(
        0, found: 10, needed: 20, examples: "training examples that are classified rightly")
    ) {
      try OpenMax(
        identity, fitting: z.sliced(axis: 0, 0..<30), labels: Indexes(Array(labels.elements.prefix(30))))
    }
    let same = Tensor.concatenate(
      Array(repeating: Tensor([5, 0, 0, 0, 5, 0, 0, 0, 5], shape: [3, 3]), count: 25), axis: 0)
    #expect(throws: ClassifierScoreError.self) {
      try OpenMax(identity, fitting: same, labels: Indexes((0..<75).map { $0 % 3 }))
    }
    for settings in [
      OpenMax.Settings(tail: 1), .init(alpha: 0), .init(euclideanWeight: 0, cosineWeight: 0),
      .init(translation: 0), .init(leastProbability: 2), .init(euclideanWeight: .nan),
    ] {
      #expect(throws: ClassifierScoreError.self) {
        try OpenMax(identity, fitting: z, labels: labels, settings: settings)
      }
    }
  }

  @Test("COOL is the product of the members, in logarithms", arguments: [1, 5, 20, 100])
  func cool(omega: Int) throws {
    let classifier = LinearClassifier.identity(2 * omega)
    let model = try COOL(classifier, overcompleteness: omega)
    // Class 0's members share everything: s = 1. All members alike: each y is 1/(2ω), s = 2^−ω.
    let shared = Tensor((0..<2 * omega).map { $0 < omega ? 50 : -50 }, shape: [1, 2 * omega])
    #expect(abs(try model.logScores(shared)[0, 0]) < 1e-3)
    let alike = try model.logScores(.zeros([1, 2 * omega]))
    #expect(abs(alike[0, 0] + Double(omega) * log(2)) < 1e-6 * Double(omega))
    let mean = try COOL(classifier, overcompleteness: omega, geometricMean: true)
    #expect(abs(try mean.logScores(.zeros([1, 2 * omega]))[0, 1] + log(2)) < 1e-6)
    // One member alone is not enough.
    let decision = try model.decide(
      Tensor((0..<2 * omega).map { $0 == 0 ? 1e4 : 0 }, shape: [1, 2 * omega]))[0]
    #expect(decision.nearestClass == 0 && decision.score.isFinite)
    #expect((decision.label == nil) == (omega > 1))
    #expect(throws: ClassifierScoreError.self) { try COOL(classifier, overcompleteness: 2 * omega + 1) }
    #expect(throws: ClassifierScoreError.self) { try COOL(classifier, overcompleteness: 0) }
  }

  @Test("A threshold on the largest probability")
  func threshold() throws {
    let model = try ThresholdedSoftmax(LinearClassifier.identity(2), leastProbability: 0.9)
    // The probability is .9 at a difference of ln 9 = 2.197.
    let answers = try model.decide(Tensor([2.3, 0, 2.1, 0, 0, 9], shape: [3, 2]))
    #expect(answers.map(\.label) == [0, nil, 1] && answers.map(\.nearestClass) == [0, 0, 1])
    #expect(throws: ClassifierScoreError.self) {
      try ThresholdedSoftmax(LinearClassifier.identity(2), leastProbability: 1.5)
    }
  }

  @Test("Labels and classes that can't be are refused")
  func refusals() throws {
    let (x, labels) = Self.clouds(30)
    let one = Indexes(Array(repeating: 0, count: 30))
    #expect(throws: TableError.self) { try WeibullSVM(fitting: x, labels: one) }
    #expect(throws: TableError.self) { try OneVersusSetMachine(fitting: x, labels: one) }
    #expect(try ClasswiseOneClassSVM(fitting: x, labels: one).decide(x).count == 30, "one class is enough")
    #expect(try NeighbourConfidence(fitting: x, labels: one, neighbours: 5).score(x).allSatisfy { $0 == -1 })
    let gap = Indexes(labels.elements.map { $0 == 1 ? 3 : $0 })
    #expect(throws: TableError.tooFewRows(found: 0, needed: 1, reason: "of class 1")) {
      try ClasswiseOneClassSVM(fitting: x, labels: gap)
    }
    #expect(throws: ExampleError.labelCountDiffers(examples: 30, labels: 2)) {
      try ClasswiseOneClassSVM(fitting: x, labels: Indexes([0, 1]))
    }
    #expect(throws: ExampleError.self) {
      try ClasswiseOneClassSVM(fitting: x, labels: Indexes(Array(repeating: -1, count: 30)))
    }
    #expect(throws: TableError.self) { try NeighbourConfidence(fitting: x, labels: labels, neighbours: 31) }
    #expect(throws: TableError.self) {
      try ClasswiseOneClassSVM(fitting: Matrix([[Double.nan]]), labels: Indexes([0]))
    }
  }
}
