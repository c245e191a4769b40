import CKernels

/// A model that answers "can you reconstruct x?" (B. Kégl, M. Cherti and A. Kazakçı, 2018, section 3).
///
/// The approximate support of what the model represents is the set of x with ‖M(x) − x‖ < θ.
public protocol ReconstructionOracle: ExampleReader where Examples == Tensor {
  /// The reconstructions M(x) of a batch, of the batch's shape; the first axis counts examples. The examples are checked: this is
  /// what `reconstruct(_:)` calls.
  func reconstruct(checked x: Tensor) throws -> Tensor

  /// The distance of each example from its reconstruction, shape `[examples]`, computed `batchSize` examples at a time. The
  /// examples are checked: this is what `reconstructionError(_:norm:batchSize:)` calls. There is an implementation in terms of
  /// `reconstruct`.
  func reconstructionError(checked x: Tensor, norm: ReconstructionNorm, batchSize: Int) throws -> Tensor
}

/// The distance between an example and its reconstruction.
public enum ReconstructionNorm: String, Sendable, Hashable, Codable, CaseIterable {
  /// Σ |M(x) − x| over the features: the paper's, with θ = 50 for 28×28 images with pixels in 0...1.
  case l1
  /// √Σ (M(x) − x)².
  case l2
  /// The mean of (M(x) − x)² over the features.
  case meanSquared
  /// −Σ x ln M(x) + (1 − x) ln(1 − M(x)), in nats, for features in 0...1. M(x) is kept 10⁻⁷ away from 0 and 1.
  case binaryCrossEntropy
}

extension ReconstructionOracle {
  /// The reconstructions M(x) of a batch, of the batch's shape; the first axis counts examples.
  /// - Throws: `ExampleError` for examples of another shape, NaN or infinities.
  public func reconstruct(_ x: Tensor) throws -> Tensor {
    try check(x)
    return try reconstruct(checked: x)
  }

  /// The distance of each example from its reconstruction, shape `[examples]`: in the paper's norm, Σ |M(x) − x|, unless
  /// another one is given. Works through the batch in pieces, so that memory stays bounded; the result does not depend on
  /// their size. Traps when `batchSize` is below 1.
  /// - Throws: `ExampleError` for examples of another shape, NaN or infinities.
  public func reconstructionError(
    _ x: Tensor, norm: ReconstructionNorm = .l1, batchSize: Int = 256
  ) throws -> Tensor {
    precondition(batchSize >= 1, "A batch has at least one example, and \(batchSize) were asked for.")
    try check(x)
    return try reconstructionError(checked: x, norm: norm, batchSize: batchSize)
  }

  /// Whether the model can reconstruct each example: whether its error is below θ.
  /// - Throws: As `reconstructionError`.
  public func canReconstruct(
    _ x: Tensor, threshold: Float, norm: ReconstructionNorm = .l1, batchSize: Int = 256
  ) throws -> [Bool] {
    try reconstructionError(x, norm: norm, batchSize: batchSize).elements.map { $0 < threshold }
  }

  public func reconstructionError(
    checked x: Tensor, norm: ReconstructionNorm, batchSize: Int
  ) throws -> Tensor {
    var errors: [Tensor] = []
    for start in stride(from: 0, to: x.shape[0], by: batchSize) {
      let batch = x.sliced(axis: 0, start..<min(x.shape[0], start + batchSize))
      errors.append(norm.distances(try reconstruct(checked: batch), batch))
    }
    return errors.isEmpty ? .zeros([0]) : .concatenate(errors, axis: 0)
  }
}

extension ReconstructionNorm {
  /// The distances between corresponding examples of two batches of one shape, shape `[examples]`.
  public func distances(_ reconstructions: Tensor, _ x: Tensor) -> Tensor {
    precondition(
      reconstructions.shape == x.shape,
      "A batch of shape \(x.shape) can't have reconstructions of shape \(reconstructions.shape).")
    let features = x.count / max(1, x.shape[0])
    switch self {
    case .l1: return rows(reconstructions, x) { kernels.reduce.sum_absolute_difference($0, $1, features) }
    case .l2:
      return rows(reconstructions, x) { kernels.reduce.sum_squared_difference($0, $1, features).squareRoot() }
    case .meanSquared:
      return rows(reconstructions, x) {
        kernels.reduce.sum_squared_difference($0, $1, features) / Double(features)
      }
    case .binaryCrossEntropy:
      let (low, high) = (Tensor(1e-7), Tensor(1 - 1e-7))
      let m = reconstructions.flattened().maximum(with: low).minimum(with: high)
      let x = x.flattened()
      return -(x * m.log() + (1 - x) * (1 - m).log()).sum(axes: [1])
    }
  }

  /// `distance` of corresponding examples.
  private func rows(
    _ a: Tensor, _ b: Tensor,
    _ distance: @Sendable (UnsafePointer<Float>, UnsafePointer<Float>) -> Double
  ) -> Tensor {
    let features = a.count / max(1, a.shape[0])
    let distances = Buffer<Float>(count: a.shape[0])
    parallelFor(a.shape[0], grain: 1 + (1 << 16) / max(1, features)) { range in
      for row in range {
        distances.base[row] = Float(
          distance(a.buffer.base + row * features, b.buffer.base + row * features))
      }
    }
    return Tensor(shape: [a.shape[0]], buffer: distances)
  }
}
