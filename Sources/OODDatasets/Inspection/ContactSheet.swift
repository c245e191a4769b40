import GenModels

/// Many small images on one page, each with a label below it.
public struct ContactSheet: Sendable {
  /// Images in a row.
  public var columns: Int
  /// Each pixel of an image is drawn as a square of this side.
  public var scale: Int
  /// Empty pixels around each image.
  public var margin: Int
  /// How dark the page is between the images, 0 to 255.
  public var background: UInt8

  public init(columns: Int = 20, scale: Int = 2, margin: Int = 3, background: UInt8 = 60) {
    precondition(
      columns > 0 && scale > 0 && margin >= 0,
      "A contact sheet needs columns and a scale above 0 and a margin of 0 or more, "
        + "and \(columns), \(scale) and \(margin) were given.")
    self.columns = columns
    self.scale = scale
    self.margin = margin
    self.background = background
  }

  /// Most pixels of a page, so that a slip doesn't fill the memory.
  public static let mostPixels = 1 << 28

  /// Whether a page of images of shape [count, height, width, channels] has at most `mostPixels` pixels.
  public func fits(_ images: Shape) -> Bool {
    let page = pageSize(images, hasLabels: true)
    return page.width <= ContactSheet.mostPixels / max(1, page.height)
  }

  private func cellSize(_ images: Shape, hasLabels: Bool) -> (width: Int, height: Int) {
    (images[2] * scale + 2 * margin, images[1] * scale + 2 * margin + (hasLabels ? PixelFont.height + 2 : 0))
  }

  private func pageSize(_ images: Shape, hasLabels: Bool) -> (width: Int, height: Int) {
    let cell = cellSize(images, hasLabels: hasLabels)
    let columns = max(1, min(columns, images[0]))
    return (columns * cell.width, (images[0] + columns - 1) / columns * cell.height)
  }

  /// The page, grey or in colour as the images are; values beyond 0 and 1 are drawn as black and white.
  ///
  /// - Parameters:
  ///   - images: [count, height, width, 1 or 3]. Traps when the shape is another, there are none, or the page
  ///     would have more than `mostPixels` pixels.
  ///   - labels: One for each image, drawn with `PixelFont` and cut where it is wider than the image; nil for
  ///     none.
  public func page(of images: Tensor, labels: [String]? = nil) -> Bitmap {
    precondition(
      images.rank == 4 && images.shape[0] > 0 && (images.shape[3] == 1 || images.shape[3] == 3),
      "A contact sheet shows images of shape [count, height, width, 1 or 3], and these have \(images.shape).")
    let (count, height, width, channels) = (
      images.shape[0], images.shape[1], images.shape[2], images.shape[3]
    )
    precondition(
      labels == nil || labels!.count == count,
      "\(count) images need as many labels, and \(labels!.count) were given.")
    let columns = min(columns, count)
    let cell = cellSize(images.shape, hasLabels: labels != nil)
    let page = pageSize(images.shape, hasLabels: labels != nil)
    precondition(
      page.width <= ContactSheet.mostPixels / max(1, page.height),
      "A page of \(page.width) x \(page.height) pixels is too large; show fewer images or scale them less.")
    var pixels = [UInt8](repeating: background, count: page.width * page.height * channels)
    images.withUnsafeElements { values in
      for index in 0..<count {
        let left = index % columns * cell.width + margin
        let top = index / columns * cell.height + margin
        let image = index * height * width * channels
        for y in 0..<height * scale {
          var target = ((top + y) * page.width + left) * channels
          for x in 0..<width * scale {
            let source = image + ((y / scale) * width + x / scale) * channels
            for channel in 0..<channels {
              pixels[target] = Bitmap.level(values[source + channel] * 255)
              target += 1
            }
          }
        }
        if let labels {
          let label = PixelFont.text(labels[index], fitting: width * scale)
          PixelFont.forEachDot(of: label) { x, y in
            let target = ((top + height * scale + 2 + y) * page.width + left + x) * channels
            for channel in 0..<channels { pixels[target + channel] = 255 }
          }
        }
      }
    }
    return Bitmap(width: page.width, height: page.height, channels: channels, pixels: pixels)
  }
}
