import GenModels

/// Gradients agree with central differences along random directions.
///
/// ```swift
/// let slope = gradient(at: x) { f($0).sum() }
/// GradientLaw.violations(of: "f", at: [x], gradients: [slope]) { Double(f($0[0]).sum().scalar) }
/// ```
///
/// A function with kinks may cross one on the way, which spoils a difference: of nine directions three may disagree.
public enum GradientLaw {
  private static let directions = 9
  private static let step: Float = 2e-3

  /// - Parameters:
  ///   - name: What is differentiated, as reports name it.
  ///   - tensors: Where.
  ///   - gradients: What is held to be the gradient with respect to each.
  ///   - value: The function, summed in double precision.
  public static func violations(
    of name: String, at tensors: [Tensor], gradients: [Tensor], value: ([Tensor]) throws -> Double
  ) -> [LawViolation] {
    var findings = Findings()
    let law = "\(name): gradient"
    findings.attempt(law, tried: "differences along \(directions) directions") { findings in
      guard zip(tensors, gradients).allSatisfy({ $0.shape == $1.shape }), tensors.count == gradients.count
      else {
        return findings.add(
          law, tried: "the gradient", found: "\(gradients.map(\.shape))", expected: "\(tensors.map(\.shape))")
      }
      if gradients.contains(where: { $0.numbers.contains { !$0.isFinite } }) {
        return findings.add(law, tried: "the gradient", found: "NaN or infinity", expected: "finite numbers")
      }
      let length = gradients.flatMap(\.numbers).reduce(0) { $0 + $1 * $1 }.squareRoot()
      var random = RandomGenerator(seed: 11)
      var disagreements: [String] = []
      for _ in 0..<directions {
        let direction = tensors.map { random.normal($0.shape) }
        func moved(_ t: Float) throws -> Double { try value(zip(tensors, direction).map { $0 + $1 * t }) }
        let difference = (try moved(step) - moved(-step)) / (2 * Double(step))
        let product = zip(gradients, direction).reduce(0.0) { sum, pair in
          zip(pair.0.numbers, pair.1.numbers).reduce(sum) { $0 + $1.0 * $1.1 }
        }
        if !(abs(difference - product) <= 0.03 * length + 2e-3) {
          disagreements.append("\(product) where the difference is \(difference)")
        }
      }
      findings.require(
        disagreements.count <= directions / 3, law,
        tried: "differences along \(directions) directions",
        found: "\(disagreements.count) that disagree: \(disagreements.prefix(3).joined(separator: "; "))",
        expected: "the slope of the function")
    }
    return findings.violations
  }
}
