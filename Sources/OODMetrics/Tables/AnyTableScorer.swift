import GenModels

/// A scorer of tables whose type is known only at run time. In a file it is the scorer that it holds.
public struct AnyTableScorer: TableScorer {
  public static let kind = "any"

  public let base: any TableScorer

  public init(_ base: any TableScorer) { self.base = (base as? AnyTableScorer)?.base ?? base }

  public var featureCount: Int { base.featureCount }

  public func score(_ x: Matrix) throws -> [Double] { try base.score(x) }

  public func archive() throws -> ScorerArchive { try base.archive() }
  public func encode(to archive: inout ScorerArchive) throws { try base.encode(to: &archive) }

  public init(decoding archive: ScorerArchive) throws {
    base = try TableScorers.scorer(decoding: archive)
  }

  public init(from archive: ScorerArchive) throws { try self.init(decoding: archive) }
}

extension AnyTableScorer: LeaveOneOutScorer {
  public func leaveOneOutScores() throws -> [Double]? {
    try (base as? any LeaveOneOutScorer)?.leaveOneOutScores()
  }
}
