import GenModels

/// Wrong examples are refused with `ExampleError`: another shape, NaN, infinities, with the number of the example.
///
/// ```swift
/// RefusalLaw.violations(of: "score", on: table) { try scorer.score($0) }
/// ```
public enum RefusalLaw {
  /// - Parameters:
  ///   - verb: What is asked for, as reports name it.
  ///   - examples: Right examples, which are spoiled one by one.
  ///   - acceptsGaps: Whether NaN is a gap that the model fills.
  ///   - ask: Asks for the answer.
  public static func violations<Examples: LawExamples>(
    of verb: String, on examples: Examples, acceptsGaps: Bool = false, ask: (Examples) throws -> Void
  ) -> [LawViolation] {
    var findings = Findings()
    let shapes = "\(verb): another shape is refused"
    let shapeError = thrown { try ask(examples.inAnotherShape()) }
    if case .unexpectedShape? = shapeError as? ExampleError {
    } else {
      findings.add(
        shapes, tried: "examples with one more feature", found: describe(shapeError),
        expected: "ExampleError.unexpectedShape")
    }
    guard examples.exampleCount > 0 else { return findings.violations }
    let number = examples.exampleCount * 2 / 3
    let width = examples.example(number).numbers.count
    for value in [Double.nan, .infinity, -.infinity] where !(value.isNaN && acceptsGaps) {
      // A sequence is spoiled in its first step, whose features come first.
      let feature = width > 1 ? 1 : 0
      let spoiled = examples.replacing(example: number, feature: feature, with: value)
      let error = thrown { try ask(spoiled) }
      let found = (error as? ExampleError)?.notFiniteExample
      findings.require(
        found == number, "\(verb): \(value) is refused",
        tried: "\(value) in feature \(feature) of example \(number)",
        found: describe(error), expected: "ExampleError.notFinite with that example's number")
    }
    return findings.violations
  }

  private static func thrown(_ body: () throws -> Void) -> (any Error)? {
    do { try body() } catch { return error }
    return nil
  }

  private static func describe(_ error: (any Error)?) -> String {
    error.map { "the error \"\($0)\" of type \(type(of: $0))" } ?? "an answer"
  }
}

extension ExampleError {
  /// The example in which a number is not finite.
  fileprivate var notFiniteExample: Int? {
    switch self {
    case .notFinite(let example, _, _), .notFiniteStep(let example, _, _, _): example
    default: nil
    }
  }
}
