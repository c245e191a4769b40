/// One way of writing a character: strokes through control points, before any variation.
///
/// It is written as text, because that is compact and quick to compile: strokes are separated by `;`, points by
/// spaces, and a point is `x,y` in hundredths of the character's height, x to the right and y downwards. A point with
/// `!` is a corner; the curve is smooth at the others. A stroke that begins with `@` returns to its first point. A stroke
/// of one point is a dot. `0.5*` before the first stroke is the style's weight against the other styles (1 when absent).
///
///     "0.5* 12,0 12,100 ; @ 50,20 70,50 50,80 30,50"
struct GlyphTemplate: Sendable {
  struct ControlPoint: Sendable {
    var position: SIMD2<Float>
    var isCorner: Bool
  }

  struct Stroke: Sendable {
    var points: [ControlPoint]
    var isClosed: Bool
  }

  let weight: Float
  let strokes: [Stroke]

  /// The template that the text describes. Traps when the text isn't one: templates are part of the program.
  init(_ text: String) {
    var weight: Float = 1
    var strokes: [Stroke] = []
    for part in text.split(separator: ";") {
      var stroke = Stroke(points: [], isClosed: false)
      for token in part.split(separator: " ") {
        if token == "@" {
          stroke.isClosed = true
        } else if token.last == "*", let value = Float(token.dropLast()) {
          weight = value
        } else {
          let isCorner = token.last == "!"
          let numbers = (isCorner ? token.dropLast() : token).split(separator: ",")
          guard numbers.count == 2, let x = Float(numbers[0]), let y = Float(numbers[1]) else {
            preconditionFailure("\"\(token)\" is not a point in the character template \"\(text)\".")
          }
          stroke.points.append(ControlPoint(position: SIMD2(x, y) / 100, isCorner: isCorner))
        }
      }
      precondition(
        stroke.points.count >= (stroke.isClosed ? 3 : 1),
        "A stroke of the character template \"\(text)\" has too few points.")
      strokes.append(stroke)
    }
    precondition(!strokes.isEmpty && weight > 0, "The character template \"\(text)\" has no strokes.")
    self.weight = weight
    self.strokes = strokes
  }
}
