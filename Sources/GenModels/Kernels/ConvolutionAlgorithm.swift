import CKernels

/// Which kernels dense convolutions may use: a switch to compare the fast ones with the plain sums.
public enum ConvolutionAlgorithm: Sendable, Hashable {
  /// What is fastest for the shape: minimal filtering (Winograd, 1980) for 5 × 5 kernels at stride 1 with many
  /// channels, where its results are within about 10⁻⁴ of the largest value; direct sums for all others.
  case fastest
  /// Direct sums for every shape.
  case direct

  /// The choice for convolutions called from this task, set for a scope by `using`.
  package static var current: ConvolutionAlgorithm {
    KernelChoices.current.usesDirectConvolutions ? .direct : .fastest
  }

  private var choices: KernelChoices { .current.with(\.usesDirectConvolutions, self == .direct) }

  /// Calls `body` with the convolutions in it computed by `algorithm`.
  public static func using<Result>(
    _ algorithm: ConvolutionAlgorithm, _ body: () throws -> Result
  ) rethrows -> Result {
    try KernelChoices.$current.withValue(algorithm.choices, operation: body)
  }

  /// Calls `body` with the convolutions in it computed by `algorithm`.
  public static func using<Result>(
    _ algorithm: ConvolutionAlgorithm, isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws -> Result
  ) async rethrows -> Result {
    try await KernelChoices.$current.withValue(algorithm.choices, operation: body)
  }

  /// Whether minimal filtering with tiles over the images of `height` × `width` pixels beats direct sums over
  /// `directPixels` pixels. It depends on the shape of one image, never on the batch, so that a result's bits don't
  /// depend on the batch either.
  static func minimalFilteringWins(
    _ s: ood_convolution_shape, height: Int, width: Int, directPixels: Int
  ) -> Bool {
    guard current == .fastest, s.kernel_height == 5, s.kernel_width == 5, s.stride == 1 else { return false }
    let (inward, outward) = (vectors(s.source_channels), vectors(s.target_channels))
    // In multiply-adds for one image. A tile has a product for each frequency and pair of channels, and its transforms cost as
    // much as 24 products for each channel and frequency (measured with AVX-512: 1.5 µs for a tile of 64 frequencies and
    // 128 channels). Direct sums run over 25 taps.
    let side = outputs(s) + 4
    let filtering = tiles(s, height, width) * side * side * (inward * outward + 24 * (inward + outward))
    let direct = directPixels * 25 * s.source_channels * outward
    return 5 * filtering < 4 * direct
  }

  /// Tiles of an image of `height` × `width` pixels, the source or the target of `s`, the ragged ones included.
  static func tiles(_ s: ood_convolution_shape, _ height: Int, _ width: Int) -> Int {
    let m = outputs(s)
    return ((height + m - 1) / m) * ((width + m - 1) / m)
  }

  /// Outputs on a side of a tile.
  private static func outputs(_ s: ood_convolution_shape) -> Int {
    withUnsafePointer(to: s) { Int(kernels.winograd.outputs($0)) }
  }

  private static func vectors(_ channels: Int) -> Int {
    let width = kernels.convolution.vector_width
    return (channels + width - 1) / width * width
  }
}
