extension ConvolutionalAutoencoder {
  /// What the parameters' shapes follow from, and what happens at the bottleneck.
  public struct Architecture: Codable, Hashable, Sendable {
    /// Size of an image.
    public var height, width, channels: Int
    /// L: convolutions in the encoder, and again in the decoder.
    public var layers: Int
    /// Feature maps of all layers but the bottleneck.
    public var maps: Int
    /// b: feature maps of the bottleneck.
    public var bottleneckMaps: Int
    /// Pixels on a side of the convolutions' kernels.
    public var kernel: Int
    public var bottleneck: Bottleneck

    /// The paper's sizes unless said otherwise.
    public init(
      height: Int = 28, width: Int = 28, channels: Int = 1, layers: Int = 2, maps: Int = 128,
      bottleneckMaps: Int = 128, kernel: Int = 5, bottleneck: Bottleneck = .winnerTakeAll()
    ) {
      self.height = height
      self.width = width
      self.channels = channels
      self.layers = layers
      self.maps = maps
      self.bottleneckMaps = bottleneckMaps
      self.kernel = kernel
      self.bottleneck = bottleneck
    }

    /// Checks that such a model exists, without asking for memory: a damaged file must not cost any.
    func check() throws(ModelFileError) {
      func require(_ condition: Bool, _ reason: @autoclosure () -> String) throws(ModelFileError) {
        guard condition else { throw .malformed(reason: reason()) }
      }
      let sizes = 1...1 << 20
      try require(
        (1...1 << 10).contains(layers) && sizes.contains(maps) && sizes.contains(bottleneckMaps),
        "an autoencoder can't have \(layers) layers of \(maps) maps and a bottleneck of \(bottleneckMaps) maps"
      )
      try require(
        sizes.contains(height) && sizes.contains(width) && sizes.contains(channels),
        "an autoencoder can't take images of \(height) x \(width) pixels and \(channels) channels")
      try require(
        (1...1 << 10).contains(kernel) && layers * (kernel - 1) < min(height, width),
        "\(layers) convolutions with kernels of \(kernel) x \(kernel) leave nothing of \(height) x \(width) pixels"
      )
      try require(
        kernel * kernel * max(channels, maps) * max(maps, bottleneckMaps) <= Int(Int32.max)
          && kernel * kernel * channels * bottleneckMaps <= Int(Int32.max),
        "\(maps) maps, a bottleneck of \(bottleneckMaps) and kernels of \(kernel) x \(kernel) make too many weights"
      )
      guard case .winnerTakeAll(let sparsity, let stride, let rate) = bottleneck else { return }
      try require(
        sparsity >= 0 && sparsity < 1 && (rate ?? 1) > 0 && (rate ?? 1) <= 1,
        "winner-take-all can't have the channel sparsity \(sparsity) and the lifetime rate \(rate ?? 1)")
      try require(stride ?? 1 >= 1, "winner-take-all can't have the channel stride \(stride ?? 0)")
    }
  }

  /// What happens to the encoder's last feature maps.
  public enum Bottleneck: Codable, Hashable, Sendable {
    /// Nothing: they go to the decoder as they are.
    case plain
    /// Spatial winner-take-all, then, with a `channelStride`, only the largest winner of each cell of so many by so many
    /// positions, then channel winner-take-all that zeroes the fraction ρ = `channelSparsity` of each image's maps, then, in training, lifetime sparsity that keeps the fraction `lifetimeRate` of each map's winners over the
    /// batch (A. Makhzani and B. Frey, 2015); nil for all.
    case winnerTakeAll(channelSparsity: Double = 0, channelStride: Int? = nil, lifetimeRate: Double? = nil)
  }
}
