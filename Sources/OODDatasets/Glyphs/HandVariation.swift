/// How much hands differ: the standard deviations and ranges of what is random about a written character. Lengths are
/// in heights of the character, pens in pixels of a 28 × 28 image.
struct HandVariation: Sendable {
  /// Displacement of each control point.
  var jitter: Float = 0.022
  /// Displacement, relative size and turn (half the tangent) of each stroke against the others.
  var strokeShift: Float = 0.022
  var strokeScale: Float = 0.05
  var strokeTurn: Float = 0.02
  /// Smooth deformation of the whole character and, on top, of each stroke; less across what is narrow, so that
  /// a line stays a line.
  var elasticity: Float = 0.07
  var strokeElasticity: Float = 0.03
  /// Length by which a stroke's ends overshoot or fall short.
  var overshoot: Float = 0.035
  /// The largest share of hurry, which smooths the path.
  var hurry: Float = 0.6
  /// Probability, for each unit of hurry, that a corner becomes round.
  var cornerRounding: Float = 1.3
  /// Handle length over chord length of the strokes' curves.
  var roundness: ClosedRange<Float> = 0.29...0.42
  /// Mean and deviation of the slant: x moved right for each unit of height.
  var slant: Float = 0.14
  var slantDeviation: Float = 0.24
  /// Half the tangent of the turn of the whole character.
  var turn: Float = 0.055
  /// Width over height, against the template's.
  var aspect: ClosedRange<Float> = 0.62...1.6
  /// The upper part's width over the lower part's is 1 ± this.
  var taper: Float = 0.14
  /// Shift of the middle up or down (and sideways) against the ends: one half grows where the other shrinks.
  var balance: Float = 0.05
  /// Diameter of the pen, skewed towards the thin end.
  var pen: ClosedRange<Float> = 1.7...5.2
  /// Relative change of the pen's width along a stroke, as speed changes.
  var pressure: Float = 0.12

  /// For digits, which everybody writes quickly and with any pen.
  static let digits = HandVariation()

  /// For symbols, which are written with more care and whose small parts a thick pen would fill.
  static let symbols = HandVariation(
    jitter: 0.018, elasticity: 0.06, hurry: 0.4, cornerRounding: 0.4, slant: 0.1, slantDeviation: 0.18,
    aspect: 0.72...1.4,
    taper: 0.1, balance: 0.04, pen: 1.7...3.7)
}
