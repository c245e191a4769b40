/// Where the tensors of a network come from: drawn for a fresh one, or stored under their names in a file.
///
/// Whoever builds a network asks for each tensor by name and shape, and says what it starts as:
///
/// ```swift
/// weight = Parameter(try tensors.weights("weight", [784, 10], fanIn: 784, fanOut: 10))
/// bias = Parameter(try tensors.constant("bias", [10], 0))
/// ```
public struct TensorSource {
  private enum Origin {
    case drawnByName(RandomGenerator)
    case drawnInOrder(Stream)
    case stored((String, Shape) throws(ModelFileError) -> Tensor)
  }

  /// One stream of random numbers, shared by the parts of a network.
  private final class Stream {
    var random: RandomGenerator
    init(_ random: RandomGenerator) { self.random = random }
  }

  private let origin: Origin
  private let path: String
  /// The law of weights whose builder asks for none in particular.
  public let initialization: Initialization

  private init(_ origin: Origin, path: String = "", initialization: Initialization = .glorotUniform) {
    self.origin = origin
    self.path = path
    self.initialization = initialization
  }

  /// Fresh tensors; the random numbers of each depend on its name alone, not on what else the network has.
  public static func drawnByName(
    from random: RandomGenerator, initialization: Initialization = .glorotUniform
  ) -> TensorSource {
    TensorSource(.drawnByName(random), initialization: initialization)
  }

  /// Fresh tensors, drawn one after the other from one stream.
  public static func drawnInOrder(
    from random: RandomGenerator, initialization: Initialization = .glorotUniform
  ) -> TensorSource {
    TensorSource(.drawnInOrder(Stream(random)), initialization: initialization)
  }

  /// The tensors that `provide` has under their names.
  public static func stored(
    _ provide: @escaping (_ name: String, _ shape: Shape) throws(ModelFileError) -> Tensor
  ) -> TensorSource {
    TensorSource(.stored(provide))
  }

  /// The source of a part's tensors, whose names begin with the part's and a dot.
  public func under(_ name: String) -> TensorSource {
    TensorSource(origin, path: path + name + ".", initialization: initialization)
  }

  /// The tensor of that name: drawn by `draw`, or as stored.
  /// - Throws: `ModelFileError` where a stored network has none of that name and shape.
  public func tensor(
    _ name: String, _ shape: Shape, _ draw: (inout RandomGenerator) -> Tensor
  ) throws(ModelFileError) -> Tensor {
    switch origin {
    case .stored(let provide): return try provide(path + name, shape)
    case .drawnInOrder(let stream): return draw(&stream.random)
    case .drawnByName(let random):
      var own = random.split(path + name)
      return draw(&own)
    }
  }

  /// Weights of units with that many inputs and outputs each: drawn by `law`, or by the source's own law where none is given.
  /// - Throws: As `tensor`.
  public func weights(
    _ name: String, _ shape: Shape, fanIn: Int, fanOut: Int, law: Initialization? = nil
  ) throws(ModelFileError) -> Tensor {
    try tensor(name, shape) {
      (law ?? initialization).weights(shape, fanIn: fanIn, fanOut: fanOut, using: &$0)
    }
  }

  /// A tensor that starts with one number everywhere.
  /// - Throws: As `tensor`.
  public func constant(_ name: String, _ shape: Shape, _ value: Float) throws(ModelFileError) -> Tensor {
    try tensor(name, shape) { _ in Tensor(repeating: value, shape: shape) }
  }
}
