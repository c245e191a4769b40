import GenModels
import OODMetrics
import Testing

@Suite("Gaussian hidden Markov models")
struct GaussianHiddenMarkovTests {
  private static func model(_ length: Int = 40) throws -> GaussianHiddenMarkov {
    try GaussianHiddenMarkov(
      initial: [0.8, 0.2], transitions: Matrix([[0.9, 0.1], [0.3, 0.7]]),
      means: Matrix([[0.0, 0], [4, -3]]),
      covariances: [Matrix([[1.0, 0.3], [0.3, 1]]), Matrix([[0.5, 0], [0, 2]])], sampleLength: length)
  }

  @Test("The forward pass sums over all paths of states")
  func paths() throws {
    let model = try Self.model()
    let sequence = Matrix([[0.1, 0.2], [3, -2], [4.2, -3.5], [0, 0]])
    let emissions = try (0..<2).map {
      try GaussianMixture(
        weights: [1], means: Matrix([model.means.row($0)]), covariances: [model.covariances[$0]]
      ).logDensity(sequence)
    }
    var total = 0.0
    for path in 0..<16 {
      let states = (0..<4).map { path >> $0 & 1 }
      var probability = model.initial[states[0]]
      for t in 1..<4 { probability *= model.transitions[states[t - 1], states[t]] }
      total += probability * exponential((0..<4).reduce(0) { $0 + emissions[states[$1]][$1] })
    }
    let found = try model.logDensity([sequence])[0]
    #expect(abs(exponential(found) / total - 1) < 1e-12)
    #expect(agree(try model.score([sequence]), [-found / 4]))
  }

  @Test("Fitting recovers the model that drew the sequences", arguments: [CovarianceShape.full, .diagonal])
  func recovery(shape: CovarianceShape) throws {
    let truth = try Self.model()
    var random = RandomGenerator(seed: 3)
    let sequences = truth.sample(count: 80, using: &random)
    var settings = GaussianMixture.Settings()
    settings.tolerance = 1e-6
    let fitted = try GaussianHiddenMarkov(fitting: sequences, states: 2, shape: shape, settings: settings)
    let first = fitted.means[0, 0] < 2 ? 0 : 1
    #expect(abs(fitted.transitions[first, first] - 0.9) < 0.03)
    #expect(abs(fitted.means[1 - first, 0] - 4) < 0.1)
    #expect(fitted.sampleLength == 40)
    // It explains its training sequences at least as well as the truth does, when it has the truth's freedom.
    if shape == .full {
      let (own, true_) = (try fitted.logDensity(sequences), try truth.logDensity(sequences))
      #expect(own.reduce(0, +) >= true_.reduce(0, +))
    }
    let odd = Matrix((0..<40).map { (t: Int) -> [Double] in t % 2 == 0 ? [0, 0] : [4, -3] })
    #expect(try fitted.score([odd])[0] > fitted.score(sequences).max()!)
    let loaded = try GaussianHiddenMarkov(decoding: fitted.archive())
    #expect(try loaded.score(sequences) == fitted.score(sequences))
  }

  @Test("Long sequences neither underflow nor overflow")
  func long() throws {
    let sequence = Matrix((0..<20_000).map { (t: Int) -> [Double] in [Double(t % 3) * 50, 1] })
    let score = try Self.model().score([sequence])[0]
    #expect(score.isFinite && score > 100)
  }

  @Test("Bad sequences are refused")
  func refusals() throws {
    #expect(throws: TableError.self) { try GaussianHiddenMarkov(fitting: [], states: 2) }
    #expect(throws: TableError.self) {
      try GaussianHiddenMarkov(fitting: [Matrix([[1.0]]), Matrix([[1.0, 2]])], states: 1)
    }
    #expect(throws: TableError.self) { try GaussianHiddenMarkov(fitting: [Matrix([[1.0]])], states: 2) }
    let model = try Self.model()
    #expect(throws: ExampleError.self) { try model.score([Matrix([[.nan, 1]])]) }
    #expect(throws: ExampleError.self) { try model.score([Matrix(rows: 0, columns: 2, elements: [])]) }
  }
}

@Suite("Topic models")
struct TopicModelTests {
  /// Rows that use columns 0..<5 or 5..<10.
  private static func table(_ rows: Int, seed: UInt64) -> Matrix {
    var random = RandomGenerator(seed: seed)
    var x = Matrix(rows: rows, columns: 10, repeating: 0)
    for i in 0..<rows {
      for word in random.integers(40, below: 5).elements { x[i, word + (i % 2) * 5] += 1 }
    }
    return x
  }

  @Test("Rows that mix topics never mixed in training have a higher perplexity")
  func perplexity() throws {
    let model = try TopicModel(fitting: Self.table(100, seed: 1), topics: 2, documentPrior: 0.1)
    let inside = try model.score(Self.table(20, seed: 2))
    let mixed = try model.score(Matrix(rows: 1, columns: 10, repeating: 4))
    #expect(mixed[0] > inside.max()!)
    // The topics are the two halves of the columns: within one, five columns are alike.
    let total = try model.perplexity(Self.table(20, seed: 2))
    #expect(total > 5 && total < 6.5)
  }

  @Test("With one topic the score is the cross-entropy with the expected log-frequencies")
  func oneTopic() throws {
    let x = Matrix([[3.0, 1, 0], [5, 2, 1]])
    let model = try TopicModel(fitting: x, topics: 1, topicPrior: 1)
    #expect(agree(model.topicParameters.elements, [9, 4, 2]))
    // ψ(9) − ψ(15): 1/9 + ... + 1/14 less than 0.
    let expected = (9..<15).reduce(0.0) { $0 + 1 / Double($1) }
    #expect(agree(try model.score(Matrix([[7.0, 0, 0]])), [expected], 1e-12))
  }

  @Test("Negative and empty rows are refused")
  func refusals() throws {
    let x = Self.table(20, seed: 1)
    #expect(throws: TableError.self) { try TopicModel(fitting: Matrix([[1.0, -1]])) }
    #expect(throws: TableError.self) { try TopicModel(fitting: x, topics: 0) }
    let model = try TopicModel(fitting: x, topics: 3)
    #expect(throws: ExampleError.self) { try model.score(Matrix(rows: 1, columns: 10, repeating: 0)) }
    #expect(throws: ExampleError.self) { try model.score(Matrix([[1.0]])) }
    let loaded = try TopicModel(decoding: model.archive())
    #expect(try loaded.score(x) == model.score(x))
    #expect(
      try Parallelism.withThreads(1) { try TopicModel(fitting: x, topics: 3).score(x) } == model.score(x))
  }
}
