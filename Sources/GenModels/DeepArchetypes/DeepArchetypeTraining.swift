/// The weights of the losses of deep archetypal analysis. Every part is a mean, so that weights mean the same for any batch.
public struct DeepArchetypeTraining: Sendable, Hashable, Codable {
  /// Of −ln p(x) in nats a number of the example, for a flow; of the squared error of examples, for an autoencoder.
  public var likelihood: Float = 1
  /// Of (M_C A z_fixed − t)².
  public var reconstruction: Float = 1
  /// Of (B A z_fixed − z_fixed)²: what draws examples to the corners.
  public var archetypes: Float = 1
  /// Of the cross-entropy of the classes at A z_fixed, in nats, for maps that tell classes.
  public var classes: Float = 1
  /// Of the Kullback-Leibler divergence of the code from the standard normal law, in nats a number of the code, for an autoencoder.
  public var divergence: Float = 0.001

  public init() {}
}
