extension Tensor {
  /// Salt-and-pepper noise: each element becomes 0 with probability p/2, 1 with probability p/2, and stays as it is otherwise
  /// (P. Vincent and others, 2010, section 3.3, for values from 0 to 1). Probabilities are in steps of 2⁻²⁴.
  ///
  /// Traps when the probability is not between 0 and 1.
  public func saltAndPeppered(probability: Float, using random: inout RandomGenerator) -> Tensor {
    precondition(
      probability >= 0 && probability <= 1,
      "A probability lies between 0 and 1, and \(probability) was given.")
    let draws = random.uniform(shape)
    let (pepper, either) = (0.5 * probability, probability)
    return .elementwise(shape: shape) { range, y in
      let (x, u) = (buffer.base, draws.buffer.base)
      for i in range { y[i] = u[i] < pepper ? 0 : u[i] < either ? 1 : x[i] }
    }
  }
}
