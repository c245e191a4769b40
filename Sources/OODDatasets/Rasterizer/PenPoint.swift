/// One sampled position of a pen: x to the right and y downwards, in the units of the recording device.
public struct PenPoint: Sendable, Hashable {
  public var x: Double
  public var y: Double
  /// Milliseconds since the first point of the drawing, where the device recorded them.
  public var time: Double?

  public init(x: Double, y: Double, time: Double? = nil) {
    self.x = x
    self.y = y
    self.time = time
  }
}
