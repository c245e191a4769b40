#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import GenModels

/// Images turned counter-clockwise around their centre, with bilinear interpolation; the size stays, corners are cut off, and
/// what comes in from outside is `fill`. Quarter turns of square images move pixels without changing them.
public struct ImageRotation: ImageTransform, Hashable {
  public let degrees: Double
  public let fill: Float

  /// Traps when the angle is not finite.
  public init(degrees: Double, fill: Float = 0) {
    precondition(degrees.isFinite, "Images are turned by a finite angle, and \(degrees) degrees were given.")
    self.degrees = degrees
    self.fill = fill
  }

  public func apply(to images: Tensor) -> Tensor {
    let (count, height, width, channels) = imageExtents(images)
    let (cosine, sine) = direction
    let (middleX, middleY) = (0.5 * Double(width - 1), 0.5 * Double(height - 1))
    return images.withUnsafeElements { source in
      nonisolated(unsafe) let source = source
      return Tensor(shape: images.shape) { destination in
        nonisolated(unsafe) let destination = destination
        parallelFor(count, grain: 16) { range in
          for image in range {
            let base = image * height * width * channels
            func value(_ row: Int, _ column: Int, _ channel: Int) -> Float {
              row >= 0 && row < height && column >= 0 && column < width
                ? source[base + (row * width + column) * channels + channel] : fill
            }
            for row in 0..<height {
              for column in 0..<width {
                // Where the pixel comes from. Rows run downwards, so that a counter-clockwise turn has this sign.
                let (x, y) = (Double(column) - middleX, Double(row) - middleY)
                let fromX = cosine * x - sine * y + middleX
                let fromY = sine * x + cosine * y + middleY
                let (left, top) = (fromX.rounded(.down), fromY.rounded(.down))
                let (across, down) = (Float(fromX - left), Float(fromY - top))
                let (c, r) = (Int(left), Int(top))
                for channel in 0..<channels {
                  let upper = (1 - across) * value(r, c, channel) + across * value(r, c + 1, channel)
                  let lower = (1 - across) * value(r + 1, c, channel) + across * value(r + 1, c + 1, channel)
                  destination[base + (row * width + column) * channels + channel] =
                    (1 - down) * upper + down * lower
                }
              }
            }
          }
        }
      }
    }
  }

  /// Cosine and sine, exact for quarter turns.
  private var direction: (Double, Double) {
    let turn = degrees.truncatingRemainder(dividingBy: 360)
    switch turn < 0 ? turn + 360 : turn {
    case 0, 360: return (1, 0)
    case 90: return (0, 1)
    case 180: return (-1, 0)
    case 270: return (0, -1)
    case let angle: return (cos(angle * .pi / 180), sin(angle * .pi / 180))
    }
  }
}
