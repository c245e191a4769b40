import GenModels

/// A lossless compressor of images, as a measure of how complex an image is: the length of its shortest description that the
/// compressor finds, an upper bound on the Kolmogorov complexity up to a constant (J. Serrà and others, Input complexity and
/// out-of-distribution detection with likelihood-based generative models, 2020, section 2).
///
/// ```swift
/// let bits = try ImageCompressor.lzma.bits(of: images)
/// ```
///
/// Only what describes the pixels is counted: no signatures, headers and checksums of file formats, which are the same for all images.
public enum ImageCompressor: String, Sendable, Hashable, Codable, CaseIterable {
  /// Deflate (zlib, level 9) on the bytes row by row: repetitions and frequencies of bytes.
  case deflate
  /// PNG (libpng): deflate after each row was predicted from its neighbours by the filter that suits it best.
  case png
  /// LZMA (liblzma, preset 9 extreme without literal or position contexts) on the bytes row by row: repetitions, and
  /// arithmetic coding with adaptive contexts. The strongest of the three on small grey images.
  case lzma

  /// The compressed length of each image, in bits.
  ///
  /// Each depends on that image only, and is the same for any number of threads. Cost: some 20 to 200 µs for a 28 × 28 image.
  ///
  /// - Parameter images: `[count, height, width, 1 or 3]` with values from 0 to 1, which are taken for the nearest of 256 levels.
  ///   Traps for another shape.
  /// - Throws: `TransformError` for a value that is not between 0 and 1.
  public func bits(of images: Tensor) throws(TransformError) -> [Double] {
    let (count, height, width, channels) = imageExtents(images)
    precondition(
      height > 0 && width > 0 && (channels == 1 || channels == 3),
      "Compressors take images [count, height, width, 1 or 3] with at least one pixel, and these have the shape "
        + "\(images.shape).")
    let levels = try mapFeatures(images, expecting: "values from 0 to 1", accepting: { $0 >= 0 && $0 <= 1 }) {
      value, _ in (value * 255).rounded()
    }
    let size = height * width * channels
    return levels.withUnsafeElements { levels in
      nonisolated(unsafe) let levels = levels
      return [Double](unsafeUninitializedCapacity: count) { bits, initialized in
        nonisolated(unsafe) let bits = bits
        parallelFor(count, grain: 16) { range in
          for image in range {
            let pixels = levels[image * size..<(image + 1) * size].map { UInt8($0) }
            bits[image] = 8 * Double(byteCount(pixels, width: width, height: height, channels: channels))
          }
        }
        initialized = count
      }
    }
  }

  private func byteCount(_ pixels: [UInt8], width: Int, height: Int, channels: Int) -> Int {
    switch self {
    case .deflate: Deflate.compress(pixels, wrapping: .none, level: 9).count
    case .png: PNG.dataByteCount(of: Bitmap(width: width, height: height, channels: channels, pixels: pixels))
    case .lzma: LZMA.compressedByteCount(pixels)
    }
  }
}
