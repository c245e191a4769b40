/// Outliers at stated radii of a flow's base: extremal sampling (T. Bungert, 2021).
public struct FlowOutliers: OutlierGenerator {
  public let flow: Flow
  public let radius: RadiusLaw

  public init(_ flow: Flow, radius: RadiusLaw) {
    self.flow = flow
    self.radius = radius
  }

  public var exampleShape: Shape { flow.exampleShape }

  public func outliers(count: Int, using random: inout RandomGenerator) throws -> Tensor {
    try flow.extremalDraws(count: count, radius: radius, using: &random).examples
  }
}
