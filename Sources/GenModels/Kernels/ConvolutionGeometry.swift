import CKernels

/// Zeros around an image before a convolution.
public enum Padding: Sendable, Hashable {
  /// None: windows lie inside the image. n pixels become ⌊(n − k) / stride⌋ + 1.
  case valid
  /// As many as give ⌈n / stride⌉ pixels. Half of them, rounded down, lie above and to the left, so an odd kernel
  /// at stride 1 has (k − 1) / 2 on each side, and an even one has one more below and to the right.
  case same
  /// k − 1 on each side: every window that meets the image. n pixels become ⌊(n + k − 2) / stride⌋ + 1.
  /// At stride 1 it is the adjoint of `valid`.
  case full
}

/// The sizes of a two-dimensional convolution (a cross-correlation, as in every deep-learning library):
///
///     y[n, i, j, o] = Σ x[n, i s + a − top, j s + b − left, c] w[a, b, c, o]
///
/// over the kernel's rows a and columns b and the input channels c, with x zero outside the image. Dilation is 1;
/// kernels may have any size, odd or even.
public struct ConvolutionGeometry: Sendable, Hashable {
  public let batch: Int
  public let inputHeight, inputWidth, inChannels: Int
  public let outputHeight, outputWidth, outChannels: Int
  public let kernelHeight, kernelWidth: Int
  public let stride: Int
  public let padding: Padding
  /// Zero rows above the image and zero columns to its left.
  public let top, left: Int

  /// The geometry of a convolution of images `[batch, height, width, inChannels]` with weights
  /// `[kernelHeight, kernelWidth, inChannels, outChannels]`.
  ///
  /// Traps when the shapes don't fit each other, when a kernel is larger than the image under `valid`
  /// padding, or when the stride is not positive.
  public init(input: Shape, weights: Shape, stride: Int = 1, padding: Padding = .valid) {
    precondition(
      input.rank == 4,
      "A convolution takes images [batch, height, width, channels], and the input has the shape \(input).")
    precondition(
      weights.rank == 4 && !weights.contains(0),
      """
      A convolution takes weights [kernel height, kernel width, in channels, out channels], none of them 0, \
      and they have the shape \(weights).
      """)
    precondition(
      input[3] == weights[2],
      """
      The images' channels must be the weights' in channels, and the input has the shape \(input), \
      the weights \(weights).
      """)
    precondition(stride >= 1, "A convolution's stride is 1 or more, and \(stride) was given.")
    precondition(
      input[1] >= 1 && input[2] >= 1, "A convolution takes images of at least one pixel, and got \(input).")
    precondition(
      padding != .valid || (input[1] >= weights[0] && input[2] >= weights[1]),
      """
      Without padding a kernel must not be larger than the image, and the input has the shape \(input), \
      the weights \(weights).
      """)
    batch = input[0]
    (inputHeight, inputWidth, inChannels) = (input[1], input[2], input[3])
    (kernelHeight, kernelWidth, outChannels) = (weights[0], weights[1], weights[3])
    self.stride = stride
    self.padding = padding
    (outputHeight, top) = Self.extent(input[1], kernel: weights[0], stride: stride, padding: padding)
    (outputWidth, left) = Self.extent(input[2], kernel: weights[1], stride: stride, padding: padding)
  }

  /// The geometry of a convolution with that many zero rows above and zero columns to the left of the image, and as many outputs as are
  /// asked for: those beyond the image see zeros there. For kernels that see one side only.
  init(
    input: Shape, weights: Shape, stride: Int, top: Int, left: Int, outputHeight: Int, outputWidth: Int
  ) {
    precondition(
      input.rank == 4 && weights.rank == 4 && input[3] == weights[2] && stride >= 1,
      "A convolution takes images and weights of as many channels, not \(input) and \(weights).")
    precondition(
      (0..<weights[0]).contains(top) && (0..<weights[1]).contains(left),
      "A kernel of \(weights[0]) by \(weights[1]) can't reach \(top) rows up and \(left) columns to the left."
    )
    batch = input[0]
    (inputHeight, inputWidth, inChannels) = (input[1], input[2], input[3])
    (kernelHeight, kernelWidth, outChannels) = (weights[0], weights[1], weights[3])
    self.stride = stride
    padding = .same
    (self.top, self.left, self.outputHeight, self.outputWidth) = (top, left, outputHeight, outputWidth)
  }

  /// Output pixels along one axis, and zeros before the first input pixel.
  private static func extent(
    _ n: Int, kernel k: Int, stride: Int, padding: Padding
  ) -> (output: Int, before: Int) {
    switch padding {
    case .valid: return ((n - k) / stride + 1, 0)
    case .full: return ((n + k - 2) / stride + 1, k - 1)
    case .same:
      let output = (n + stride - 1) / stride
      return (output, max(0, (output - 1) * stride + k - n) / 2)
    }
  }

  public var inputShape: Shape { [batch, inputHeight, inputWidth, inChannels] }
  public var outputShape: Shape { [batch, outputHeight, outputWidth, outChannels] }
  public var weightShape: Shape { [kernelHeight, kernelWidth, inChannels, outChannels] }

  /// Multiply-adds of one pass as a dense convolution, padding included.
  public var multiplyAdds: Int {
    batch * outputHeight * outputWidth * outChannels * kernelHeight * kernelWidth * inChannels
  }

  func check(input x: Tensor) {
    precondition(
      x.shape == inputShape, "This convolution's input has the shape \(inputShape), and \(x.shape) was given."
    )
  }

  func check(weights: Tensor) {
    precondition(
      weights.shape == weightShape,
      "This convolution's weights have the shape \(weightShape), and \(weights.shape) was given.")
  }

  func check(bias: Tensor?) {
    guard let bias else { return }
    precondition(
      bias.shape == [outChannels],
      "This convolution's bias has the shape \([outChannels]), and \(bias.shape) was given.")
  }

  func check(upstream: Tensor, gate: Tensor? = nil) {
    precondition(
      upstream.shape == outputShape,
      "This convolution's output has the shape \(outputShape), and a gradient of shape \(upstream.shape) was given."
    )
    if let gate {
      precondition(
        gate.shape == outputShape,
        "This convolution's output has the shape \(outputShape), and a gate of shape \(gate.shape) was given."
      )
    }
  }
}
