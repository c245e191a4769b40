import GenModels
import OODDatasets
import OODMetrics

extension ComplexityEstimate<Tensor> {
  /// The length of images under a compressor, in bits.
  public static func images(_ compressor: ImageCompressor) -> ComplexityEstimate {
    ComplexityEstimate(compressor.rawValue) { try compressor.bits(of: $0) }
  }

  /// The smallest length under all compressors, in bits.
  public static var smallestOfImages: ComplexityEstimate {
    .smallest(of: ImageCompressor.allCases.map { .images($0) })
  }
}
