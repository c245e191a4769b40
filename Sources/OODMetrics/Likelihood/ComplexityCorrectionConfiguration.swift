import GenModels

/// What the file of a `ComplexityCorrection` says besides its model.
public struct ComplexityCorrectionConfiguration: Codable, Sendable {
  var complexity: (any ComplexityMeasure)?
  var logVolume: Double
  var dimensions: Int

  init(complexity: (any ComplexityMeasure)?, logVolume: Double, dimensions: Int) {
    self.complexity = complexity
    self.logVolume = logVolume
    self.dimensions = dimensions
  }

  private enum CodingKeys: CodingKey {
    case complexity, logVolume, dimensions
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    complexity =
      try BlockCoding.decode(.complexity, from: container.superDecoder(forKey: .complexity))
      as? any ComplexityMeasure
    logVolume = try container.decode(Double.self, forKey: .logVolume)
    dimensions = try container.decode(Int.self, forKey: .dimensions)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    if let complexity { try BlockCoding.encode(complexity, to: container.superEncoder(forKey: .complexity)) }
    try container.encode(logVolume, forKey: .logVolume)
    try container.encode(dimensions, forKey: .dimensions)
  }
}
