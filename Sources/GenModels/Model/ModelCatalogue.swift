/// The kinds of models, layers, bijections and base distributions that files are read with: a value that maps names to types.
///
/// ```swift
/// let catalogue = ModelCatalogue.standard.adding(MyScorer.self).adding(block: MyLayer.self)
/// let model = try catalogue.load("detector.safetensors")
/// if let explainable = model as? any (TableScorer & ExplainableScorer) { … }
/// ```
///
/// `.generative` holds the kinds of `GenModels`, `.detectors` of `OODDetectors` those of its own too, and `.standard` of `OODMetrics`
/// all. There is no registry that changes behind one's back: what a catalogue knows is what was added to it.
public struct ModelCatalogue: Sendable {
  private var loaders: [String: @Sendable (ModelArchive) throws -> any Model] = [:]
  /// The types of models by kind; kinds that a function loads have none.
  public private(set) var types: [String: any Model.Type] = [:]
  private var blocks: [BlockFamily: [String: any BuildingBlock.Type]] = [:]

  /// Knows nothing.
  public static let empty = ModelCatalogue()

  /// Also knows models of that type. A kind that is known already is replaced.
  public func adding<Added: Model>(_ type: Added.Type) -> ModelCatalogue {
    var catalogue = adding(kind: type.kind) { try Added(decoding: $0) }
    catalogue.types[type.kind] = type
    return catalogue
  }

  /// Also knows models of that kind, which `load` makes from their archive: for types whose parameters are models that the archive
  /// decides (`Detector` of any scorer). A kind that is known already is replaced.
  public func adding(
    kind: String, load: @escaping @Sendable (ModelArchive) throws -> any Model
  ) -> ModelCatalogue {
    var catalogue = self
    catalogue.loaders[kind] = load
    catalogue.types[kind] = nil
    return catalogue
  }

  /// Also knows blocks of that type: a layer, a bijection or a base distribution.
  public func adding(block type: any BuildingBlock.Type) -> ModelCatalogue {
    var catalogue = self
    catalogue.blocks[type.family, default: [:]][type.name] = type
    return catalogue
  }

  /// Knows what either of the two knows; where both know a name, the other one's type counts.
  public func merging(_ other: ModelCatalogue) -> ModelCatalogue {
    var catalogue = self
    catalogue.loaders.merge(other.loaders) { $1 }
    for kind in other.loaders.keys { catalogue.types[kind] = other.types[kind] }
    for (family, types) in other.blocks { catalogue.blocks[family, default: [:]].merge(types) { $1 } }
    return catalogue
  }

  /// The kinds of models that are known, in order.
  public var kinds: [String] { loaders.keys.sorted() }

  /// The families of blocks of which any is known, in order of their names.
  public var blockFamilies: [BlockFamily] { blocks.keys.sorted { $0.description < $1.description } }

  /// The blocks of a family that are known, by name.
  public func blocks(_ family: BlockFamily) -> [String: any BuildingBlock.Type] { blocks[family] ?? [:] }

  /// The type of the block of that name.
  func block(_ family: BlockFamily, named name: String) throws(ModelFileError) -> any BuildingBlock.Type {
    guard let type = blocks[family]?[name] else {
      throw .unknownBlock(family: "\(family)", name: name, known: blocks(family).keys.sorted())
    }
    return type
  }
}

extension ModelCatalogue {
  /// The model in a file, of its real type.
  /// - Throws: `SafetensorsError` when the file can't be read; `ModelFileError` when it holds no model, one of a kind that is not
  ///   known here, is damaged, or was written by a newer release.
  public func load(_ path: String) throws -> any Model {
    try ModelArchive(contentsOf: path, catalogue: self).model()
  }

  /// The model in an archive, of its real type.
  /// - Throws: As `load`.
  public func model(from archive: ModelArchive) throws -> any Model {
    try archive.with(self).model()
  }

  func load(_ archive: ModelArchive) throws -> any Model {
    guard let load = loaders[archive.kind] else {
      throw ModelFileError.unexpectedModel(
        found: archive.kind, expected: kinds.isEmpty ? "none at all" : kinds.joined(separator: ", "))
    }
    return try load(archive)
  }
}
