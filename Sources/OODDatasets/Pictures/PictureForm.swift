import GenModels

/// What pictures of any size and colour are made into, so that they are examples of one shape.
///
/// ```swift
/// let form = PictureForm(size: [28, 28], isGrey: true)
/// let photographs = try Dataset(folder: "photographs", form: form)      // [count, 28, 28, 1]
/// ```
public struct PictureForm: Sendable, Equatable {
  /// Height and width; nil for pictures that have one size already.
  public var size: [Int]?
  /// Whether they become grey, 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601), or red-green-blue; nil for pictures that are all
  /// one or the other.
  public var isGrey: Bool?

  /// Traps unless a size is two numbers above 0.
  public init(size: [Int]? = nil, isGrey: Bool? = nil) {
    precondition(
      size.map { $0.count == 2 && $0.allSatisfy { $0 >= 1 } } ?? true,
      "A size of pictures is a height and a width of 1 or more, and it is \(size ?? []).")
    self.size = size
    self.isGrey = isGrey
  }

  /// A picture in this form, `[height, width, 1 or 3]`, pixels from 0 to 1.
  func image(_ bitmap: Bitmap) -> Tensor {
    let channels = isGrey.map { $0 ? 1 : 3 } ?? bitmap.channels
    let coloured = bitmap.pixels.withUnsafeBufferPointer { pixels in
      Tensor(shape: [1, bitmap.height, bitmap.width, channels]) { destination in
        for pixel in 0..<bitmap.height * bitmap.width {
          switch (bitmap.channels, channels) {
          case (3, 1):
            let (red, green, blue) = (pixels[3 * pixel], pixels[3 * pixel + 1], pixels[3 * pixel + 2])
            // In whole numbers, so that white is 1.
            destination[pixel] = Float(299 * Int(red) + 587 * Int(green) + 114 * Int(blue)) / 255_000
          case (1, 3):
            for channel in 0..<3 { destination[3 * pixel + channel] = Float(pixels[pixel]) / 255 }
          default:
            for channel in 0..<channels {
              destination[channels * pixel + channel] = Float(pixels[channels * pixel + channel]) / 255
            }
          }
        }
      }
    }
    let sized = size.map { ImageResizing(height: $0[0], width: $0[1]).apply(to: coloured) } ?? coloured
    return sized.reshaped(Shape(Array(sized.shape.dropFirst())))
  }
}
