/// The images that illustrate one model: `NAME.panel.json` of a sweep.
///
/// Candidates are kept with their errors, so that a page can show for any θ which of them are missing and which spurious.
public struct ModelPanel: Codable, Hashable, Sendable {
  /// Images in one row, left to right.
  public struct Strip: Codable, Hashable, Sendable {
    public var count: Int
    /// One PNG, `count` widths wide and one height high, as base 64.
    public var png: String
    /// A number for each image: its reconstruction error ‖M(x) − x‖₁ where nothing else is said.
    public var errors: [Double]
  }

  /// Of one image, in pixels.
  public var width, height: Int
  /// Test images, by ascending error, most of them with large ones.
  public var digits: Strip
  /// What the model makes of them; the errors are those of `digits`.
  public var digitReconstructions: Strip
  /// For each control set, images by ascending error, most of them with small ones.
  public var symbols: [Strip]
  /// What the model makes of them; the errors are those of `symbols`.
  public var symbolReconstructions: [Strip]
  /// Images generated from noise.
  public var generated: Strip
  /// The first generated images on their way, a strip for each of `iterations`.
  public var trajectory: [Strip]
  /// How often the model was applied; the last one is the end.
  public var iterations: [Int]

  enum CodingKeys: String, CodingKey {
    case width, height, digits, symbols, generated, trajectory, iterations
    case digitReconstructions = "digit_reconstructions"
    case symbolReconstructions = "symbol_reconstructions"
  }
}
