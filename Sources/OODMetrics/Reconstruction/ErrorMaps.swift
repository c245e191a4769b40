import GenModels

/// Where in an example a model fails: its reconstruction, and the part of each feature in the error.
public struct ErrorMaps: Sendable, Equatable {
  /// M(x), of the batch's shape.
  public let reconstructions: Tensor
  /// Of the batch's shape, none below 0 for features in 0...1: |M(x) − x|, (M(x) − x)² / ‖M(x) − x‖ (0 where that is 0), (M(x) − x)² or
  /// −x ln M(x) − (1 − x) ln(1 − M(x)), by the norm. An example's score is their sum, for the mean of squares their mean, to the rounding
  /// of 32-bit floats.
  public let errors: Tensor
}

/// A scorer of what a model can't reconstruct, that says where.
///
/// ```swift
/// let maps = try ReconstructionScorer(model).errorMaps(photographs)
/// maps.errors                                 // of the photographs' shape
/// ```
public protocol ErrorMapScorer: OODScorer where Examples == Tensor {
  /// The maps of examples that are checked: what `errorMaps(_:)` calls.
  func errorMaps(checked x: Tensor) throws -> ErrorMaps
}

extension ErrorMapScorer {
  /// The reconstruction of each example, and each feature's part in its error. Cost: as a score.
  /// - Throws: As `score` does.
  public func errorMaps(_ x: Tensor) throws -> ErrorMaps {
    try check(x)
    return try errorMaps(checked: x)
  }
}

extension ReconstructionScorer: ErrorMapScorer {
  public func errorMaps(checked x: Tensor) throws -> ErrorMaps {
    var reconstructions: [Tensor] = []
    for start in stride(from: 0, to: x.shape[0], by: batchSize) {
      reconstructions.append(
        try oracle.reconstruct(checked: x.sliced(axis: 0, start..<min(x.shape[0], start + batchSize))))
    }
    let all = reconstructions.isEmpty ? x : Tensor.concatenate(reconstructions, axis: 0)
    try requireFinite(all.elements.map { Double($0) }, set: "reconstructions")
    return ErrorMaps(reconstructions: all, errors: norm.parts(all, x))
  }
}

extension Detector: ErrorMapScorer where Scorer: ErrorMapScorer {
  public func errorMaps(checked x: Tensor) throws -> ErrorMaps { try scorer.errorMaps(checked: x) }
}

extension ReconstructionNorm {
  /// The part of each feature in the distances of a batch from its reconstructions.
  fileprivate func parts(_ reconstructions: Tensor, _ x: Tensor) -> Tensor {
    let difference = reconstructions - x
    switch self {
    case .l1: return difference.absolute()
    case .meanSquared: return difference * difference
    case .l2:
      let squares = difference * difference
      let width = max(1, x.count / max(1, x.shape[0]))
      let lengths = distances(reconstructions, x).elements
      return Tensor(shape: x.shape) { destination in
        squares.withUnsafeElements { squares in
          for (row, length) in lengths.enumerated() {
            for i in row * width..<(row + 1) * width { destination[i] = length > 0 ? squares[i] / length : 0 }
          }
        }
      }
    case .binaryCrossEntropy:
      let m = reconstructions.maximum(with: Tensor(1e-7)).minimum(with: Tensor(1 - 1e-7))
      return -(x * m.log() + (1 - x) * (1 - m).log())
    }
  }
}
