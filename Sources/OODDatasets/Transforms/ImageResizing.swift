import GenModels

/// Images in another size, by a separable triangle filter as wide as a new pixel or an old one, whichever is wider: bilinear
/// interpolation where they grow, and no aliasing where they shrink (Pillow's `BILINEAR`). Height and width are scaled each by itself.
public struct ImageResizing: ImageTransform, Hashable {
  public let height, width: Int

  /// Traps unless both are 1 or more.
  public init(height: Int, width: Int) {
    precondition(
      height >= 1 && width >= 1,
      "Images have at least one row and column, and \(height) x \(width) were asked for.")
    (self.height, self.width) = (height, width)
  }

  public func apply(to images: Tensor) -> Tensor {
    let (count, oldHeight, oldWidth, channels) = imageExtents(images)
    guard oldHeight != height || oldWidth != width else { return images }
    let columns = Filter(from: oldWidth, to: width)
    let rows = Filter(from: oldHeight, to: height)
    return images.withUnsafeElements { source in
      nonisolated(unsafe) let source = source
      return Tensor(shape: [count, height, width, channels]) { destination in
        nonisolated(unsafe) let destination = destination
        destination.initialize(repeating: 0)
        parallelFor(count, grain: 1) { range in
          var line = [Float](repeating: 0, count: width * channels)
          for image in range {
            for oldRow in 0..<oldHeight {
              let from = (image * oldHeight + oldRow) * oldWidth * channels
              line.withUnsafeMutableBufferPointer { line in
                columns.resample(
                  UnsafeBufferPointer(rebasing: source[from..<from + oldWidth * channels]), into: line,
                  channels: channels)
                // Each old row is a part of a few new ones.
                for (row, weight) in rows.targets[oldRow] {
                  let to = (image * height + row) * width * channels
                  for i in 0..<width * channels { destination[to + i] += weight * line[i] }
                }
              }
            }
            // A mean lies among what it is of, also where the weights' rounding would have it outside: white stays 1.
            let (oldSize, size) = (oldHeight * oldWidth * channels, height * width * channels)
            let old = source[image * oldSize..<(image + 1) * oldSize]
            guard let low = old.min(), let high = old.max() else { continue }
            for place in image * size..<(image + 1) * size {
              destination[place] = max(low, min(high, destination[place]))
            }
          }
        }
      }
    }
  }

  /// The weights of old pixels in new ones along one axis.
  private struct Filter: Sendable {
    /// For each new pixel the first old one with a weight, and the weights from there on.
    let sources: [(first: Int, weights: [Float])]
    /// For each old pixel the new ones that it is a part of.
    let targets: [[(pixel: Int, weight: Float)]]

    init(from old: Int, to new: Int) {
      let scale = Double(old) / Double(new)
      let support = max(1, scale)
      sources = (0..<new).map { pixel in
        let center = (Double(pixel) + 0.5) * scale
        let first = max(0, Int(center - support + 0.5))
        let end = max(first + 1, min(old, Int(center + support + 0.5)))
        let weights = (first..<end).map { max(0, 1 - abs(Double($0) + 0.5 - center) / support) }
        let sum = weights.reduce(0, +)
        return (first, weights.map { Float($0 / sum) })
      }
      var targets = [[(pixel: Int, weight: Float)]](repeating: [], count: old)
      for (pixel, source) in sources.enumerated() {
        for (offset, weight) in source.weights.enumerated() {
          targets[source.first + offset].append((pixel, weight))
        }
      }
      self.targets = targets
    }

    func resample(
      _ old: UnsafeBufferPointer<Float>, into new: UnsafeMutableBufferPointer<Float>, channels: Int
    ) {
      for (pixel, source) in sources.enumerated() {
        for channel in 0..<channels {
          var sum: Float = 0
          for (offset, weight) in source.weights.enumerated() {
            sum += weight * old[(source.first + offset) * channels + channel]
          }
          new[pixel * channels + channel] = sum
        }
      }
    }
  }
}
