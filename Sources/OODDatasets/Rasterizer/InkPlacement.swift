/// Where the box around the ink is drawn: either exactly in the middle of the image, or, to be shifted by whole pixels
/// afterwards, in the middle of the fewest whole pixels that hold it, which lie in the middle of the image.
struct InkPlacement {
  /// Pixels that hold the box.
  let columns, rows: Range<Int>
  /// The middle of the box, in pixels from the upper left corner of the image.
  let center: SIMD2<Double>

  /// The placement, exactly in the middle, of a box of that width and height in an image of size × size pixels.
  init(exactlyCentered extent: SIMD2<Double>, size: Int) {
    let middle = 0.5 * Double(size)
    func span(_ extent: Double) -> Range<Int> {
      // As below: 20 whole pixels stay 20.
      let half = 0.5 * extent - 1e-6
      let first = max(0, Int((middle - half).rounded(.down)))
      return first..<max(first, min(size, Int((middle + half).rounded(.up))))
    }
    columns = span(extent.x)
    rows = span(extent.y)
    center = SIMD2(middle, middle)
  }

  /// The placement of a box of that width and height in an image of size × size pixels.
  init(width: Double, height: Double, size: Int) {
    columns = InkPlacement.span(width, size: size)
    rows = InkPlacement.span(height, size: size)
    center =
      0.5
      * SIMD2(
        Double(columns.lowerBound + columns.upperBound), Double(rows.lowerBound + rows.upperBound))
  }

  private static func span(_ extent: Double, size: Int) -> Range<Int> {
    // An extent of 20 whole pixels must not take 21 because of rounding.
    let count = min(Int((extent - 1e-6).rounded(.up)), size)
    let first = (size - count) / 2
    return first..<first + count
  }
}
