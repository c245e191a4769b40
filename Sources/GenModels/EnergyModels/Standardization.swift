/// z = (x − μ) / σ, feature by feature, μ and σ being those of training examples: networks of tables see, and chains walk in, numbers
/// about 0 of deviation 1, whatever the columns' units.
struct Standardization: Parameterized {
  /// Of the shape of an example.
  private(set) var mean, deviation: RunningState

  init(exampleShape: Shape, _ tensors: TensorSource) throws(ModelFileError) {
    mean = RunningState(try tensors.constant("mean", exampleShape, 0))
    deviation = RunningState(try tensors.constant("deviation", exampleShape, 1))
    guard deviation.tensor.withUnsafeElements({ $0.allSatisfy { $0 > 0 } }) else {
      throw .malformed(reason: "its features' deviations must be above 0")
    }
  }

  mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("mean", &mean)
    visitor.visit("deviation", &deviation)
  }

  /// The moments of examples; 1 is the deviation of a feature that does not vary.
  func fitted(to x: Tensor) -> Standardization {
    let (n, width) = (x.shape[0], x.count / max(1, x.shape[0]))
    var (sums, squares) = ([Double](repeating: 0, count: width), [Double](repeating: 0, count: width))
    x.withUnsafeElements { elements in
      for row in 0..<n { for j in 0..<width { sums[j] += Double(elements[row * width + j]) } }
      for row in 0..<n {
        for j in 0..<width {
          let centred = Double(elements[row * width + j]) - sums[j] / Double(n)
          squares[j] += centred * centred
        }
      }
    }
    var fitted = self
    fitted.mean.tensor = Tensor(sums.map { Float($0 / Double(n)) }, shape: mean.tensor.shape)
    fitted.deviation.tensor = Tensor(
      squares.map { square in
        let deviation = Float((square / Double(n)).squareRoot())
        return deviation > .leastNormalMagnitude && deviation.isFinite ? deviation : 1
      }, shape: deviation.tensor.shape)
    return fitted
  }

  func callAsFunction<Value: TensorAlgebra>(_ x: Value) -> Value {
    (x - x.constant(mean.tensor)) * x.constant(deviation.tensor.reciprocal())
  }

  func inverse(_ z: Tensor) -> Tensor { z * deviation.tensor + mean.tensor }
}
