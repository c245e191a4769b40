#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Latent Dirichlet allocation for counts (D. M. Blei, A. Y. Ng and M. I. Jordan, 2003): every row
/// ("document") mixes topics, and every topic is a distribution over columns ("words"). Fitted by batch
/// variational Bayes (M. D. Hoffman, D. M. Blei and F. Bach, 2010, algorithm 1). The score is the logarithm
/// of the perplexity.
///
/// ```swift
/// let model = try TopicModel(fitting: counts, topics: 10)
/// let scores = try model.score(newCounts)          // nats a word
/// ```
///
/// Rows hold numbers ≥ 0 (whole ones for counts, which is not asked for). The score of a row is −(variational
/// bound on ln p(row)) divided by the row's sum; the bound is at most ln p, so the score is an upper bound on
/// the true one. An iteration costs some 100 times the number of entries that are not 0, times the topics.
public struct TopicModel: Sendable {
  /// Dirichlet parameters λ of the topics' distributions over words, a row a topic.
  public let topicParameters: Matrix
  /// α: the prior of the documents' mixtures.
  public let documentPrior: Double
  /// Iterations over the training rows; 0 for a model that was loaded.
  public let iterations: Int
  /// e^E[ln β], words by topics.
  private let wordWeights: [Double]

  private static let largestDocumentIterationCount = 100
  private static let documentTolerance = 1e-3

  /// Fits to the rows of `x`.
  ///
  /// - Parameters:
  ///   - x: A document a row: how often each word occurs.
  ///   - topics: Number of topics.
  ///   - documentPrior: α; 1/topics without one.
  ///   - topicPrior: η, the prior of the topics' distributions; 1/topics without one.
  ///   - largestIterationCount: Passes over the rows, at most.
  ///   - tolerance: The fit ends when no topic parameter changes by more than this part of the largest.
  ///   - seed: Of the random first topics.
  /// - Throws: `TableError` for an empty table, entries that are not finite, negative entries, and settings
  ///   out of range.
  public init(
    fitting x: Matrix, topics: Int = 10, documentPrior: Double? = nil, topicPrior: Double? = nil,
    largestIterationCount: Int = 50, tolerance: Double = 1e-3, seed: UInt64 = 0
  ) throws {
    guard topics >= 1 else {
      throw TableError.invalidSetting(name: "topics", value: "\(topics)", expected: "at least 1")
    }
    let alpha = documentPrior ?? 1 / Double(topics)
    let eta = topicPrior ?? 1 / Double(topics)
    guard alpha > 0, eta > 0 else {
      throw TableError.invalidSetting(name: "priors", value: "\(alpha) and \(eta)", expected: "above 0")
    }
    try x.checkTraining()
    let documents = try Self.documents(x)
    var random = RandomGenerator(seed: seed)
    var parameters = Matrix(
      rows: topics, columns: x.columns,
      elements: random.normalDoubles(topics * x.columns).map { max(0.01, 1 + 0.1 * $0) })
    var done = 0
    while done < largestIterationCount {
      done += 1
      let next = Self.maximized(parameters, documents, alpha, eta)
      let largest = next.elements.reduce(0) { max($0, $1) }
      let change = zip(next.elements, parameters.elements).reduce(0) { max($0, abs($1.0 - $1.1)) }
      parameters = next
      if change <= tolerance * largest { break }
    }
    self.init(parameters, alpha, iterations: done)
  }

  private init(_ parameters: Matrix, _ alpha: Double, iterations: Int) {
    topicParameters = parameters
    documentPrior = alpha
    self.iterations = iterations
    wordWeights = Self.wordWeights(parameters)
  }

  /// A row's columns that are not 0.
  private struct Document: Sendable {
    var words: [Int]
    var counts: [Double]
  }

  private static func documents(_ x: Matrix) throws(TableError) -> [Document] {
    var documents: [Document] = []
    for i in 0..<x.rows {
      var document = Document(words: [], counts: [])
      for (j, count) in x.row(i).enumerated() where count != 0 {
        guard count > 0 else {
          throw .invalidSetting(
            name: "entry in row \(i), column \(j)", value: "\(count)", expected: "a count, at least 0")
        }
        document.words.append(j)
        document.counts.append(count)
      }
      documents.append(document)
    }
    return documents
  }

  /// e^(ψ(λₖ,w) − ψ(Σ λₖ)), words by topics.
  private static func wordWeights(_ parameters: Matrix) -> [Double] {
    let (topics, words) = (parameters.rows, parameters.columns)
    var weights = [Double](repeating: 0, count: topics * words)
    for k in 0..<topics {
      let row = parameters.row(k)
      let total = digamma(row.reduce(0, +))
      for w in 0..<words { weights[w * topics + k] = exp(digamma(row[w]) - total) }
    }
    return weights
  }

  /// λ after one pass: η + Σ over documents of the expected counts.
  private static func maximized(
    _ parameters: Matrix, _ documents: [Document], _ alpha: Double, _ eta: Double
  ) -> Matrix {
    let (topics, words) = (parameters.rows, parameters.columns)
    let weights = wordWeights(parameters)
    // At most 16 partial sums, in order.
    let chunk = max(16, (documents.count + 15) / 16)
    let partial = parallelMap((documents.count + chunk - 1) / chunk) { c in
      var sums = [Double](repeating: 0, count: topics * words)
      for document in documents[c * chunk..<min(documents.count, (c + 1) * chunk)] {
        let mixture = Mixture(document.words, document.counts, weights, topics, alpha)
        for (place, word) in document.words.enumerated() {
          let factor = document.counts[place] / mixture.norms[place]
          for k in 0..<topics { sums[word * topics + k] += factor * mixture.weights[k] }
        }
      }
      return sums
    }
    return Matrix(rows: topics, columns: words) { destination in
      for k in 0..<topics {
        for w in 0..<words {
          let place = w * topics + k
          destination[k * words + w] = eta + partial.reduce(0) { $0 + $1[place] } * weights[place]
        }
      }
    }
  }

  /// The variational posterior of a document's mixture.
  private struct Mixture {
    /// γ.
    var parameters: [Double]
    /// E[ln θ] and e^E[ln θ].
    var logWeights: [Double]
    var weights: [Double]
    /// Σₖ e^(E[ln θₖ] + E[ln βₖ,w]) of each word.
    var norms: [Double]

    /// Coordinate ascent from γ = α + (words / topics).
    init(_ words: [Int], _ counts: [Double], _ wordWeights: [Double], _ topics: Int, _ alpha: Double) {
      parameters = Array(repeating: alpha + counts.reduce(0, +) / Double(topics), count: topics)
      (logWeights, weights, norms) = ([], [], [])
      update(words, wordWeights)
      for _ in 0..<TopicModel.largestDocumentIterationCount {
        let last = parameters
        var expected = [Double](repeating: 0, count: topics)
        for (place, word) in words.enumerated() {
          let factor = counts[place] / norms[place]
          for k in 0..<topics { expected[k] += factor * wordWeights[word * topics + k] }
        }
        for k in 0..<topics { parameters[k] = alpha + weights[k] * expected[k] }
        update(words, wordWeights)
        let change = zip(parameters, last).reduce(0) { $0 + abs($1.0 - $1.1) } / Double(topics)
        if change < TopicModel.documentTolerance { break }
      }
    }

    private mutating func update(_ words: [Int], _ wordWeights: [Double]) {
      let topics = parameters.count
      let total = digamma(parameters.reduce(0, +))
      logWeights = parameters.map { digamma($0) - total }
      weights = logWeights.map { exp($0) }
      norms = words.map { word in
        // Words whose weight underflows in every topic still divide by something.
        (0..<topics).reduce(1e-300) { $0 + weights[$1] * wordWeights[word * topics + $1] }
      }
    }
  }

  /// A lower bound on ln p(row): E[ln p(words | θ, β)] + E[ln p(θ)] − E[ln q(θ)].
  private func bound(_ document: Document) -> Double {
    let topics = topicParameters.rows
    let mixture = Mixture(document.words, document.counts, wordWeights, topics, documentPrior)
    var bound = zip(document.counts, mixture.norms).reduce(0) { $0 + $1.0 * log($1.1) }
    for k in 0..<topics {
      bound += (documentPrior - mixture.parameters[k]) * mixture.logWeights[k]
      bound += lgamma(mixture.parameters[k]) - lgamma(documentPrior)
    }
    return bound + lgamma(documentPrior * Double(topics)) - lgamma(mixture.parameters.reduce(0, +))
  }
}

extension TopicModel: TableScorer {
  public static let kind = "topic-model"
  public var featureCount: Int { topicParameters.columns }

  /// Counts are not negative, and a document has a word.
  public func check(_ x: Matrix) throws(ExampleError) {
    try x.requireExamples(of: exampleShape)
    for i in 0..<x.rows {
      let row = x.row(i)
      if let word = row.firstIndex(where: { $0 < 0 }) {
        throw .outsideSupport(
          example: i, feature: word, value: row[word], support: 0...Double.greatestFiniteMagnitude)
      }
      guard row.contains(where: { $0 > 0 }) else { throw .emptyDocument(example: i) }
    }
  }

  /// The logarithm of each row's perplexity, in nats a word.
  public func score(checked x: Matrix) throws -> [Double] {
    let documents = try Self.documents(x)
    return parallelMap(documents.count) { -bound(documents[$0]) / documents[$0].counts.reduce(0, +) }
  }

  /// e^(−Σ bounds / Σ counts) over the rows: the perplexity of a table, an upper bound on the true one.
  public func perplexity(_ x: Matrix) throws -> Double {
    let sums = (0..<x.rows).map { x.row($0).reduce(0, +) }
    let scores = try score(x)
    return exp(zip(scores, sums).reduce(0) { $0 + $1.0 * $1.1 } / sums.reduce(0, +))
  }

  public struct Configuration: Codable, Hashable, Sendable {
    var documentPrior: Double
  }

  public var configuration: Configuration { Configuration(documentPrior: documentPrior) }

  public func encode(to archive: inout ModelArchive) throws {
    archive["topic-parameters"] = .float64(
      topicParameters.elements, shape: [topicParameters.rows, topicParameters.columns])
  }

  public init(from archive: ModelArchive) throws {
    let settings = try archive.configuration(as: Configuration.self)
    let parameters = try archive.finiteMatrix("topic-parameters")
    guard settings.documentPrior > 0, parameters.rows > 0, parameters.elements.allSatisfy({ $0 > 0 }) else {
      throw ModelFileError.malformed(
        reason: "the priors and topic parameters of a topic model are above 0")
    }
    self.init(parameters, settings.documentPrior, iterations: 0)
  }
}
