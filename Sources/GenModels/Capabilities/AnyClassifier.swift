/// A classifier whose type is known only at run time, for scores of any classifier and ensembles of different ones.
///
/// In a file it is the classifier that it holds.
public struct AnyClassifier: Classifier {
  /// The classifier.
  public let base: any Classifier

  public init(_ base: some Classifier) { self.base = (base as? AnyClassifier)?.base ?? base }

  public var exampleShape: Shape { base.exampleShape }
  public var classCount: Int { base.classCount }
  public var linearHead: LinearHead? { base.linearHead }

  /// The classifier as one that can be differentiated; nil when it can't.
  public var differentiable: (any DifferentiableClassifier)? { base as? any DifferentiableClassifier }

  public func check(_ x: Tensor) throws(ExampleError) { try base.check(x) }
  public func logits(checked x: Tensor) throws -> Tensor { try base.logits(checked: x) }
  public func features(checked x: Tensor) throws -> Tensor { try base.features(checked: x) }
}

extension AnyClassifier: Model {
  public static var kind: String { "any-classifier" }

  public var configuration: EmptyConfiguration { EmptyConfiguration() }

  /// The archive of the classifier that this one holds.
  /// - Throws: `ModelFileError.notSavable` when that is of a type that can't be saved.
  public func archive() throws -> ModelArchive {
    guard let base = base as? any Model else {
      throw ModelFileError.notSavable(type: "\(type(of: base))")
    }
    return try base.archive()
  }

  public func encode(to archive: inout ModelArchive) throws { archive = try self.archive() }

  /// The classifier of any kind in an archive.
  /// - Throws: `ModelFileError.unexpectedModel` when the archive holds none.
  public init(decoding archive: ModelArchive) throws {
    guard let base = try archive.model() as? any Classifier else {
      throw ModelFileError.unexpectedModel(found: archive.kind, expected: "a classifier")
    }
    self.base = base
  }

  public init(from archive: ModelArchive) throws { try self.init(decoding: archive) }
}
