import GenModels

/// A density over a square of the plane, as the page shows it.
struct DensityPicture: Codable, Sendable {
  let toy: String
  /// The family; nil for the truth.
  let family: String?
  let width, height: Int
  let strip: ImageStrip

  /// - Parameters:
  ///   - densities: p at the pixels, row by row from above.
  ///   - brightest: The density that is drawn brightest.
  init(toy: String, family: String?, _ densities: [Double], side: Int, brightest: Double) {
    self.toy = toy
    self.family = family
    (width, height) = (side, side)
    let pixels = densities.flatMap { density -> [Float] in
      Self.colour(min(1, max(0, density / brightest)).squareRoot())
    }
    strip = ImageStrip(Tensor(pixels, shape: [1, side, side, 3]))
  }

  /// From dark blue over red to light yellow, growing brighter all the way, so that it reads in grey too.
  private static let colours: [[Double]] = [
    [0.06, 0.07, 0.2], [0.3, 0.2, 0.5], [0.7, 0.28, 0.42], [0.96, 0.62, 0.28], [1, 0.98, 0.78],
  ]

  private static func colour(_ share: Double) -> [Float] {
    let place = (share.isFinite ? share : 0) * Double(colours.count - 1)
    let low = min(colours.count - 2, Int(place))
    return (0..<3).map {
      Float(colours[low][$0] + (place - Double(low)) * (colours[low + 1][$0] - colours[low][$0]))
    }
  }

  /// The middles of a picture's pixels, `[side², 2]`, row by row from above.
  static func grid(side: Int, reach: Double) -> Tensor {
    Tensor(shape: [side * side, 2]) { points in
      for pixel in 0..<side * side {
        points[2 * pixel] = Float(reach * (2 * (Double(pixel % side) + 0.5) / Double(side) - 1))
        points[2 * pixel + 1] = Float(reach * (1 - 2 * (Double(pixel / side) + 0.5) / Double(side)))
      }
    }
  }
}
