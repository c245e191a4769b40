/// A kind of building block whose descriptions stand in configurations: what a `BlockSpecification` is a specification of.
public protocol SpecifiedBlock {
  /// A description of any type, `any LayerDescription` for example.
  associatedtype Description: Sendable

  static var family: BlockFamily { get }

  /// The description as a block.
  static func block(_ description: Description) -> any BuildingBlock
}

/// A part of a network or a flow in a configuration: a description of any type of its family (`LayerSpecification`,
/// `BijectionSpecification`, `BaseSpecification`).
public struct BlockSpecification<Kind: SpecifiedBlock>: Sendable, Hashable, Codable {
  public let description: Kind.Description

  init(describedBy description: Kind.Description) { self.description = description }

  private var block: any BuildingBlock { Kind.block(description) }

  public init(from decoder: any Decoder) throws {
    guard let found = try BlockCoding.decode(Kind.family, from: decoder) as? Kind.Description else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "the block is no \(Kind.family)"))
    }
    description = found
  }

  public func encode(to encoder: any Encoder) throws { try BlockCoding.encode(block, to: encoder) }

  public static func == (a: BlockSpecification, b: BlockSpecification) -> Bool { a.block.isEqual(b.block) }

  public func hash(into hasher: inout Hasher) { block.hash(into: &hasher) }
}
