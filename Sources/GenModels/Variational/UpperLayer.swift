/// The second stochastic layer of a variational autoencoder: z₂ ~ N(0, I), p(z₁|z₂) and q(z₂|z₁), both normal.
struct UpperLayer: Parameterized {
  /// Number of z₂'s numbers.
  let size: Int
  private var inference, generation: LayerChain

  init(
    _ settings: VariationalAutoencoder.Upper, below latent: Int, _ tensors: TensorSource
  ) throws(ModelFileError) {
    size = settings.latent
    let hidden = settings.hidden.map { LayerSpecification.dense(units: $0, activation: settings.activation) }
    inference = try LayerChain(
      hidden + [.dense(units: 2 * settings.latent)], exampleShape: [latent], tensors.under("inference"))
    generation = try LayerChain(
      hidden.reversed() + [.dense(units: 2 * latent)], exampleShape: [settings.latent],
      tensors.under("generation"))
  }

  /// q(z₂|z₁).
  func posterior<Value: TensorAlgebra>(_ z: Value, _ context: Context = .inference) -> DiagonalNormal<Value> {
    DiagonalNormal(inference(z, context))
  }

  /// p(z₁|z₂).
  func prior<Value: TensorAlgebra>(_ z: Value, _ context: Context = .inference) -> DiagonalNormal<Value> {
    DiagonalNormal(generation(z, context))
  }

  mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("inference", &inference)
    visitor.visit("generation", &generation)
  }
}
