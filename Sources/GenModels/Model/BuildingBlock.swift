/// A part of a network or a flow as data: what is saved beside the parameters, and what the part is built from. Layers
/// (`LayerDescription`), bijections (`BijectionDescription`) and base distributions (`BaseDescription`) are blocks.
///
/// In a file a block is `{"name": {settings}}`. The catalogue that a file is loaded with knows the types by their names, so an
/// importer's own block enters models, trains with them, is saved and loaded.
public protocol BuildingBlock: Codable, Hashable, Sendable {
  /// What kind of block it is.
  static var family: BlockFamily { get }

  /// The name in files, one of its family. It never changes.
  static var name: String { get }
}

/// A kind of building block.
public struct BlockFamily: Hashable, Sendable, CustomStringConvertible {
  /// For people: "layer".
  public let description: String

  public init(_ description: String) { self.description = description }
}

/// The coding of blocks whose type is known only at run time: `{"name": {settings}}`.
public enum BlockCoding {
  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// The block of a family that stands here.
  /// - Throws: `DecodingError` when it is no block; `ModelFileError.unknownBlock` when the catalogue does not know it.
  public static func decode(_ family: BlockFamily, from decoder: any Decoder) throws -> any BuildingBlock {
    let container = try decoder.container(keyedBy: Name.self)
    guard let key = container.allKeys.first, container.allKeys.count == 1 else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "a \(family) is an object with one name, not \(container.allKeys.count)"))
    }
    let type = try decoder.modelCatalogue.block(family, named: key.stringValue)
    return try container.decode(type, forKey: key)
  }

  /// Writes the block's name and settings.
  public static func encode(_ block: some BuildingBlock, to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Name.self)
    try container.encode(block, forKey: Name(stringValue: type(of: block).name))
  }
}

extension BuildingBlock {
  /// Whether another block is the same, types included.
  func isEqual(_ other: any BuildingBlock) -> Bool { (other as? Self) == self }
}
