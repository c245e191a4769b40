import GenModels

/// Images, what became of them, and where: blocks of three rows, the examples, their reconstructions, and the error of each pixel from
/// black over red and yellow to white.
///
/// ```swift
/// try PNG.write(HeatMapSheet(columns: 10).page(of: images, reconstructions, errors), to: "where.png")
/// ```
public struct HeatMapSheet: Sendable {
  /// Images in a row.
  public var columns: Int
  /// Each pixel is drawn as a square of this side.
  public var scale: Int

  public init(columns: Int = 10, scale: Int = 3) {
    (self.columns, self.scale) = (columns, scale)
  }

  private var sheet: ContactSheet { ContactSheet(columns: columns, scale: scale) }

  /// Whether a page of images of shape `[count, height, width, 1 or 3]` has at most `ContactSheet.mostPixels` pixels.
  public func fits(_ images: Shape) -> Bool { sheet.fits(sheet.comparisonShape(coloured(images), sets: 3)) }

  /// The page, in colour. White is the largest error of all pixels shown, so that maps can be compared with one another; of images in
  /// colour the errors of a pixel's three channels are added.
  ///
  /// - Parameters:
  ///   - images: `[count, height, width, 1 or 3]`, pixels from 0 to 1.
  ///   - reconstructions: Of the same shape.
  ///   - errors: Of the same shape.
  ///   - labels: One for each image, drawn below it in every row; nil for none.
  public func page(
    of images: Tensor, _ reconstructions: Tensor, _ errors: Tensor, labels: [String]? = nil
  ) -> Bitmap {
    precondition(
      reconstructions.shape == images.shape && errors.shape == images.shape,
      "Images, reconstructions and errors have one shape, and these have \(images.shape), \(reconstructions.shape) and \(errors.shape)."
    )
    let heat = heat(errors)
    return sheet.page(
      comparing: [coloured(images), coloured(reconstructions), heat],
      labels: labels.map { [$0, $0, $0] })
  }

  private func coloured(_ images: Shape) -> Shape { [images[0], images[1], images[2], 3] }

  private func coloured(_ images: Tensor) -> Tensor {
    guard images.shape[3] == 1 else { return images }
    return Tensor(shape: coloured(images.shape)) { destination in
      images.withUnsafeElements { grey in
        for (pixel, value) in grey.enumerated() {
          for channel in 0..<3 { destination[3 * pixel + channel] = value }
        }
      }
    }
  }

  private func heat(_ errors: Tensor) -> Tensor {
    let channels = errors.shape[3]
    let sums = errors.withUnsafeElements { errors in
      (0..<errors.count / channels).map { pixel in
        (0..<channels).reduce(Float(0)) { $0 + max(0, errors[pixel * channels + $1]) }
      }
    }
    let most = sums.max() ?? 0
    return Tensor(shape: coloured(errors.shape)) { destination in
      for (pixel, sum) in sums.enumerated() {
        // Red comes first, then green, then blue.
        let heat = most > 0 ? 3 * sum / most : 0
        for channel in 0..<3 { destination[3 * pixel + channel] = min(1, max(0, heat - Float(channel))) }
      }
    }
  }
}
