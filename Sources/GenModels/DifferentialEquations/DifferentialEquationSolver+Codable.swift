/// In files: the method's name, and the number of steps or the tolerances.
extension DifferentialEquationSolver: Codable {
  private enum CodingKeys: String, CodingKey {
    case method, steps, relative, absolute, mostSteps
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let name = try container.decode(String.self, forKey: .method)
    guard let method = ButcherTableau(named: name) else {
      throw DecodingError.dataCorruptedError(
        forKey: .method, in: container,
        debugDescription: "there is no Runge-Kutta method \(name), only "
          + ButcherTableau.all.map(\.name).joined(separator: ", "))
    }
    if let steps = try container.decodeIfPresent(Int.self, forKey: .steps) {
      self.init(method, control: .fixed(steps: steps))
    } else {
      self.init(
        method,
        control: .adaptive(
          relative: try container.decode(Double.self, forKey: .relative),
          absolute: try container.decode(Double.self, forKey: .absolute),
          mostSteps: try container.decode(Int.self, forKey: .mostSteps)))
    }
    do { try validate() } catch {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: error.description))
    }
  }

  /// - Throws: `EncodingError` for a method of one's own, which has no name in files.
  public func encode(to encoder: any Encoder) throws {
    guard ButcherTableau(named: method.name) == method else {
      throw EncodingError.invalidValue(
        method.name,
        .init(
          codingPath: encoder.codingPath,
          debugDescription: "a file names the Runge-Kutta methods of this library alone"))
    }
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(method.name, forKey: .method)
    switch control {
    case .fixed(let steps): try container.encode(steps, forKey: .steps)
    case .adaptive(let relative, let absolute, let mostSteps):
      try container.encode(relative, forKey: .relative)
      try container.encode(absolute, forKey: .absolute)
      try container.encode(mostSteps, forKey: .mostSteps)
    }
  }
}
