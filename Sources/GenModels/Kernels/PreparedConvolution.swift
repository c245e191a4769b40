import CKernels

/// A convolution whose weights have been brought into the form that its kernel reads, for many calls with the same
/// weights: scoring. Transforming 128 × 128 × 5 × 5 weights costs as much as about 50 tiles of 4 × 4 pixels.
package struct PreparedConvolution: Sendable {
  private let geometry: ConvolutionGeometry
  private let method: ConvolutionPass.Method
  private let weights: Buffer<Float>
  private let variant: KernelVariant

  /// - Parameters:
  ///   - weights: `[kernelHeight, kernelWidth, inChannels, outChannels]`.
  ///   - geometry: Any batch will do.
  package init(weights: Tensor, geometry: ConvolutionGeometry) {
    geometry.check(weights: weights)
    let pass = ConvolutionPass.forward(geometry)
    self.geometry = geometry
    method = pass.method
    self.weights = pass.prepared(weights)
    variant = .active
  }

  /// The same bits as `convolution` gives.
  ///
  /// - Parameters:
  ///   - x: Images `[batch, height, width, inChannels]`, the batch of any size.
  ///   - bias: `[outChannels]`, or nil for none.
  package func callAsFunction(
    _ x: Tensor, bias: Tensor? = nil, activation: ConvolutionActivation = .none
  ) -> Tensor {
    precondition(
      variant == .active,
      "This convolution's weights were prepared for the \(variant) kernels, and \(KernelVariant.active) are in use."
    )
    let geometry = ConvolutionGeometry(
      input: x.shape, weights: geometry.weightShape, stride: geometry.stride, padding: geometry.padding)
    precondition(
      geometry.inputHeight == self.geometry.inputHeight && geometry.inputWidth == self.geometry.inputWidth,
      """
      This convolution was prepared for images of the shape \(self.geometry.inputShape), the batch of any size, \
      and got \(x.shape).
      """)
    geometry.check(bias: bias)
    // What was chosen when the weights were prepared stays, whatever `ConvolutionAlgorithm` says by now.
    let algorithm: ConvolutionAlgorithm =
      method == .filteredCorrelate || method == .filteredSpread ? .fastest : .direct
    let pass = ConvolutionAlgorithm.using(algorithm) { ConvolutionPass.forward(geometry) }
    return pass.run(
      x, gate: nil, prepared: weights, bias: bias, activation: activation, result: geometry.outputShape)
  }
}
