/// A model that gives probabilities to levels k / (K − 1) alone: of 0 and 1, or of grey levels.
public protocol LevelModel: Sendable {
  /// K; nil for a model of this type that takes any numbers.
  var levels: Int? { get }
}

extension Tensor {
  /// Numbers in 0...1 moved to the nearest of so many levels k / (K − 1), as images of 8 bits are written.
  public func roundedToLevels(_ levels: Int) -> Tensor {
    precondition(levels >= 2, "There are 2 levels or more, not \(levels).")
    let top = Float(levels - 1)
    return Tensor(shape: shape) { rounded in
      withUnsafeElements { values in
        for i in 0..<values.count { rounded[i] = (values[i] * top).rounded() / top }
      }
    }
  }
}
