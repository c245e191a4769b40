import GenModels
import OODDatasets
import OODMetrics

extension ComplexityEstimate<Tensor> {
  /// The length of images under a compressor, in bits.
  public static func images(_ compressor: ImageCompressor) -> ComplexityEstimate {
    ComplexityEstimate(ImageComplexity([compressor]))
  }

  /// The smallest length under all compressors, in bits.
  public static var smallestOfImages: ComplexityEstimate { ComplexityEstimate(ImageComplexity()) }
}

extension ModelCatalogue {
  /// The kinds of all libraries of this package, and the compressors that complexity is measured with.
  public static let complete = standard.adding(block: ImageComplexity.self)
}
