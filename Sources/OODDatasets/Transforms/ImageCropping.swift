import GenModels

/// A rectangle cut out of images.
public struct ImageCropping: ImageTransform, Hashable {
  public let rows, columns: Range<Int>

  public init(rows: Range<Int>, columns: Range<Int>) {
    self.rows = rows
    self.columns = columns
  }

  /// Traps when the rectangle reaches outside of the images.
  public func apply(to images: Tensor) -> Tensor {
    let (count, height, width, channels) = imageExtents(images)
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= height && columns.lowerBound >= 0
        && columns.upperBound <= width,
      "Rows \(rows) and columns \(columns) can't be cut out of images of \(height) rows and \(width) columns."
    )
    return Tensor(shape: [count, rows.count, columns.count, channels]) { destination in
      images.withUnsafeElements { source in
        guard let from = source.baseAddress, let to = destination.baseAddress else { return }
        for row in 0..<count * rows.count {
          let (image, line) = (row / rows.count, rows.lowerBound + row % rows.count)
          (to + row * columns.count * channels).update(
            from: from + ((image * height + line) * width + columns.lowerBound) * channels,
            count: columns.count * channels)
        }
      }
    }
  }
}
