import GenModels

/// Draws pen strokes as small grey images; unless told otherwise the way the MNIST digits were prepared (LeCun, Bottou,
/// Bengio and Haffner, 1998, section III A).
///
/// The strokes' points are joined by segments with round caps and joins, drawn with a round pen and anti-aliased. The box
/// around the ink is fitted into a square with its aspect kept, the brightest pixel is stretched to 1, and the ink is moved
/// by whole pixels so that its centre of mass lies in the middle of the image, or as near as all of the ink staying
/// in the image allows.
///
/// ```swift
/// let image = try Rasterizer().image(of: drawing)              // [28, 28, 1], values in [0, 1]
/// let stretched = Rasterizer(aspect: .stretched, center: .box)     // each axis fills the square by itself
/// ```
///
/// The same drawing gives the same bits on every processor and for any number of threads.
public struct Rasterizer: Sendable, Hashable {
  /// How the box around the ink is fitted into the square.
  public enum Aspect: String, Sendable, Hashable, CaseIterable {
    /// By one scale: the longer side fills the square.
    case kept
    /// Each axis by a scale of its own: both sides fill the square.
    case stretched
  }

  /// What comes to the middle of the image.
  public enum Center: String, Sendable, Hashable, CaseIterable {
    /// The ink's centre of mass, to the nearest whole pixel, where no ink leaves the image by it.
    case mass
    /// The middle of the box around the ink, exactly.
    case box
  }

  /// Pixels on a side of the image.
  public let size: Int
  /// Pixels on a side of the square that the ink, with the pen's width, is fitted into.
  public let box: Double
  /// Diameter of the pen in pixels of the image.
  public let pen: Double
  public let aspect: Aspect
  public let center: Center
  /// Whether pixels that the pen covers in part are grey. Without, a pixel is ink where its centre lies within the pen's
  /// radius of a segment or a segment ends in it, and black elsewhere.
  public let isAntialiased: Bool

  /// Traps unless 0 < pen < box ≤ size ≤ 4096, and pen ≥ 1 without anti-aliasing.
  public init(
    size: Int = 28, box: Double = 20, pen: Double = 2.4, aspect: Aspect = .kept, center: Center = .mass,
    isAntialiased: Bool = true
  ) {
    if let fault = Rasterizer.fault(size: size, box: box, pen: pen, isAntialiased: isAntialiased) {
      preconditionFailure("A rasterizer is not possible: \(fault).")
    }
    self.size = size
    self.box = box
    self.pen = pen
    self.aspect = aspect
    self.center = center
    self.isAntialiased = isAntialiased
  }

  /// Why there is no such rasterizer, as the end of a sentence; nil where there is.
  static func fault(size: Int, box: Double, pen: Double, isAntialiased: Bool) -> String? {
    guard pen > 0 && pen < box && box <= Double(size) && size <= 4096 else {
      return
        "drawing needs 0 < pen < box <= frame <= 4096, and pen \(pen), box \(box) and frame \(size) were given"
    }
    // A thinner line could pass between pixels' centres.
    guard isAntialiased || pen >= 1 else {
      return "a pen that isn't anti-aliased is 1 pixel wide or wider, and this one is \(pen)"
    }
    return nil
  }

  /// Side of the square that the strokes' axes are fitted into, in pixels: the box without the pen.
  public var axisBox: Double { box - pen }

  /// The image of a drawing, `[size, size, 1]`, 1 for ink. A drawing without points is black.
  ///
  /// The larger side s of the box around the drawing's points becomes (box − pen) s / max(s, smallestExtent) pixels; where
  /// the aspect is stretched, each of its sides does.
  ///
  /// - Parameters:
  ///   - drawing: Strokes of points.
  ///   - smallestExtent: Drawings (stretched ones: sides) smaller than this aren't enlarged to the full box, so that a dot
  ///     stays a dot; in the drawing's units. 0 enlarges all of them (a drawing that is one point stays one).
  /// - Throws: `RasterizerError`, when a coordinate, the drawing's size or `smallestExtent` isn't a number to draw with.
  public func image(of drawing: Drawing, smallestExtent: Double = 0) throws(RasterizerError) -> Tensor {
    let images = try images(of: [drawing], smallestExtents: [smallestExtent])
    return Tensor(shape: [size, size, 1]) { destination in
      images.withUnsafeElements { destination.baseAddress!.update(from: $0.baseAddress!, count: $0.count) }
    }
  }

  /// The images of many drawings, `[count, size, size, 1]`, drawn on all threads that are allowed.
  ///
  /// - Parameters:
  ///   - drawings: Each of strokes of points.
  ///   - smallestExtents: For each drawing, as in `image(of:smallestExtent:)`. Nil means 0 for all of them.
  /// - Throws: `RasterizerError`, before anything is drawn.
  public func images(
    of drawings: [Drawing], smallestExtents: [Double]? = nil
  ) throws(RasterizerError) -> Tensor {
    if let smallestExtents, smallestExtents.count != drawings.count {
      throw .smallestExtents(drawings: drawings.count, given: smallestExtents.count)
    }
    var frames: [Frame?] = []
    frames.reserveCapacity(drawings.count)
    for (index, drawing) in drawings.enumerated() {
      frames.append(try frame(of: drawing, index: index, smallestExtent: smallestExtents?[index] ?? 0))
    }
    let ready = frames
    return Tensor(shape: [drawings.count, size, size, 1]) { destination in
      guard let base = destination.baseAddress else { return }
      nonisolated(unsafe) let images = base
      parallelFor(drawings.count, grain: 16) { range in
        let canvas = InkCanvas(size: size, isAntialiased: isAntialiased)
        for index in range {
          let image = images + index * size * size
          if let frame = ready[index] {
            draw(drawings[index], in: frame, on: canvas, into: image)
          } else {
            image.update(repeating: 0, count: size * size)
          }
        }
      }
    }
  }

  /// How a drawing's units become pixels: scale · (point − center) + placement.center.
  private struct Frame {
    let scale: SIMD2<Double>
    let center: SIMD2<Double>
    let placement: InkPlacement
  }

  /// Checks a drawing and finds its frame; nil when it has no points.
  private func frame(
    of drawing: Drawing, index: Int, smallestExtent: Double
  ) throws(RasterizerError) -> Frame? {
    guard smallestExtent >= 0, smallestExtent.isFinite else {
      throw .smallestExtent(drawing: index, smallestExtent)
    }
    var low = SIMD2<Double>(repeating: .infinity)
    var high = -low
    for (strokeIndex, stroke) in drawing.strokes.enumerated() {
      for (pointIndex, point) in stroke.enumerated() {
        guard point.x.isFinite, point.y.isFinite else {
          throw .pointNotFinite(drawing: index, stroke: strokeIndex, point: pointIndex)
        }
        low = SIMD2(min(low.x, point.x), min(low.y, point.y))
        high = SIMD2(max(high.x, point.x), max(high.y, point.y))
      }
    }
    guard low.x <= high.x else { return nil }
    let extent = high - low
    let side = max(extent.x, extent.y)
    guard side.isFinite else { throw .extentNotFinite(drawing: index) }
    let scale =
      aspect == .kept
      ? SIMD2(repeating: scale(of: side, smallestExtent))
      : SIMD2(scale(of: extent.x, smallestExtent), scale(of: extent.y, smallestExtent))
    let inked = extent * scale + pen
    return Frame(
      scale: scale, center: low + 0.5 * extent,
      placement: center == .box
        ? InkPlacement(exactlyCentered: inked, size: size)
        : InkPlacement(width: inked.x, height: inked.y, size: size))
  }

  /// Pixels for a unit of the drawing.
  private func scale(of extent: Double, _ smallestExtent: Double) -> Double {
    let reference = max(extent, smallestExtent)
    // Subnormal extents are points too: the quotient must not overflow.
    return reference > axisBox / Double.greatestFiniteMagnitude ? axisBox / reference : 0
  }

  private func draw(
    _ drawing: Drawing, in frame: Frame, on canvas: InkCanvas, into image: UnsafeMutablePointer<Float>
  ) {
    canvas.clear()
    let radius = Float(pen / 2)
    let middle = frame.placement.center
    func pixels(_ point: PenPoint) -> SIMD2<Float> {
      SIMD2<Float>((SIMD2(point.x, point.y) - frame.center) * frame.scale + middle)
    }
    for stroke in drawing.strokes {
      guard let first = stroke.first else { continue }
      var last = pixels(first)
      if stroke.count == 1 { canvas.drawSegment(from: last, to: last, radius: radius) }
      for point in stroke.dropFirst() {
        let next = pixels(point)
        canvas.drawSegment(from: last, to: next, radius: radius)
        last = next
      }
    }
    canvas.write(
      columns: frame.placement.columns, rows: frame.placement.rows, centersMass: center == .mass, into: image)
  }
}
