/// Networks that adversarial models are usually made of. Any other layers will do, too.
public enum AdversarialLayers {
  /// Fully connected layers from a latent vector to an example.
  ///
  /// - Parameters:
  ///   - exampleShape: Of what comes out.
  ///   - hidden: Units of the layers between.
  ///   - output: Of the last layer: sigmoid for numbers in 0...1.
  public static func generator(
    _ exampleShape: [Int], hidden: [Int], output: Activation
  ) -> [LayerSpecification] {
    hidden.map { .dense(units: $0, activation: .relu) }
      + [.dense(units: exampleShape.reduce(1, *), activation: output)]
      + (exampleShape.count > 1 ? [.reshape(exampleShape)] : [])
  }

  /// A fully connected layer and subpixel convolutions from a latent vector to an image whose sides are multiples of 4.
  public static func convolutionalGenerator(
    _ imageShape: [Int], channels: Int, output: Activation
  ) -> [LayerSpecification] {
    requireQuarters(imageShape)
    let (height, width) = (imageShape[0] / 4, imageShape[1] / 4)
    func convolution(_ channels: Int, _ activation: Activation = .relu) -> LayerSpecification {
      .convolution(channels: channels, kernel: 3, activation: activation, padding: .same)
    }
    return [
      .dense(units: height * width * 2 * channels, activation: .relu),
      .reshape([height, width, 2 * channels]), convolution(4 * channels), .subpixel(factor: 2),
      convolution(4 * imageShape[2], output), .subpixel(factor: 2),
    ]
  }

  /// Fully connected layers from an example to `outputs` numbers, without batch normalization.
  public static func encoder(_ exampleShape: [Int], hidden: [Int], outputs: Int) -> [LayerSpecification] {
    (exampleShape.count > 1 ? [.flatten] : [])
      + hidden.map { .dense(units: $0, activation: .leakyReLU(slope: 0.2)) } + [.dense(units: outputs)]
  }

  /// Two convolutions of stride 2 from an image whose sides are multiples of 4 to `outputs` numbers, without batch normalization.
  public static func convolutionalEncoder(
    _ imageShape: [Int], channels: Int, outputs: Int
  ) -> [LayerSpecification] {
    requireQuarters(imageShape)
    func convolution(_ channels: Int) -> [LayerSpecification] {
      [
        .convolution(channels: channels, kernel: 5, activation: .identity, padding: .same, stride: 2),
        .activation(.leakyReLU(slope: 0.2)),
      ]
    }
    return convolution(channels) + convolution(2 * channels) + [.flatten, .dense(units: outputs)]
  }

  private static func requireQuarters(_ shape: [Int]) {
    precondition(
      shape.count == 3 && shape[0] % 4 == 0 && shape[1] % 4 == 0,
      "Images whose sides are halved twice are multiples of 4 pixels, and \(shape) is not.")
  }
}

extension LayerChain {
  /// A chain from examples of one shape to examples of another. That they fit is seen before a tensor is asked for, where the layers
  /// know their shapes without one.
  /// - Throws: `ModelFileError.malformed` for layers that don't fit; what `tensors` throws.
  init(
    _ layers: [LayerSpecification], from input: Shape, to output: Shape, named name: String,
    _ tensors: TensorSource
  ) throws(ModelFileError) {
    func require(_ found: Shape) throws(ModelFileError) {
      guard found == output else {
        throw .malformed(reason: "its \(name) ends in the shape \(found), and \(output) is needed")
      }
    }
    if let found = try LayerChain.outputShape(of: layers, after: input) { try require(found) }
    try self.init(layers, exampleShape: input, tensors.under(name))
    try require(outputShape)
  }
}

extension Shape {
  /// An example's shape and a number of latent numbers, as a file says them.
  /// - Throws: `ModelFileError.malformed` where no model could have them.
  static func requireSense(_ exampleShape: [Int], latent: Int) throws(ModelFileError) -> Shape {
    guard (1...3).contains(exampleShape.count), exampleShape.allSatisfy({ (1...1 << 20).contains($0) }),
      exampleShape.reduce(1.0, { $0 * Double($1) }) <= Double(1 << 22)
    else {
      throw .malformed(reason: "a generator makes examples of 1 to 2²² numbers, not \(exampleShape)")
    }
    guard (1...1 << 16).contains(latent) else {
      throw .malformed(reason: "there are 1 to 65536 latent numbers, not \(latent)")
    }
    return Shape(exampleShape)
  }
}
