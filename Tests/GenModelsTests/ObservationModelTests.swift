import Foundation
import Testing

import GenModels

@Suite("Observation models")
struct ObservationModelTests {
  @Test(
    "A discretized logistic's probabilities add up to 1 at every scale, with finite gradients",
    arguments: [
      2, 3, 256,
    ])
  func addsUp(levels: Int) {
    let model = ObservationModel.discretizedLogistic(mixtures: 1, levels: levels)
    let x = Tensor((0..<levels).map { Float($0) / Float(levels - 1) }, shape: [levels, 1])
    for logScale: Float in [-30, -9, -7, -5, -3, -1, 0, 1, 3, 6, 9, 30] {
      for mean: Float in [-40, -1.2, -1, -0.37, 0, 0.5, 1, 3, 40] {
        let parameters = Tensor([0, mean, logScale], shape: [1, 3]).broadcast(to: [levels, 3])
        let (sum, gradient) = valueWithGradient(at: parameters) {
          model.logDensity(of: $0.constant(x), given: $0).exp().sum()
        }
        #expect(abs(sum.scalar - 1) < 1e-4, "ln s \(logScale), mean \(mean): \(sum.scalar)")
        #expect(gradient.firstNonFinite == nil)
        let slope = GenModels.gradient(at: parameters) {
          model.logDensity(of: $0.constant(x), given: $0).sum()
        }
        #expect(slope.firstNonFinite == nil, "ln s \(logScale), mean \(mean)")
      }
    }
  }

  @Test("A mixture over two channels adds up to 1 over all pairs of levels, and draws follow it")
  func channels() {
    let model = ObservationModel.discretizedLogistic(mixtures: 2, levels: 5)
    #expect(model.parameterCount(channels: 3) == 20 && model.parameterCount(channels: 2) == 12)
    var random = RandomGenerator(seed: 1)
    let parameters = random.normal([1, 12])
    let pairs = Tensor(shape: [25, 2]) { pairs in
      for number in 0..<25 {
        (pairs[2 * number], pairs[2 * number + 1]) = (Float(number % 5) / 4, Float(number / 5) / 4)
      }
    }
    let p = model.logDensity(of: pairs, given: parameters.broadcast(to: [25, 12])).exp().elements
    #expect(abs(p.reduce(0, +) - 1) < 1e-5)
    let draws = model.sample(parameters.broadcast(to: [20_000, 12]), channels: 2, using: &random)
    var counts = [Float](repeating: 0, count: 25)
    for row in 0..<20_000 {
      let levels = [draws[row, 0], draws[row, 1]].map { Int(($0 * 4).rounded()) }
      counts[levels[0] + 5 * levels[1]] += 1 / 20_000
    }
    for (p, frequency) in zip(p, counts) {
      let deviation = (p / 20_000).squareRoot()
      #expect(abs(p - frequency) < 5 * deviation + 1e-4)
    }
  }

  @Test("A logistic's mass is that of its distribution function")
  func mass() {
    let model = ObservationModel.discretizedLogistic(mixtures: 1, levels: 256)
    func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    for (level, mean, logScale) in [(100, -0.2, -3.0), (0, -0.9, -2.0), (255, 0.7, -1.0), (7, 0.9, -4.0)] {
      let x = 2 * Double(level) / 255 - 1
      let (h, s) = (1.0 / 255, exp(logScale))
      let upper = level == 255 ? 1 : sigmoid((x + h - mean) / s)
      let lower = level == 0 ? 0 : sigmoid((x - h - mean) / s)
      let found = model.logDensity(
        of: Tensor([Float(level) / 255], shape: [1, 1]),
        given: Tensor([0, Float(mean), Float(logScale)], shape: [1, 3]))
      #expect(abs(Double(found.scalar) - log(upper - lower)) < 1e-3)
    }
  }

  @Test("Normal observations are those of the formula", arguments: [0.3, 2])
  func normal(deviation: Float) {
    let fixed = ObservationModel.gaussianFixed(deviation: deviation)
    let x = Tensor([0.5, -1], shape: [1, 2])
    let found = fixed.logDensity(of: x, given: Tensor([0.2, 0.1], shape: [1, 2])).scalar
    let expected = [0.3, -1.1].reduce(0.0) {
      $0 - $1 * $1 / (2 * Double(deviation * deviation))
        - log(Double(deviation) * (2 * Double.pi).squareRoot())
    }
    #expect(abs(Double(found) - expected) < 1e-4)
  }

  @Test("Settings that can't be say so")
  func problems() {
    for model in [
      ObservationModel.categorical(levels: 1), .gaussianFixed(deviation: 0),
      .discretizedLogistic(mixtures: 0, levels: 4), .discretizedLogistic(mixtures: 1, levels: 1),
    ] { #expect(model.problem != nil) }
  }
}
