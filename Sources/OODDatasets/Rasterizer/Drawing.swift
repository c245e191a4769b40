/// What a pen drew: strokes in the order of drawing, each the positions of the pen from down to up.
///
/// x runs to the right and y downwards. A stroke of one point is a dot; a stroke without points draws nothing.
public struct Drawing: Sendable, Equatable {
  public var strokes: [[PenPoint]]

  public init(strokes: [[PenPoint]]) { self.strokes = strokes }

  /// Number of points in all strokes.
  public var pointCount: Int { strokes.reduce(0) { $0 + $1.count } }
}
