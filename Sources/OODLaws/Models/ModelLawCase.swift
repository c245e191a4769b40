import GenModels

/// A model under the laws: how it is made, and the examples that it is tried on.
///
/// ```swift
/// let lawCase = ModelLawCase("my scorer", kind: MyScorer.kind, inliers: table, outliers: farOut) {
///   try MyScorer(fitting: table)
/// }
/// for violation in ModelLaws.violations(of: lawCase, catalogue: catalogue) { print(violation) }
/// ```
public struct ModelLawCase: Sendable {
  /// For reports.
  public var name: String
  /// The name of the model's kind in files.
  public var kind: String
  /// Examples that the model knows: at least ten, all different.
  public var inliers: any LawExamples
  /// Examples that are obviously none of those, of the same batch type; nil where the model does not promise to see them.
  public var outliers: (any LawExamples)?
  /// The numbers given with each example of the inliers, for densities that depend on them.
  public var context: Tensor?
  public var expectations: LawExpectations
  /// Answers that no capability gives, for models that have some: compared between a saved and a loaded model.
  public var otherAnswers: @Sendable (any Model) throws -> [Double]
  /// Fits, trains or draws the model: the same one each time.
  public var make: @Sendable () throws -> any Model

  public init<Examples: LawExamples>(
    _ name: String, kind: String, inliers: Examples, outliers: Examples? = nil, context: Tensor? = nil,
    expectations: LawExpectations = LawExpectations(),
    otherAnswers: @escaping @Sendable (any Model) throws -> [Double] = { _ in [] },
    make: @escaping @Sendable () throws -> any Model
  ) {
    self.name = name
    self.kind = kind
    self.inliers = inliers
    self.outliers = outliers
    self.context = context
    self.expectations = expectations
    self.otherAnswers = otherAnswers
    self.make = make
  }
}
