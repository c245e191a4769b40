/// Where the tensors of a flow come from: drawn for a fresh one, or stored in a file.
struct TensorSource {
  private enum Origin {
    case random(RandomGenerator)
    case stored((String, Shape) throws(ModelFileError) -> Tensor)
  }

  private let origin: Origin
  private let path: String

  static func drawn(from random: RandomGenerator) -> TensorSource {
    TensorSource(origin: .random(random), path: "")
  }

  static func stored(_ provide: @escaping (String, Shape) throws(ModelFileError) -> Tensor) -> TensorSource {
    TensorSource(origin: .stored(provide), path: "")
  }

  /// The source of a part's tensors, whose names begin with the part's.
  func under(_ name: String) -> TensorSource { TensorSource(origin: origin, path: path + name + ".") }

  /// The tensor of that name: drawn by `draw`, with random numbers that depend on the name, or as stored.
  func tensor(
    _ name: String, _ shape: Shape, _ draw: (inout RandomGenerator) -> Tensor
  ) throws(ModelFileError) -> Tensor {
    switch origin {
    case .stored(let provide): return try provide(path + name, shape)
    case .random(let random):
      var own = random.split(path + name)
      return draw(&own)
    }
  }
}
