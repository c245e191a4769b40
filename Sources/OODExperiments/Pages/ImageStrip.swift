import GenModels
import OODDatasets

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Images in one row, left to right, as pages show them.
public struct ImageStrip: Codable, Sendable, Hashable {
  public let count: Int
  /// One PNG, `count` widths wide and one height high, as base 64.
  public let png: String

  /// Images [count, height, width, 1 or 3], at least one.
  public init(_ images: Tensor) {
    precondition(
      images.rank == 4 && images.shape[0] > 0,
      "A strip has images [count, height, width, channels], not \(images.shape).")
    let (height, width) = (images.shape[1], images.shape[2])
    count = images.shape[0]
    let row = images.transposed([1, 0, 2, 3]).reshaped([height, count * width, images.shape[3]])
    png = Data(PNG.bytes(of: Bitmap(row))).base64EncodedString()
  }
}
