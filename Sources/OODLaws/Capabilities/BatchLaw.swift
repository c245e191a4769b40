import GenModels

/// An example's answer depends on that example alone: whatever else is in the batch, in whatever order, on any number of threads.
///
/// ```swift
/// BatchLaw.violations(of: "score", on: table) { try scorer.score($0).map { [$0] } }
/// ```
public enum BatchLaw {
  /// - Parameters:
  ///   - verb: What is asked for, as reports name it.
  ///   - examples: At least two.
  ///   - tolerance: 0 for the same bits in every batch, else relative to max(1, |answer|). Threads never change a bit.
  ///   - answer: The numbers of each example's answer.
  public static func violations<Examples: LawExamples>(
    of verb: String, on examples: Examples, tolerance: Double = 0, answer: (Examples) throws -> [[Double]]
  ) -> [LawViolation] {
    var findings = Findings()
    let law = "\(verb): batch independence"
    findings.attempt(law, tried: "a batch of \(examples.exampleCount) examples") { findings in
      let count = examples.exampleCount
      let whole = try answer(examples)
      findings.require(
        whole.count == count, law, tried: "a batch of \(count) examples", found: "\(whole.count) answers",
        expected: "one for each")
      guard whole.count == count else { return }
      func compare(_ tried: String, _ order: [Int], _ found: [[Double]]) {
        guard found.count == order.count else {
          return findings.add(
            law, tried: tried, found: "\(found.count) answers", expected: "\(order.count) answers")
        }
        guard
          let place = order.indices.first(where: {
            !whole[order[$0]].isSame(as: found[$0], tolerance: tolerance)
          })
        else { return }
        findings.add(
          law, tried: tried, found: "\(found[place].summary) for example \(order[place])",
          expected: "\(whole[order[place]].summary), as in the whole batch"
            + (tolerance > 0 ? " within \(tolerance)" : ""))
      }
      for number in Set([0, 1, count / 3, count - 1]).sorted() where number < count {
        compare("example \(number) alone", [number], try answer(examples.example(number)))
      }
      let reversed = Array((0..<count).reversed())
      compare("the batch reversed", reversed, try answer(examples.reordered(reversed)))
      let size = max(1, count / 8 + 3)
      let pieces = try stride(from: 0, to: count, by: size).flatMap {
        try answer(examples.examples($0..<min(count, $0 + size)))
      }
      compare("pieces of \(size) examples", Array(0..<count), pieces)
    }
    findings.add(threads(of: verb, on: examples, answer: answer))
    findings.add(emptyBatch(of: verb, like: examples, answer: answer))
    return findings.violations
  }

  /// The bits are the same for one thread and for five.
  private static func threads<Examples: LawExamples>(
    of verb: String, on examples: Examples, answer: (Examples) throws -> [[Double]]
  ) -> [LawViolation] {
    var findings = Findings()
    let law = "\(verb): threads"
    findings.attempt(law, tried: "one thread and five") { findings in
      let one = try Parallelism.withThreads(1) { try answer(examples) }
      let five = try Parallelism.withThreads(5) { try answer(examples) }
      let place = zip(one, five).enumerated().first { !$1.0.isSame(as: $1.1, tolerance: 0) }?.offset
      findings.require(
        one.count == five.count && place == nil, law, tried: "one thread and five",
        found: "another answer for example \(place ?? min(one.count, five.count))", expected: "the same bits")
    }
    return findings.violations
  }

  /// An empty batch has no answers, and that is no error.
  private static func emptyBatch<Examples: LawExamples>(
    of verb: String, like examples: Examples, answer: (Examples) throws -> [[Double]]
  ) -> [LawViolation] {
    var findings = Findings()
    let law = "\(verb): empty batch"
    findings.attempt(law, tried: "a batch without examples") { findings in
      let found = try answer(examples.examples(0..<0))
      findings.require(
        found.isEmpty, law, tried: "a batch without examples", found: "\(found.count) answers",
        expected: "none")
    }
    return findings.violations
  }
}
