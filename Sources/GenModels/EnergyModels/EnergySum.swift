/// A weighted sum of energies, E(x) = Σᵢ wᵢ Eᵢ(x): the product of what their models say, ∏ pᵢ(x)^wᵢ up to a constant, a conjunction
/// of concepts (G. E. Hinton, 2002; Y. Du, S. Li and I. Mordatch, 2020). No training is needed: the sum is an energy like any other.
///
/// ```swift
/// let both = try EnergySum([round, red])
/// ```
///
/// Temperatures of the members differ, and weights are where that is put right.
public struct EnergySum: DifferentiableEnergy {
  public let members: [any DifferentiableEnergy]
  public let weights: [Double]

  /// - Parameters:
  ///   - members: Energies of the same examples.
  ///   - weights: One a member; all 1 unless given. A negative one makes unlikely what its member finds likely.
  /// - Throws: `EnergyError` for no members, examples of different shapes, and weights that are too few or not finite.
  public init(_ members: [any DifferentiableEnergy], weights: [Double]? = nil) throws(EnergyError) {
    guard let first = members.first else { throw .noMembers }
    for member in members where member.exampleShape != first.exampleShape {
      throw .exampleShapesDiffer(first.exampleShape, member.exampleShape)
    }
    let weights = weights ?? Array(repeating: 1, count: members.count)
    try EnergyError.require(
      weights.count == members.count && weights.allSatisfy(\.isFinite), "weights", weights,
      "\(members.count) finite numbers, one for each energy")
    self.members = members
    self.weights = weights
  }

  public var exampleShape: Shape { members[0].exampleShape }

  public func recordedEnergy<Value: TensorAlgebra>(_ x: Value) -> Value {
    var sum: Value?
    for (member, weight) in zip(members, weights) {
      let term = Float(weight) * member.recordedEnergy(x)
      sum = sum.map { $0 + term } ?? term
    }
    return sum!
  }
}

extension EnergySum: Model {
  public static let kind = "energy-sum"

  public struct Configuration: Codable, Sendable, Hashable {
    public var weights: [Double]
  }

  public var configuration: Configuration { Configuration(weights: weights) }

  /// - Throws: `ModelFileError.notSavable` for a member of a type that can't be saved.
  public func encode(to archive: inout ModelArchive) throws {
    for (number, member) in members.enumerated() {
      guard let model = member as? any Model else {
        throw ModelFileError.notSavable(type: "\(type(of: member))")
      }
      try archive.setPart("member\(number)", model)
    }
  }

  public init(from archive: ModelArchive) throws {
    let weights = try archive.configuration(as: Configuration.self).weights
    guard archive.partNames.count == weights.count else {
      throw ModelFileError.malformed(
        reason: "a sum of energies has \(weights.count) weights and \(archive.partNames.count) members")
    }
    let members = try weights.indices.map { number in
      let model = try archive.part("member\(number)").model()
      guard let energy = model as? any DifferentiableEnergy else {
        throw ModelFileError.unexpectedModel(found: type(of: model).kind, expected: "an energy")
      }
      return energy
    }
    do { try self.init(members, weights: weights) } catch {
      throw ModelFileError.malformed(reason: "\(error)")
    }
  }
}
