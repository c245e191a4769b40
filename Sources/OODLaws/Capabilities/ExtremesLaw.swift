import GenModels

/// Finite examples have finite answers, or are refused with `ExampleError`, however far they lie from what the model knows.
///
/// ```swift
/// ExtremesLaw.violations(of: "score", like: table) { try scorer.score($0) }
/// ```
public enum ExtremesLaw {
  /// Numbers that whole examples are made of.
  static let values = [0, 1, -1, 1e6, -1e6, 1e30, -1e30, Double(Float.leastNonzeroMagnitude)]

  /// - Parameters:
  ///   - verb: What is asked for, as reports name it.
  ///   - examples: An example of the model's shape stands first.
  ///   - allows: Which infinite answers are right too.
  ///   - answer: The answer for each example.
  public static func violations<Examples: LawExamples>(
    of verb: String, like examples: Examples, allowing allows: (Double) -> Bool = { _ in false },
    answer: (Examples) throws -> [Double]
  ) -> [LawViolation] {
    guard examples.exampleCount > 0 else { return [] }
    var findings = Findings()
    let law = "\(verb): finite examples have finite answers"
    for value in values {
      let tried = "an example of \(value) everywhere"
      do {
        let found = try answer(examples.example(0).mapNumbers { _ in value })
        findings.require(
          found.count == 1 && found.allSatisfy { $0.isFinite || allows($0) }, law, tried: tried,
          found: "\(found)", expected: "a finite number or ExampleError")
      } catch is ExampleError {
        continue
      } catch {
        findings.add(
          law, tried: tried, found: "the error \"\(error)\" of type \(type(of: error))",
          expected: "a finite number or ExampleError")
      }
    }
    return findings.violations
  }
}
