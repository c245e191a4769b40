import GenModels

/// Images with a border of `value` around them.
public struct ImagePadding: ImageTransform, Hashable {
  public let top, left, bottom, right: Int
  public let value: Float

  /// Traps when a margin is negative.
  public init(top: Int, left: Int, bottom: Int, right: Int, value: Float = 0) {
    precondition(
      min(top, left, bottom, right) >= 0,
      "Margins are at least 0, and \(top), \(left), \(bottom) and \(right) were given; "
        + "use ImageCropping to cut.")
    (self.top, self.left, self.bottom, self.right) = (top, left, bottom, right)
    self.value = value
  }

  /// The same margin on all sides.
  public init(_ margin: Int, value: Float = 0) {
    self.init(top: margin, left: margin, bottom: margin, right: margin, value: value)
  }

  public func apply(to images: Tensor) -> Tensor {
    let (count, height, width, channels) = imageExtents(images)
    let (newHeight, newWidth) = (top + height + bottom, left + width + right)
    return Tensor(shape: [count, newHeight, newWidth, channels]) { destination in
      destination.initialize(repeating: value)
      images.withUnsafeElements { source in
        guard let from = source.baseAddress, let to = destination.baseAddress else { return }
        for row in 0..<count * height {
          let (image, line) = (row / height, row % height)
          (to + ((image * newHeight + top + line) * newWidth + left) * channels)
            .update(from: from + row * width * channels, count: width * channels)
        }
      }
    }
  }
}
