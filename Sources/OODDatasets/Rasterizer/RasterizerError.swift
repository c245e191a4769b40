/// A drawing that can't be rasterized.
public enum RasterizerError: Error, Equatable, CustomStringConvertible {
  /// A coordinate is not a number, or infinite.
  case pointNotFinite(drawing: Int, stroke: Int, point: Int)
  /// The drawing is wider or higher than the largest `Double`.
  case extentNotFinite(drawing: Int)
  /// Not one smallest extent for each drawing, or one that is negative or not a number.
  case smallestExtents(drawings: Int, given: Int)
  case smallestExtent(drawing: Int, Double)

  public var description: String {
    switch self {
    case .pointNotFinite(let drawing, let stroke, let point):
      "Point \(point) of stroke \(stroke) of drawing \(drawing) is not finite; "
        + "take the drawing out or repair its coordinates."
    case .extentNotFinite(let drawing):
      "Drawing \(drawing) is too large for its extent to be a number; scale its coordinates down."
    case .smallestExtents(let drawings, let given):
      "\(given) smallest extents were given for \(drawings) drawings; give one for each, or none."
    case .smallestExtent(let drawing, let extent):
      "The smallest extent of drawing \(drawing) is \(extent); it must be finite and not negative."
    }
  }
}
