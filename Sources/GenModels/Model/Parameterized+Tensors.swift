extension Parameterized {
  /// Replaces parameters and states by tensors of the same names.
  /// - Throws: `ModelFileError` when one is missing, has another shape, or is not finite, or when there are more.
  public mutating func setTensors(_ tensors: [String: Tensor]) throws(ModelFileError) {
    var remaining = tensors
    var problem: ModelFileError?
    func replacement(_ name: String, for old: Tensor) -> Tensor {
      guard let new = remaining.removeValue(forKey: name) else {
        problem = problem ?? .missingTensor(name: name, shape: old.shape)
        return old
      }
      if new.shape != old.shape {
        problem = problem ?? .unexpectedShape(name: name, found: new.shape, expected: old.shape)
        return old
      }
      if let position = new.firstNonFinite {
        problem = problem ?? .notFinite(name: name, position: position)
        return old
      }
      return new
    }
    var copy = self
    copy.visitParameters(
      with: ParameterVisitor(
        parameter: { $1.tensor = replacement($0, for: $1.tensor) },
        state: { $1.tensor = replacement($0, for: $1.tensor) }))
    if let problem { throw problem }
    if let name = remaining.keys.min() { throw .unknownTensor(name: name) }
    self = copy
  }
}
