import GenModels

/// One model of a sweep: what is trained, and how. Two equal points on the same images give models with the same bits.
public struct SweepPoint: Codable, Hashable, Sendable {
  /// How a model is trained: the optimizer, its rate and the batches (`AutoencoderTraining`).
  public enum Recipe: String, Codable, Hashable, Sendable, CaseIterable {
    /// Adam with a falling rate.
    case fast
    /// Adadelta with the rate 0.1, as in Kégl, Cherti and Kazakçı (2018).
    case paper
  }

  /// L: convolutions in the encoder, and again in the decoder.
  public var layers: Int
  /// Feature maps of all layers but the bottleneck.
  public var maps: Int
  /// b: feature maps of the bottleneck.
  public var bottleneck: Int
  /// Pixels on a side of the convolutions' kernels.
  public var kernel: Int
  /// ρ: the fraction of each image's bottleneck maps that channel winner-take-all zeroes.
  public var channelSparsity: Double
  /// The side of the cells of bottleneck positions in which only an image's largest winner stays; nil without that rule.
  public var channelStride: Int?
  /// p: the probability with which a pixel of the input is replaced by 0 or 1.
  public var corruption: Double
  /// Times through the training images. 0 leaves the network as it was drawn: the untrained baseline.
  public var epochs: Int
  /// Decides the first weights, the order of examples and the corruption.
  public var seed: UInt64
  public var recipe: Recipe

  public init(
    layers: Int, maps: Int = 128, bottleneck: Int, kernel: Int = 5, channelSparsity: Double = 0,
    channelStride: Int? = nil, corruption: Double = 0, epochs: Int = 10, seed: UInt64 = 0,
    recipe: Recipe = .fast
  ) {
    self.layers = layers
    self.maps = maps
    self.bottleneck = bottleneck
    self.kernel = kernel
    self.channelSparsity = channelSparsity
    self.channelStride = channelStride
    self.corruption = corruption
    self.epochs = epochs
    self.seed = seed
    self.recipe = recipe
  }

  enum CodingKeys: String, CodingKey {
    case layers, maps, bottleneck, kernel, corruption, epochs, seed, recipe
    case channelSparsity = "channel_sparsity"
    case channelStride = "channel_stride"
  }

  /// A name that holds all settings: that of the model's files, without their endings.
  public var name: String {
    "L\(layers)-m\(maps)-b\(bottleneck)-k\(kernel)-rho\(channelSparsity)"
      + (channelStride.map { "-cell\($0)" } ?? "") + "-p\(corruption)-\(recipe.rawValue)-e\(epochs)-s\(seed)"
  }

  /// More epochs than anybody waits for; steps are counted in 64 bits.
  public static let mostEpochs = 1_000_000_000

  /// Why there is no such model, whatever the images, as the end of a sentence; nil where there is.
  public var fault: String? {
    let sizes = 1...1024
    guard sizes.contains(layers), sizes.contains(maps), sizes.contains(bottleneck), sizes.contains(kernel)
    else { return "layers, maps, bottleneck and kernel lie between 1 and 1024" }
    guard (0...Self.mostEpochs).contains(epochs) else {
      return "epochs lie between 0 and \(Self.mostEpochs), and there are \(epochs)"
    }
    guard channelSparsity >= 0 && channelSparsity < 1 else {
      return "channel_sparsity is at least 0 and below 1, and it is \(channelSparsity)"
    }
    guard channelStride.map(sizes.contains) ?? true else {
      return "channel_stride lies between 1 and 1024, and it is \(channelStride ?? 0)"
    }
    guard corruption >= 0 && corruption <= 1 else {
      return "corruption lies between 0 and 1, and it is \(corruption)"
    }
    return nil
  }

  /// Why no such model can be trained on images of this shape, as the end of a sentence; nil where it can.
  public func fault(imageShape: Shape) -> String? {
    if let fault { return fault }
    guard layers * (kernel - 1) < min(imageShape[0], imageShape[1]) else {
      return "\(layers) convolutions with kernels of \(kernel) x \(kernel) leave nothing of images of "
        + "\(imageShape[0]) x \(imageShape[1]) pixels"
    }
    return nil
  }

  /// The architecture for images of this shape, [height, width, channels].
  public func architecture(imageShape: Shape) -> ConvolutionalAutoencoder.Architecture {
    .init(
      height: imageShape[0], width: imageShape[1], channels: imageShape[2], layers: layers, maps: maps,
      bottleneckMaps: bottleneck, kernel: kernel,
      bottleneck: .winnerTakeAll(channelSparsity: channelSparsity, channelStride: channelStride))
  }

  /// The training, without checkpoints. Not for 0 epochs, where nothing is trained.
  public var training: AutoencoderTraining {
    var training = recipe == .paper ? AutoencoderTraining.paper : .fast
    training.corruption = corruption
    training.trainer.epochs = max(1, epochs)
    training.trainer.seed = seed
    return training
  }
}
