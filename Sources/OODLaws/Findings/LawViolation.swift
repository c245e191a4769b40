/// A law that did not hold: which one, what was tried, what was found and what was expected.
///
/// ```swift
/// for violation in ModelLaws.violations(of: lawCase, catalogue: .standard) { print(violation) }
/// ```
public struct LawViolation: Sendable, Hashable, CustomStringConvertible {
  /// What the law was asked of; empty where the caller knows.
  public var subject: String
  /// The law's name: "scorer: batch independence".
  public var law: String
  /// What was done: "example 3 alone".
  public var tried: String
  public var found: String
  public var expected: String

  public init(subject: String = "", law: String, tried: String, found: String, expected: String) {
    self.subject = subject
    self.law = law
    self.tried = tried
    self.found = found
    self.expected = expected
  }

  /// One sentence.
  public var description: String {
    (subject.isEmpty ? "" : "\(subject): ")
      + "the law \"\(law)\" does not hold; tried \(tried), found \(found), expected \(expected)."
  }
}
