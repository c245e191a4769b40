/// The winner-take-all bottleneck (A. Makhzani and B. Frey, 2015; B. Kégl, M. Cherti and A. Kazakçı, 2018, section 4):
/// spatial winner-take-all, then channel winner-take-all by position, by sparsity, or both in this order, then lifetime
/// sparsity.
///
/// As a `Layer` it returns the dense images, zeros included; `code` returns the compact form.
public struct WinnerTakeAll: Layer, Hashable, Codable {
  /// ρ: the fraction of feature maps that are zeroed in each image; 0 for none.
  public var channelSparsity: Double
  /// The side of the square cells of positions in which only the largest of an image's winners stays; nil for no such rule.
  public var channelStride: Int?
  /// The fraction of each map's winners over the batch that stay, in training only; nil for all.
  public var lifetimeRate: Double?

  public init(channelSparsity: Double = 0, channelStride: Int? = nil, lifetimeRate: Double? = nil) {
    precondition(
      channelSparsity >= 0 && channelSparsity < 1,
      "A channel sparsity lies in 0 ..< 1, and \(channelSparsity) does not.")
    precondition(channelStride ?? 1 >= 1, "A channel stride is 1 or more, and \(channelStride ?? 0) is not.")
    precondition(
      lifetimeRate.map { $0 > 0 && $0 <= 1 } ?? true,
      "A lifetime rate lies above 0 and at most at 1, and \(lifetimeRate ?? 0) does not.")
    self.channelSparsity = channelSparsity
    self.channelStride = channelStride
    self.lifetimeRate = lifetimeRate
  }

  /// The sparse code of a batch whose spatial winners are `winners`.
  public func sparsified<Value: TensorAlgebra>(
    _ winners: WinnerCode<Value>, _ context: Context
  ) -> WinnerCode<Value> {
    let code = (channelStride.map { winners.channelWinners(stride: $0) } ?? winners)
      .channelWinners(sparsity: channelSparsity)
    guard let lifetimeRate, context.isTraining else { return code }
    return code.lifetimeWinners(rate: lifetimeRate)
  }

  /// The compact code of images `[batch, height, width, maps]`.
  public func code<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> WinnerCode<Value> {
    sparsified(x.spatialWinners(), context)
  }

  public func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
    code(x, context).dense()
  }
}
