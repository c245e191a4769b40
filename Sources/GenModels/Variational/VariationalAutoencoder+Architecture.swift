extension VariationalAutoencoder {
  /// What the parameters' shapes follow from, and what the model is trained on.
  public struct Architecture: Codable, Hashable, Sendable {
    public var exampleShape: [Int]
    /// Layers from an example to what mean and deviation of z are read from.
    public var encoder: [LayerSpecification]
    /// Number of latent numbers.
    public var latent: Int
    /// Layers from z to what the observation's numbers are read from: a vector, or an image of the example's height and width.
    public var decoder: [LayerSpecification]
    public var observation: ObservationModel
    /// The second stochastic layer; nil for none.
    public var upper: Upper?
    public var objective: VariationalObjective

    public init(
      exampleShape: [Int], encoder: [LayerSpecification], latent: Int, decoder: [LayerSpecification],
      observation: ObservationModel = .bernoulli, upper: Upper? = nil,
      objective: VariationalObjective = VariationalObjective()
    ) {
      self.exampleShape = exampleShape
      self.encoder = encoder
      self.latent = latent
      self.decoder = decoder
      self.observation = observation
      self.upper = upper
      self.objective = objective
    }

    /// Fully connected layers to z, and their mirror image.
    public static func dense(
      exampleShape: [Int], hidden: [Int] = [200, 200], latent: Int = 50, activation: Activation = .tanh,
      observation: ObservationModel = .bernoulli, upper: Upper? = nil,
      objective: VariationalObjective = VariationalObjective()
    ) -> Architecture {
      Architecture(
        exampleShape: exampleShape,
        encoder: (exampleShape.count > 1 ? [.flatten] : [])
          + hidden.map { .dense(units: $0, activation: activation) },
        latent: latent, decoder: hidden.reversed().map { .dense(units: $0, activation: activation) },
        observation: observation, upper: upper, objective: objective)
    }

    /// Two convolutions of stride 2 and a fully connected layer to z, and back with subpixel convolutions. Traps unless height and width
    /// are multiples of 4.
    public static func convolutional(
      exampleShape: [Int], channels: Int = 32, hidden: Int = 128, latent: Int = 32,
      activation: Activation = .relu,
      observation: ObservationModel = .bernoulli, objective: VariationalObjective = VariationalObjective()
    ) -> Architecture {
      precondition(
        exampleShape.count == 3 && exampleShape[0] % 4 == 0 && exampleShape[1] % 4 == 0,
        "Images whose sides are halved twice are multiples of 4 pixels, and \(exampleShape) is not.")
      let (height, width) = (exampleShape[0] / 4, exampleShape[1] / 4)
      func convolution(_ channels: Int, stride: Int = 1) -> LayerSpecification {
        .convolution(channels: channels, kernel: 3, activation: activation, padding: .same, stride: stride)
      }
      return Architecture(
        exampleShape: exampleShape,
        encoder: [
          convolution(channels, stride: 2), convolution(2 * channels, stride: 2), .flatten,
          .dense(units: hidden, activation: activation),
        ], latent: latent,
        decoder: [
          .dense(units: hidden, activation: activation),
          .dense(units: height * width * 2 * channels, activation: activation),
          .reshape([height, width, 2 * channels]), convolution(4 * channels), .subpixel(factor: 2),
          convolution(4 * channels), .subpixel(factor: 2),
        ], observation: observation, objective: objective)
    }

    /// Pixels of an example, or numbers of one that is no image.
    var pixels: Int {
      exampleShape.count == 3 ? exampleShape[0] * exampleShape[1] : exampleShape.reduce(1, *)
    }

    var channels: Int { exampleShape.count == 3 ? exampleShape[2] : 1 }

    /// Throws unless the numbers are such that tensors may be asked for.
    func requireSense() throws(ModelFileError) {
      guard (1...3).contains(exampleShape.count), exampleShape.allSatisfy({ (1...1 << 20).contains($0) }),
        exampleShape.reduce(1.0, { $0 * Double($1) }) <= Double(1 << 22)
      else {
        throw .malformed(
          reason: "a variational autoencoder takes examples of 1 to 2²² numbers, not \(exampleShape)")
      }
      guard (1...1 << 16).contains(latent) else {
        throw .malformed(reason: "there are 1 to 65536 latent numbers, not \(latent)")
      }
      if let upper, !(1...1 << 16).contains(upper.latent) || upper.hidden.count > 16 {
        throw .malformed(reason: "the upper layer can't have \(upper.latent) latent numbers")
      }
      let count = Double(observation.parameterCount(channels: channels)) * Double(pixels)
      if let problem = observation.problem ?? objective.problem(stochasticLayers: upper == nil ? 1 : 2) {
        throw .malformed(reason: problem)
      }
      guard count <= Double(1 << 26) else {
        throw .malformed(reason: "an example of \(exampleShape) can't have \(count) numbers in the decoder")
      }
    }
  }

  /// A second stochastic layer above the first.
  public struct Upper: Codable, Hashable, Sendable {
    /// Number of z₂'s numbers.
    public var latent: Int
    /// Units of the layers between z₁ and z₂, in both directions.
    public var hidden: [Int]
    public var activation: Activation

    public init(latent: Int, hidden: [Int], activation: Activation = .tanh) {
      self.latent = latent
      self.hidden = hidden
      self.activation = activation
    }
  }
}
