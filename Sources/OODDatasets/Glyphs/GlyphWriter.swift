import GenModels

/// Writes one character after the other: a template, varied by random draws, inked on a canvas.
struct GlyphWriter {
  private let variation: HandVariation
  private let size: Int
  private let box: Float
  private let canvas: InkCanvas
  // Scratch space, kept from one character to the next.
  private var points: [GlyphTemplate.ControlPoint] = []
  private var path: [SIMD2<Float>] = []
  private var strokeEnds: [Int] = []

  init(variation: HandVariation, size: Int, box: Float) {
    self.variation = variation
    self.size = size
    self.box = box
    canvas = InkCanvas(size: size)
  }

  /// Writes the character into `size * size` pixels.
  mutating func write(
    _ template: GlyphTemplate, draws: inout GlyphDraws, into image: UnsafeMutablePointer<Float>
  ) {
    path.removeAll(keepingCapacity: true)
    strokeEnds.removeAll(keepingCapacity: true)
    let hurried = draws.uniform()
    let hurry = variation.hurry * hurried * hurried
    let curve = PenCurve(
      roundness: draws.uniform(variation.roundness.lowerBound, variation.roundness.upperBound))
    for stroke in template.strokes {
      preparePoints(of: stroke, hurry: hurry, draws: &draws)
      let first = path.count
      curve.flatten(points, into: &path)
      deformStroke(path.indices.suffix(from: first), draws: &draws)
      strokeEnds.append(path.count)
    }
    deformCharacter(draws: &draws)
    ink(draws: &draws, into: image)
  }

  /// The stroke's control points, moved the way a hand would.
  private mutating func preparePoints(
    of stroke: GlyphTemplate.Stroke, hurry: Float, draws: inout GlyphDraws
  ) {
    points.removeAll(keepingCapacity: true)
    points.append(contentsOf: stroke.points)
    for index in points.indices { points[index].position += variation.jitter * draws.bellPair() }
    if stroke.isClosed {
      // A hand that closes a loop misses the start a little, and may run past it.
      var end = points[0]
      end.position += 1.5 * variation.jitter * draws.bellPair()
      points.append(end)
      if draws.chance(0.4) {
        let past = draws.uniform(0.2, 0.7)
        var beyond = points[1]
        beyond.position = end.position + past * (points[1].position - end.position)
        beyond.position += variation.jitter * draws.bellPair()
        points.append(beyond)
      }
    }
    let last = points.count - 1
    guard last >= 1 else { return }
    if last >= 2, hurry > 0 {
      var before = points[0].position
      for index in 1..<last {
        let here = points[index].position
        let middle = 0.25 * (before + points[index + 1].position) + 0.5 * here
        points[index].position = here + hurry * (middle - here)
        if points[index].isCorner, draws.chance(variation.cornerRounding * hurry) {
          points[index].isCorner = false
        }
        before = here
      }
    }
    if !stroke.isClosed {
      extend(0, from: 1, by: variation.overshoot * draws.bell())
      extend(last, from: last - 1, by: variation.overshoot * draws.bell())
    }
  }

  /// Moves an end point along its chord, at most by a third of the chord inwards.
  private mutating func extend(_ end: Int, from neighbour: Int, by length: Float) {
    let chord = points[end].position - points[neighbour].position
    let chordLength = (chord.x * chord.x + chord.y * chord.y).squareRoot()
    guard chordLength > 1e-3 else { return }
    points[end].position += max(length / chordLength, -1 / 3) * chord
  }

  /// Moves, turns, scales and bends one stroke against the others.
  private mutating func deformStroke(_ range: Range<Int>, draws: inout GlyphDraws) {
    let (low, high) = bounds(range)
    let middle = 0.5 * (low + high)
    let shift = variation.strokeShift * draws.bellPair()
    let scale = 1 + variation.strokeScale * draws.bell()
    let turn = Turn(halfTangent: variation.strokeTurn * draws.bell())
    let field = ElasticField(low: low, high: high, deviation: variation.strokeElasticity, draws: &draws)
    for index in range {
      let point = path[index] + field.displacement(at: path[index])
      path[index] = middle + shift + scale * turn.apply(to: point - middle)
    }
  }

  /// Bends, tapers, slants, stretches and turns the whole character.
  private mutating func deformCharacter(draws: inout GlyphDraws) {
    let (low, high) = bounds(path.indices)
    let middle = 0.5 * (low + high)
    let field = ElasticField(low: low, high: high, deviation: variation.elasticity, draws: &draws)
    let slant = variation.slant + variation.slantDeviation * draws.bell()
    let taper = variation.taper * draws.bell()
    let balance = variation.balance * draws.bellPair()
    let half = SIMD2(max(high.x - middle.x, 0.05), max(high.y - middle.y, 0.05))
    let turn = Turn(halfTangent: variation.turn * draws.bell())
    // Evenly narrower and wider than the template, though the range isn't even around 1.
    let stretch = draws.uniform(-1, 1)
    let (narrowest, widest) = (variation.aspect.lowerBound, variation.aspect.upperBound)
    let width = 1 + stretch * (stretch < 0 ? 1 - narrowest : widest - 1)
    for index in path.indices {
      var point = path[index] + field.displacement(at: path[index]) - middle
      let place = point / half
      point += balance * (1 - place * place)
      point.x = width * point.x * (1 + taper * point.y) - slant * point.y
      path[index] = turn.apply(to: point)
    }
  }

  /// Fits the path into the box and draws it.
  private mutating func ink(draws: inout GlyphDraws, into image: UnsafeMutablePointer<Float>) {
    let thick = draws.uniform()
    let range = variation.pen
    let pen = range.lowerBound + (range.upperBound - range.lowerBound) * thick * (0.35 + 0.65 * thick)
    let (low, high) = bounds(path.indices)
    let extent = high - low
    let scale = (box - pen) / max(extent.x, extent.y, 0.1)
    let placement = InkPlacement(
      width: Double(extent.x * scale + pen), height: Double(extent.y * scale + pen), size: size)
    let offset = SIMD2<Float>(placement.center) - 0.5 * scale * (low + high)

    canvas.clear()
    var first = 0
    for end in strokeEnds {
      // The pen's pressure runs from one value over a middle to another along the stroke, never above the full width.
      let pressures = (draws.uniform(), draws.uniform(), draws.uniform())
      let count = Float(max(1, end - first - 1))
      var last = offset + scale * path[first]
      if end - first == 1 { canvas.drawSegment(from: last, to: last, radius: 0.5 * pen) }
      for index in first + 1..<max(end, first + 1) {
        let next = offset + scale * path[index]
        let t = (Float(index - first) - 0.5) / count
        let s = 1 - t
        let lift = s * s * pressures.0 + 2 * s * t * pressures.1 + t * t * pressures.2
        canvas.drawSegment(from: last, to: next, radius: 0.5 * pen * (1 - variation.pressure * 2 * lift))
        last = next
      }
      first = end
    }
    canvas.write(columns: placement.columns, rows: placement.rows, into: image)
  }

  private func bounds(_ range: Range<Int>) -> (low: SIMD2<Float>, high: SIMD2<Float>) {
    var low = path[range.lowerBound]
    var high = low
    for index in range {
      let point = path[index]
      low.replace(with: point, where: point .< low)
      high.replace(with: point, where: point .> high)
    }
    return (low, high)
  }
}

/// A rotation by the angle α, given tan(α/2): rational functions instead of sine and cosine, the same on every processor.
private struct Turn {
  let cosine, sine: Float

  init(halfTangent t: Float) {
    let scale = 1 / (1 + t * t)
    cosine = (1 - t * t) * scale
    sine = 2 * t * scale
  }

  func apply(to v: SIMD2<Float>) -> SIMD2<Float> {
    SIMD2(cosine * v.x - sine * v.y, sine * v.x + cosine * v.y)
  }
}
