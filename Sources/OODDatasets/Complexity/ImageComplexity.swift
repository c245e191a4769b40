import GenModels

/// The complexity of images: the smallest of their lengths under some compressors. No compressor suits all images, and a bound that
/// several give is at least as near to the true complexity as each of them (J. Serrà and others, 2020, section 3).
public struct ImageComplexity: ComplexityMeasure {
  public static let name = "imageCompressors"

  public var compressors: [ImageCompressor]

  /// Traps when there is no compressor.
  public init(_ compressors: [ImageCompressor] = ImageCompressor.allCases) {
    precondition(!compressors.isEmpty, "The smallest of no lengths was asked for; give a compressor.")
    self.compressors = compressors
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    compressors = try container.decode([ImageCompressor].self, forKey: .compressors)
    guard !compressors.isEmpty else {
      throw DecodingError.dataCorruptedError(
        forKey: .compressors, in: container, debugDescription: "there is no compressor")
    }
  }

  /// The compressor's name, or "smallest".
  public var label: String { compressors.count == 1 ? compressors[0].rawValue : "smallest" }

  public func bits(_ x: Tensor) throws -> [Double] {
    let first = try compressors[0].bits(of: x)
    return try compressors.dropFirst().reduce(first) { smallest, compressor in
      zip(smallest, try compressor.bits(of: x)).map { min($0, $1) }
    }
  }
}
