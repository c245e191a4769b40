/// A layer of a `Sequential` model, as data: what is saved beside the parameters, and what a model is built from.
///
/// Sizes of inputs are not given: they follow from the layer before.
public enum LayerSpecification: Sendable, Hashable, Codable {
  /// A convolution with a square kernel; images in, images out.
  case convolution(
    channels: Int, kernel: Int, activation: Activation = .relu, padding: Padding = .valid, stride: Int = 1)
  /// Spatial winner-take-all with channel sparsity ρ and lifetime rate; images in, images (or a code) out.
  case winnerTakeAll(channelSparsity: Double = 0, lifetimeRate: Double? = nil)
  case maximumPooling(window: Int, stride: Int? = nil)
  /// A fully connected layer; takes `[batch, features]`.
  case dense(units: Int, activation: Activation = .identity)
  case batchNormalization
  case dropout(probability: Float)
  case activation(Activation)
  /// `[batch, ...]` to `[batch, features]`.
  case flatten
  /// `[batch, ...]` to `[batch] + shape`.
  case reshape([Int])
}

extension Padding: Codable {
  public init(from decoder: any Decoder) throws {
    let name = try decoder.singleValueContainer().decode(String.self)
    switch name {
    case "valid": self = .valid
    case "same": self = .same
    case "full": self = .full
    default:
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "there is no padding named \(name)"))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .valid: try container.encode("valid")
    case .same: try container.encode("same")
    case .full: try container.encode("full")
    }
  }
}
