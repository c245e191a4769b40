import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Activation shaping (A. Djurisic, N. Bozanic, A. Ashok and R. Liu, 2023): the energy of the logits after most features of an
/// example were removed and the others simplified. Of d features the k = d − round(d · percentile) largest stay; with s₁ the sum of
/// all before and s₂ that of those that stay,
///
/// - `prune` (ASH-P): they stay as they are;
/// - `binarize` (ASH-B): each becomes s₁ / k;
/// - `scale` (ASH-S): each is multiplied by exp(s₁ / s₂).
///
/// The paper's percentiles for ImageNet are .6 (P), .65 (B) and .9 (S). It shapes a convolution's output where there is one before
/// the features; this shapes the features that the last layer reads. They should not be negative. Cost: one pass through the
/// classifier.
public struct ASH: FeatureScorer, UnfittedPostHocScorer {
  public static let kind = "ash"
  public static let summary = "energy after shaping the features (Djurisic et al. 2023)"
  public static let defaultSettings = Settings()

  /// What becomes of features that stay.
  public enum Variant: String, Codable, Sendable, CaseIterable {
    case prune, binarize, scale
  }

  public struct Settings: Codable, Hashable, Sendable {
    public var variant: Variant
    /// The share of features that are removed, at least 0 and below 1.
    public var percentile: Double

    public init(variant: Variant = .scale, percentile: Double = 0.9) {
      self.variant = variant
      self.percentile = percentile
    }
  }

  public let classifier: AnyClassifier
  public let configuration: Settings
  private let head: LinearHead

  /// - Throws: `ClassifierScoreError` for a classifier without a linear last layer and a percentile out of range.
  public init(_ classifier: some Classifier, variant: Variant = .scale, percentile: Double = 0.9) throws {
    try self.init(AnyClassifier(classifier), settings: Settings(variant: variant, percentile: percentile))
  }

  public init(_ classifier: AnyClassifier, settings: Settings) throws {
    try requireShare(settings.percentile, "percentile")
    self.classifier = classifier
    configuration = settings
    head = try classifier.requiredHead(for: Self.kind)
  }

  public var featureCount: Int { head.featureCount }

  public func score(checkedFeatures features: Tensor) throws -> [Double] {
    EnergyScore.energies(of: try head.logits(shaped(features)).withoutOverflow())
  }

  /// The features after shaping.
  func shaped(_ features: Tensor) -> Tensor {
    let d = featureCount
    let kept = max(1, d - Int((Double(d) * configuration.percentile).rounded(.toNearestOrEven)))
    let variant = configuration.variant
    return Tensor(shape: features.shape) { destination in
      features.withUnsafeElements { elements in
        nonisolated(unsafe) let (x, y) = (elements.baseAddress, destination.baseAddress)
        parallelFor(features.shape[0], grain: 64) { range in
          for i in range { Self.shape(x! + i * d, y! + i * d, d, kept, variant) }
        }
      }
    }
  }

  private static func shape(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ d: Int, _ kept: Int, _ variant: Variant
  ) {
    // Of equal ones the first.
    let largest = (0..<d).sorted { x[$0] != x[$1] ? x[$0] > x[$1] : $0 < $1 }.prefix(kept)
    let before = (0..<d).reduce(0.0) { $0 + Double(x[$1]) }
    let after = largest.reduce(0.0) { $0 + Double(x[$1]) }
    y.initialize(repeating: 0, count: d)
    for j in largest {
      switch variant {
      case .prune: y[j] = x[j]
      case .binarize: y[j] = Float(before / Double(kept))
      case .scale: y[j] = after == 0 ? x[j] : Float(Double(x[j]) * exp(before / after))
      }
    }
  }
}
