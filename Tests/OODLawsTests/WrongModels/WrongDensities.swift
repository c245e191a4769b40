import Foundation
import GenModels

/// Densities of single numbers that break one law each: exp(bonus) times a normal density of some deviation, with draws of another.
struct ToyDensity: DensityModel {
  let exampleShape: Shape = [1]
  var bonus = 0.0
  var drawnDeviation: Float = 1
  var isSeeded = true

  func logDensity(checked x: Tensor) -> [Double] {
    x.numbers64.map { bonus - $0 * $0 / 2 - log(2 * Double.pi) / 2 }
  }

  func sample(count: Int, using random: inout RandomGenerator) -> Tensor {
    guard isSeeded else {
      var fixed = RandomGenerator(seed: 1)
      return fixed.normal([count, 1])
    }
    return random.normal([count, 1], mean: 0, standardDeviation: drawnDeviation)
  }
}

/// A density given a class or a context; without a class it is that of class 0, where it should be the average.
struct ToyConditional: ClassConditionalDensity, ContextConditionalDensity {
  let exampleShape: Shape = [1]
  let classCount: Int? = 2
  let contextSize = 1
  var averages = true

  private func logDensity(_ x: Double, mean: Double) -> Double {
    -(x - mean) * (x - mean) / 2 - log(2 * Double.pi) / 2
  }

  func logDensity(checked x: Tensor) -> [Double] {
    x.numbers64.map { x in
      averages
        ? log((exp(logDensity(x, mean: 0)) + exp(logDensity(x, mean: 2))) / 2) : logDensity(x, mean: 0)
    }
  }

  func logDensity(checked x: Tensor, labels: Indexes) -> [Double] {
    zip(x.numbers64, labels.elements).map { logDensity($0, mean: 2 * Double($1)) }
  }

  func logDensity(checked x: Tensor, context: Tensor) -> [Double] {
    zip(x.numbers64, context.numbers64).map { logDensity($0, mean: $1) }
  }

  func sample(labels: Indexes, using random: inout RandomGenerator) -> Tensor {
    let means = Tensor(labels.elements.map { 2 * Float($0) }, shape: [labels.count, 1])
    return random.normal([labels.count, 1]) + means
  }

  func sample(context: Tensor, using random: inout RandomGenerator) -> Tensor {
    random.normal(context.shape) + context
  }

  func sample(count: Int, using random: inout RandomGenerator) -> Tensor {
    sample(labels: random.integers(count, below: averages ? 2 : 1), using: &random)
  }
}

/// A bound that averages over draws, and an energy. Wrong where the draws depend on the place in the batch.
struct ToyBound: DensityBound, UnnormalizedEnergy {
  let exampleShape: Shape = [1]
  var drawsByPlace = false
  var isUpsideDown = false

  func logDensityBound(checked x: Tensor, samples: Int, seed: UInt64) -> [Double] {
    x.numbers64.enumerated().map { place, x in
      var random = RandomGenerator(seed: seed).split(drawsByPlace ? UInt64(place) : 0)
      let noise = random.normal([samples]).numbers64.map { $0 * $0 }.reduce(0, +) / Double(samples)
      return -x * x / 2 - noise
    }
  }

  func sample(count: Int, using random: inout RandomGenerator) -> Tensor { random.normal([count, 1]) }

  func energy(checked x: Tensor) -> [Double] { x.numbers64.map { (isUpsideDown ? -1 : 1) * $0 * $0 / 2 } }
}

/// A classifier of two classes, or one whose logits are infinite.
struct ToyClassifier: Classifier {
  let exampleShape: Shape = [1]
  let classCount = 2
  var isInfinite = false

  func logits(checked x: Tensor) -> Tensor {
    Tensor(x.elements.flatMap { isInfinite ? [.infinity, .infinity] : [$0, -$0] }, shape: [x.shape[0], 2])
  }

  func features(checked x: Tensor) -> Tensor { x }
}

/// A model that reconstructs, with errors that depend on the size of the pieces.
struct ToyOracle: ReconstructionOracle {
  let exampleShape: Shape = [2]
  var dependsOnPieces = false

  func reconstruct(checked x: Tensor) -> Tensor {
    dependsOnPieces && x.shape[0] > 0 ? x * (1 - 1 / Float(1 + x.shape[0])) : x * 0.5
  }
}

extension Tensor {
  var numbers64: [Double] { elements.map(Double.init) }
}
