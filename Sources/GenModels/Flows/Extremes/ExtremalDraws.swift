/// Examples that a flow makes of points at stated radii of its base.
public struct ExtremalDraws: Sendable {
  /// `[count] + exampleShape`.
  public let examples: Tensor
  /// The class of each, for a flow with classes.
  public let labels: Indexes?
  /// The points of the base, as the flow takes them, `[count, D]`.
  public let latents: Tensor
  /// ‖z‖ of each, standardized by the class's Gaussian where there are classes.
  public let radii: [Double]
  /// (‖z‖ − E) / s: radii in standard deviations from the usual one.
  public let deviations: [Double]
}
