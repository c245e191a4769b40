import GenModels

/// How much the members of a deep ensemble disagree (B. Lakshminarayanan, A. Pritzel and C. Blundell, 2017; as the mutual
/// information of the class and the member, S. Depeweg et al., 2018):
///
///     score(x) = H[(1/M) Σₘ pₘ(x)] − (1/M) Σₘ H[pₘ(x)],   in nats, from 0 (all agree) to ln M.
///
/// ```swift
/// let scorer = try EnsembleDisagreement([first, second, third])
/// ```
///
/// Members are classifiers of the same classes, trained from different seeds; they may be of different types. Cost: one pass
/// through each.
public struct EnsembleDisagreement: OODScorer {
  public let members: [AnyClassifier]

  /// - Throws: `ClassifierScoreError` for fewer than two members, and for members of different classes or examples.
  public init(_ members: [some Classifier]) throws(ClassifierScoreError) {
    guard members.count >= 2 else {
      throw .tooFew(what: "classifiers in the ensemble", found: members.count, needed: 2)
    }
    for member in members {
      guard member.exampleShape == members[0].exampleShape else {
        throw .differentClassifiers(
          what: "examples of shape", first: "\(members[0].exampleShape)", second: "\(member.exampleShape)")
      }
      guard member.classCount == members[0].classCount else {
        throw .differentClassifiers(
          what: "classes:", first: "\(members[0].classCount)", second: "\(member.classCount)")
      }
    }
    self.members = members.map { AnyClassifier($0) }
  }

  public var exampleShape: Shape { members[0].exampleShape }

  public func check(_ x: Tensor) throws(ExampleError) { for member in members { try member.check(x) } }

  public func score(checked x: Tensor) throws -> [Double] {
    let count = Double(members.count)
    var means = [[Double]](
      repeating: Array(repeating: 0, count: members[0].classCount), count: x.exampleCount)
    var entropies = [Double](repeating: 0, count: x.exampleCount)
    for member in members {
      var number = 0
      _ = try member.finiteLogits(x).mapRows { row in
        defer { number += 1 }
        let probabilities = LogitRow(row).probabilities
        entropies[number] += LogitRow.entropy(probabilities) / count
        for k in probabilities.indices { means[number][k] += probabilities[k] / count }
        return 0
      }
    }
    // Not negative but for rounding.
    return zip(means, entropies).map { max(0, LogitRow.entropy($0) - $1) }
  }
}

extension EnsembleDisagreement: Model {
  public static let kind = "ensemble-disagreement"

  /// What an ensemble's file says besides its members.
  public struct Configuration: Codable, Hashable, Sendable {
    var members: Int
  }

  public var configuration: Configuration { Configuration(members: members.count) }

  public func encode(to archive: inout ModelArchive) throws {
    for (number, member) in members.enumerated() { try archive.setPart("member.\(number)", member) }
  }

  public init(from archive: ModelArchive) throws {
    let count = try archive.configuration(as: Configuration.self).members
    guard count == archive.partNames.count else {
      throw ModelFileError.malformed(
        reason: "an ensemble of \(count) members has \(archive.partNames.count)")
    }
    let members = try (0..<count).map { try archive.part("member.\($0)", as: AnyClassifier.self) }
    self = try archive.makingSense { try EnsembleDisagreement(members) }
  }
}
