import GenModels
import OODLaws

/// The examples that models are tried on.
enum LawData {
  /// Correlated normal features with different units.
  static func table(rows: Int, columns: Int = 5, seed: UInt64) -> Matrix {
    var random = RandomGenerator(seed: seed, stream: 77)
    let z = random.normal([rows, columns])
    var table = Matrix(rows: rows, columns: columns, repeating: 0)
    for i in 0..<rows {
      for j in 0..<columns {
        let value = Double(z[i, j]) + 0.7 * Double(z[i, 0]) + Double(j)
        table[i, j] = j == 3 ? 40 * value : value
      }
    }
    return table
  }

  static let training = table(rows: 300, seed: 1)
  static let fresh = table(rows: 120, seed: 2)
  /// Against the features' common direction, so that every method can see it.
  static let outlier = Matrix([[60, -55, 70, -3000, 65]])

  /// Two columns, for densities that are integrated.
  static let pairs = table(rows: 150, columns: 2, seed: 3)
  static let freshPairs = table(rows: 60, columns: 2, seed: 4)
  static let pairOutlier = Matrix([[60, -55]])

  /// Vectors for networks.
  static func points(_ count: Int, features: Int = 2, seed: UInt64, scale: Float = 1) -> Tensor {
    var random = RandomGenerator(seed: seed)
    return random.normal([count, features]) * scale
  }

  static let farPoints = Tensor([60, -55, -70, 65], shape: [2, 2])

  /// Vectors of numbers in 0...1, about the middle.
  static func unit(_ shape: Shape, seed: UInt64) -> Tensor {
    var random = RandomGenerator(seed: seed)
    return random.uniform(shape, in: 0.3..<0.7)
  }

  /// Images of grey levels in 0...1.
  static func images(_ count: Int, side: Int, seed: UInt64) -> Tensor {
    var random = RandomGenerator(seed: seed)
    return random.integers(count * side * side, below: 128).elements.asLevels.reshaped([count, side, side, 1])
  }

  /// Images of 0 and 1 alone.
  static func contrasts(side: Int) -> Tensor {
    Tensor((0..<side * side).map { Float($0 % 2) }, shape: [1, side, side, 1])
  }

  /// Sequences of different lengths, of two features a step.
  static func sequences(_ count: Int, seed: UInt64, scale: Double = 1) -> [Matrix] {
    (0..<count).map { number in
      table(rows: 3 + number % 4, columns: 2, seed: seed + UInt64(number)).mapNumbers { $0 * scale }
    }
  }

  /// Counts of six words: documents of one half of the words or of the other.
  static func documents(_ count: Int, seed: UInt64) -> Matrix {
    var random = RandomGenerator(seed: seed)
    let draws = random.integers(count * 6, below: 9).elements
    var table = Matrix(rows: count, columns: 6, repeating: 0)
    for i in 0..<count {
      for j in 0..<6 where (j < 3) == (i % 2 == 0) { table[i, j] = Double(1 + draws[i * 6 + j]) }
    }
    return table
  }
}

extension [Int] {
  /// Levels of 256 as numbers in 0...1, brighter than 1/4.
  fileprivate var asLevels: Tensor { Tensor(map { Float($0 + 64) / 255 }) }
}
