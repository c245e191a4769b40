/// A model that is its parameters: its file holds them under their names, and its configuration says what they are.
///
/// The Python package `safetensors` reads the tensors under the same names.
public protocol Network: Model, Parameterized {
  /// A network of that configuration with these tensors, fresh or stored.
  /// - Throws: What `tensors` throws, and `ModelFileError.malformed` where the configuration makes no sense. That is seen before
  ///   any tensor is asked for: a damaged file must not cost memory.
  init(configuration: Configuration, tensors: TensorSource) throws(ModelFileError)
}

extension Network {
  /// A network with fresh parameters, drawn from `seed`, for a configuration that comes from outside.
  /// - Throws: `ModelFileError.malformed` when the configuration makes no sense.
  public static func validating(_ configuration: Configuration, seed: UInt64) throws(ModelFileError) -> Self {
    try Self(
      configuration: configuration,
      tensors: .drawnInOrder(from: RandomGenerator(seed: seed).split("initialization")))
  }

  public func encode(to archive: inout ModelArchive) {
    for (name, tensor) in namedTensors { archive[name] = .float32(tensor) }
  }

  public init(from archive: ModelArchive) throws {
    var unused = Set(archive.names)
    let configuration = try archive.configuration(as: Configuration.self)
    let provide = { (name: String, shape: Shape) throws(ModelFileError) -> Tensor in
      guard case .float32(let tensor)? = archive[name] else { throw .missingTensor(name: name, shape: shape) }
      guard tensor.shape == shape else {
        throw .unexpectedShape(name: name, found: tensor.shape, expected: shape)
      }
      if let position = tensor.firstNonFinite { throw .notFinite(name: name, position: position) }
      unused.remove(name)
      return tensor
    }
    try self.init(configuration: configuration, tensors: .stored(provide))
    if let name = unused.min() { throw ModelFileError.unknownTensor(name: name) }
  }

  /// This network with the tensors of those names.
  /// - Throws: `ModelFileError` when one is missing or has another shape.
  package func with(configuration: Configuration, tensors: [String: Tensor]) throws(ModelFileError) -> Self {
    try Self(
      configuration: configuration,
      tensors: .stored { (name, shape) throws(ModelFileError) in
        guard let tensor = tensors[name] else { throw .missingTensor(name: name, shape: shape) }
        return tensor
      })
  }
}
