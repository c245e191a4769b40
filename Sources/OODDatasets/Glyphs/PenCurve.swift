/// A smooth curve through points: cubic Bézier spans whose tangent at an inner point bends from the chord before it
/// to the chord after it, each weighted by the other's length (Overhauser's tangent).
struct PenCurve {
  /// Handle length over chord length: 1/3 for a straight line, 0.39 for a quarter of a circle.
  let roundness: Float

  /// Appends points along the curve to `path`, the first and the last of `points` included.
  func flatten(_ points: [GlyphTemplate.ControlPoint], into path: inout [SIMD2<Float>]) {
    guard let first = points.first else { return }
    path.append(first.position)
    guard points.count > 1 else { return }
    var leaving: SIMD2<Float>? = nil
    for index in 1..<points.count {
      let (start, end) = (points[index - 1].position, points[index].position)
      let chord = end - start
      let length = PenCurve.length(chord)
      var tangent: SIMD2<Float>? = nil
      if index + 1 < points.count, !points[index].isCorner {
        tangent = PenCurve.tangent(before: chord, length, after: points[index + 1].position - end)
      }
      append(from: start, leaving: leaving, to: end, arriving: tangent, length: length, into: &path)
      leaving = tangent
    }
  }

  private static func length(_ v: SIMD2<Float>) -> Float { (v.x * v.x + v.y * v.y).squareRoot() }

  /// The unit tangent between two chords; nil when a chord vanishes or the curve turns back on itself.
  private static func tangent(
    before: SIMD2<Float>, _ lengthBefore: Float, after: SIMD2<Float>
  ) -> SIMD2<Float>? {
    let lengthAfter = length(after)
    guard lengthBefore > 1e-4, lengthAfter > 1e-4 else { return nil }
    let direction =
      before * (lengthAfter / lengthBefore) + after * (lengthBefore / lengthAfter)
    let size = length(direction)
    return size > 1e-4 * (lengthBefore + lengthAfter) ? direction / size : nil
  }

  private func append(
    from start: SIMD2<Float>, leaving: SIMD2<Float>?, to end: SIMD2<Float>, arriving: SIMD2<Float>?,
    length: Float, into path: inout [SIMD2<Float>]
  ) {
    let reach = roundness * length
    // A span without a tangent of its own at one end leaves halfway towards the other end's handle.
    var first: SIMD2<Float>
    var second: SIMD2<Float>
    switch (leaving, arriving) {
    case (let a?, let b?):
      first = start + reach * a
      second = end - reach * b
    case (let a?, nil):
      first = start + reach * a
      second = 0.5 * (first + end)
    case (nil, let b?):
      second = end - reach * b
      first = 0.5 * (start + second)
    case (nil, nil):
      first = start + (end - start) / 3
      second = end - (end - start) / 3
    }
    let steps = length < 0.12 ? 2 : length < 0.3 ? 4 : 6
    for step in 1..<steps {
      let t = Float(step) / Float(steps)
      let s = 1 - t
      let outer = (s * s * s) * start + (t * t * t) * end
      path.append(outer + (3 * s * s * t) * first + (3 * s * t * t) * second)
    }
    path.append(end)
  }
}
