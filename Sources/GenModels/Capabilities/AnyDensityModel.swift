/// A density model whose type is known only at run time, for ensembles of different models.
///
/// In a file it is the model that it holds.
public struct AnyDensityModel<Examples: ExampleBatch>: DensityModel {
  /// The model.
  public let base: any DensityModel<Examples>

  public init(_ base: some DensityModel<Examples>) {
    self.base = (base as? AnyDensityModel<Examples>)?.base ?? base
  }

  public var exampleShape: Shape { base.exampleShape }

  public func check(_ x: Examples) throws(ExampleError) { try base.check(x) }

  public func logDensity(checked x: Examples) throws -> [Double] { try base.logDensity(checked: x) }

  public func sample(count: Int, using random: inout RandomGenerator) -> Examples {
    base.sample(count: count, using: &random)
  }
}

extension AnyDensityModel: Model {
  public static var kind: String { "any-density" }

  public var configuration: EmptyConfiguration { EmptyConfiguration() }

  /// The archive of the model that this one holds.
  /// - Throws: `ModelFileError.unexpectedModel` when that is of a type that can't be saved.
  public func archive() throws -> ModelArchive {
    guard let base = base as? any Model else {
      throw ModelFileError.notSavable(type: "\(type(of: base))")
    }
    return try base.archive()
  }

  public func encode(to archive: inout ModelArchive) throws { archive = try self.archive() }

  /// The density model of any kind in an archive.
  /// - Throws: `ModelFileError.unexpectedModel` when the archive holds no density of such examples.
  public init(decoding archive: ModelArchive) throws {
    let model = try archive.model()
    guard let base = model as? any DensityModel<Examples> else {
      throw ModelFileError.unexpectedModel(
        found: archive.kind, expected: "a density model of \(Examples.self)")
    }
    self.base = base
  }

  public init(from archive: ModelArchive) throws { try self.init(decoding: archive) }
}
