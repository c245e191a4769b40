import Foundation
import GenModels
import OODMetrics
import Testing

/// A density given by a function of a row.
struct GivenDensity: DensityModel {
  var exampleShape: Shape = [1]
  let logarithm: @Sendable ([Double]) -> Double
  func logDensity(checked x: Matrix) throws -> [Double] { (0..<x.rows).map { logarithm(x.row($0)) } }
  func sample(count: Int, using random: inout RandomGenerator) -> Matrix {
    Matrix(rows: count, columns: 1, repeating: 0)
  }
}

/// The normal density of that mean and standard deviation, on one column.
func normalDensity(mean: Double = 0, deviation: Double = 1) -> GivenDensity {
  GivenDensity { row in
    let z = (row[0] - mean) / deviation
    return -z * z / 2 - log(deviation) - log(2 * Double.pi) / 2
  }
}

private func close(_ a: Double, _ b: Double, within tolerance: Double = 1e-12) -> Bool {
  abs(a - b) <= tolerance * max(1, abs(b))
}

@Suite("Likelihood scores by hand")
struct LikelihoodScoreTests {
  @Test("−ln p is the negative log-density in nats")
  func logDensity() throws {
    let scores = try LogDensityScorer(normalDensity()).score(Matrix([[0], [2]]))
    #expect(close(scores[0], 0.9189385332046727))
    #expect(close(scores[1], 2.9189385332046727))
    let mixture = try GaussianMixture(
      weights: [1], means: Matrix([[0, 0]]), covariances: [Matrix([[4, 0], [0, 1]])])
    #expect(
      close(try LogDensityScorer(mixture).score(Matrix([[2, 0]]))[0], 0.5 + log(2) + log(2 * Double.pi)))
    let compact = try KernelDensity(fitting: Matrix([[0]]), bandwidth: .fixed(1), kernel: .tophat)
    #expect(try LogDensityScorer(compact).score(Matrix([[5]])) == [.infinity], "where the density is 0")
  }

  @Test("The ratio is the background's log-density minus the model's")
  func ratio() throws {
    let ratio = LikelihoodRatio(model: normalDensity(), background: normalDensity(deviation: 2))
    let scores = try ratio.score(Matrix([[0], [3]]))
    #expect(close(scores[0], -log(2)))
    // −9/8 − ln 2 + 9/2
    #expect(close(scores[1], 3.375 - log(2)))
    let nowhere = GivenDensity { _ in -.infinity }
    #expect(
      try LikelihoodRatio(model: nowhere, background: normalDensity()).score(Matrix([[0]])) == [.infinity])
    #expect(
      try LikelihoodRatio(model: normalDensity(), background: nowhere).score(Matrix([[0]])) == [-.infinity])
    #expect(throws: LikelihoodError.notANumber(what: "likelihood ratio", example: 0)) {
      try LikelihoodRatio(model: nowhere, background: nowhere).score(Matrix([[0]]))
    }
  }

  @Test("The complexity score is −log₂ P − L, in bits, and per dimension where asked")
  func complexity() throws {
    let model = GivenDensity { -$0[0] * log(2) }
    let length = ComplexityEstimate<Matrix>("rows") { x in (0..<x.rows).map { Double(10 * $0) } }
    let x = Matrix([[5], [5], [8]])
    #expect(
      try ComplexityCorrection(model, complexity: length).score(x).map { $0.rounded() } == [5, -5, -12])
    // A cell of volume 1/256: eight bits more to describe.
    let cell = ComplexityCorrection(model, complexity: length, logVolume: -8 * log(2), dimensions: 2)
    #expect(zip(try cell.score(x), [6.5, 1.5, -2.0]).allSatisfy { close($0, $1) })
  }

  @Test("The smallest of several complexities is taken example by example")
  func smallestComplexity() throws {
    let first = ComplexityEstimate<Matrix>("first") { _ in [3, 9] }
    let second = ComplexityEstimate<Matrix>("second") { _ in [5, 4] }
    let smallest = ComplexityEstimate.smallest(of: [first, second])
    #expect(try smallest.bits(Matrix([[0], [0]])) == [3, 4])
    let broken = ComplexityEstimate<Matrix>("broken") { _ in [.nan, 1] }
    #expect(throws: LikelihoodError.notFinite(what: "broken complexity", example: 0, value: .nan)) {
      try ComplexityCorrection(normalDensity(), complexity: broken).score(Matrix([[0], [0]]))
    }
  }

  @Test("Typicality is the distance of −ln p from the mean over the training rows, on either side")
  func typicality() throws {
    let model = GivenDensity { -$0[0] }
    let scorer = try Typicality(model, training: Matrix([[1], [2], [6]]))
    #expect(scorer.entropy == 3)
    #expect(try scorer.score(Matrix([[3], [0], [7]])) == [0, 3, 4])
    #expect(throws: LikelihoodError.tooFew(what: "log-densities to average", found: 0, needed: 1)) {
      try Typicality(model, training: Matrix(rows: 0, columns: 1, elements: []))
    }
  }

  @Test("Under a normal density the entropy estimate is ½ ln 2πe to its standard error")
  func entropy() throws {
    var random = RandomGenerator(seed: 3)
    let draws = Matrix(random.normal([40_000, 1]))
    let estimate = try Typicality(normalDensity(), training: draws).entropy
    // The deviation of −ln p is 1/√2, of the mean 1/√80000.
    #expect(abs(estimate - 0.5 * log(2 * Double.pi * M_E)) < 5 / 80_000.0.squareRoot())
  }

  @Test("WAIC's score is the variance minus the mean of the members' log-densities")
  func waic() throws {
    let members = [-1.0, -3, -5].map { level in GivenDensity { _ in level } }
    // Mean −3, population variance 8/3.
    #expect(close(try WAIC(members).score(Matrix([[0]]))[0], 8.0 / 3 + 3))
    let agreeing = try WAIC([normalDensity(), normalDensity()])
    #expect(try agreeing.score(Matrix([[1]])) == LogDensityScorer(normalDensity()).score(Matrix([[1]])))
    let mixed = try WAIC([
      AnyDensityModel(normalDensity()), AnyDensityModel(GivenDensity { _ in -.infinity }),
    ])
    #expect(try mixed.score(Matrix([[1]])) == [.infinity])
    #expect(throws: LikelihoodError.tooFew(what: "models in the ensemble", found: 1, needed: 2)) {
      try WAIC([normalDensity()])
    }
  }

  @Test("A model that answers NaN is refused with the example's number, by every score")
  func notANumber() throws {
    let broken = GivenDensity { $0[0] > 1 ? .nan : 0 }
    let x = Matrix([[0], [2]])
    let complexity = ComplexityEstimate<Matrix>("none") { x in Array(repeating: 0, count: x.rows) }
    let scorers: [any OODScorer<Matrix>] = [
      LogDensityScorer(broken), Typicality(broken, entropy: 0),
      ComplexityCorrection(broken, complexity: complexity), try WAIC([broken, normalDensity()]),
      LikelihoodRatio(model: broken, background: normalDensity()),
    ]
    for scorer in scorers {
      let error = #expect(throws: LikelihoodError.self) { try scorer.score(x) }
      #expect("\(error!)".contains("example 1"), "\(type(of: scorer)): \(error!)")
    }
  }
}
