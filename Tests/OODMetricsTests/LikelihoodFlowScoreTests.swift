import Foundation
import GenModels
import OODMetrics
import Testing

/// The standard normal density of vectors, as a model that can be differentiated.
private struct StandardNormal: DifferentiableDensity {
  let exampleShape: Shape
  func recordedLogDensity<Value: TensorAlgebra>(_ x: Value) -> Value {
    let flat = x.reshaped([x.shape[0], exampleShape.elementCount])
    return flat.squared().sum(axes: [1]) * -0.5
      - Float(exampleShape.elementCount) * 0.5 * Float(log(2 * Double.pi))
  }
  func logDensity(checked x: Tensor) throws -> [Double] { recordedLogDensity(x).elements.map(Double.init) }
  func sample(count: Int, using random: inout RandomGenerator) -> Tensor {
    random.normal(Shape([count] + exampleShape))
  }
}

@Suite("Likelihood scores that look into a flow")
struct LikelihoodFlowScoreTests {
  private static func points(_ count: Int, seed: UInt64, scale: Float = 1) -> Tensor {
    var random = RandomGenerator(seed: seed)
    return random.normal([count, 4]) * scale
  }

  /// A flow with batch normalization whose averages are those of some points.
  private static let flow: Flow = {
    let architecture = Flow.Architecture(
      exampleShape: [4],
      bijections: [
        .batchNormalization(), .coupling(.affine(), hidden: [16]), .batchNormalization(),
        .coupling(.affine(), hidden: [16], changes: .first),
      ])
    return Flow(architecture, seed: 3).initialized(from: points(500, seed: 1))
  }()

  @Test("The gradient of a standard normal's log-density is as long as x")
  func gradientByHand() throws {
    let scorer = GradientNorm(StandardNormal(exampleShape: [2]))
    let scores = try scorer.score(Tensor([3, 4, 0, 0, -5, 12], shape: [3, 2]))
    #expect(zip(scores, [5, 0, 13]).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(try scorer.score(Tensor([], shape: [0, 2])).isEmpty)
  }

  @Test("A flow's gradient norm agrees with differences of its log-density")
  func gradientOfFlow() throws {
    let x = Self.points(6, seed: 2)
    let scores = try GradientNorm(Self.flow).score(x)
    for i in 0..<6 {
      var squares = 0.0
      for j in 0..<4 {
        let step: Float = 1e-2
        var (plus, minus) = (x.sliced(axis: 0, i..<i + 1), x.sliced(axis: 0, i..<i + 1))
        plus[0, j] += step
        minus[0, j] -= step
        let rise = try Self.flow.logDensity(plus)[0] - Self.flow.logDensity(minus)[0]
        squares += (rise / (2 * Double(step))) * (rise / (2 * Double(step)))
      }
      #expect(abs(scores[i] - squares.squareRoot()) < 0.01 * max(1, scores[i]), "row \(i)")
    }
  }

  @Test("A batch normalization alone: both log-densities by hand")
  func batchNormByHand() throws {
    let flow = Flow(Flow.Architecture(exampleShape: [1], bijections: [.batchNormalization()]), seed: 1)
    // Fresh averages: mean 0, variance 1. The batch 3, 1, −1 has mean 1 and variance 8/3.
    let scorer = try BatchNormShift(flow, companions: Tensor([1, -1], shape: [2, 1]))
    let inUse = -9.0 / 2
    let inTraining = -(4 / (8.0 / 3)) / 2 - log(8.0 / 3) / 2
    let score = try scorer.score(Tensor([3], shape: [1, 1]))[0]
    #expect(abs(score - (inUse - inTraining)) < 1e-3)
    // Two copies: 3, 3, 1, −1 with mean 1.5 and variance 2.75.
    let copied = try BatchNormShift(flow, companions: Tensor([1, -1], shape: [2, 1]), copies: 2)
    let twice = -(1.5 * 1.5 / 2.75) / 2 - log(2.75) / 2
    #expect(abs(try copied.score(Tensor([3], shape: [1, 1]))[0] - (inUse - twice)) < 1e-3)
    // As a batch of two different examples, the mean over both.
    let batch = try scorer.shift(ofBatch: Tensor([3, 3], shape: [2, 1]))
    #expect(abs(batch - (inUse - twice)) < 1e-3)
  }

  @Test(
    "Far-out points widen the statistics of their own batch, so that a shallow flow finds them *less* strange there"
  )
  func batchNormOfFarPoints() throws {
    let scorer = try BatchNormShift(Self.flow, companions: Self.points(24, seed: 5))
    let own = try (0..<20).map { try scorer.shift(ofBatch: Self.points(8, seed: 100 + $0)) }
    let foreign = try (0..<20).map { try scorer.shift(ofBatch: Self.points(8, seed: 200 + $0, scale: 4)) }
    #expect(try ScoreRanking(inDistribution: own, outOfDistribution: foreign).auroc == 0)

  }

  @Test("A score depends on its example only, and on no number of threads")
  func laws() throws {
    let x = Self.points(70, seed: 7)
    let scorers: [any OODScorer<Tensor>] = [
      GradientNorm(Self.flow), GradientNorm(Self.flow, batchSize: 9),
      try BatchNormShift(Self.flow, companions: Self.points(7, seed: 8)), LogDensityScorer(Self.flow),
      try Typicality(Self.flow, training: Self.points(100, seed: 1)),
    ]
    for scorer in scorers {
      let whole = try scorer.score(x)
      #expect(whole.count == 70)
      #expect(Set(whole).count > 60, "\(type(of: scorer)) tells examples apart")
      for i in [0, 33, 69] {
        let alone = try scorer.score(x.sliced(axis: 0, i..<i + 1))[0]
        #expect(abs(alone - whole[i]) < 1e-4 * max(1, abs(whole[i])), "\(type(of: scorer)), row \(i)")
      }
      let order = Indexes(Array((0..<70).reversed()))
      let reversed = try scorer.score(x.rows(order))
      #expect(zip(reversed.reversed(), whole).allSatisfy { abs($0 - $1) < 1e-4 * max(1, abs($1)) })
      let one = try Parallelism.withThreads(1) { try scorer.score(x) }
      let many = try Parallelism.withThreads(5) { try scorer.score(x) }
      #expect(one == many, "\(type(of: scorer))")
    }
  }

  @Test("Examples that are not finite, and models without batch normalization, are refused")
  func refused() throws {
    var bad = Self.points(3, seed: 1)
    bad[2, 1] = .nan
    #expect(throws: ExampleError.self) { try GradientNorm(Self.flow).score(bad) }
    #expect(throws: ExampleError.self) {
      try BatchNormShift(Self.flow, companions: Self.points(4, seed: 1)).score(bad)
    }
    #expect(throws: ExampleError.self) { try BatchNormShift(Self.flow, companions: bad) }
    let plain = Flow(.realNVP(features: 4, couplings: 2, hidden: [8]), seed: 1)
    #expect(throws: LikelihoodError.noBatchNormalization) {
      try BatchNormShift(plain, companions: Self.points(4, seed: 1))
    }
    #expect(throws: LikelihoodError.tooFew(what: "examples in the batch", found: 1, needed: 2)) {
      try BatchNormShift(Self.flow, companions: Tensor([], shape: [0, 4]))
    }
  }
}
