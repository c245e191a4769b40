import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension ReconstructionConfidence {
  /// The confidence that keeps c̃ ≥ τ for the given share of held-out inliers.
  ///
  /// With q the quantile of the held-out residuals' norms at that share, α = −ln τ · D / q: the share keeps its confidence, and
  /// whatever is further away loses it. With `usingCurvature`, β is set in the same way from the quantile p of γ⁺ = max(γ, 0): where p >
  /// 0, each of α and β gets half of −ln τ (and twice the share may be lost); where p = 0, as on images, α is as before and β = −ln τ
  /// / γ of the largest γ⁺ among the inliers, or −ln τ · D, a single direction, where none is above 0.
  ///
  /// - Parameters:
  ///   - oracle: The autoencoder.
  ///   - heldOut: Inliers that it was not trained on.
  ///   - share: The share of inliers that keep their confidence, in (0, 1).
  ///   - threshold: τ, in (0, 1).
  ///   - norm: Of the residual.
  ///   - usingCurvature: Whether β is set too; else it is 0.
  ///   - curvature: How γ is found.
  /// - Throws: `MeasureError` for a share or τ out of range, no inliers, and inliers that are all reconstructed without any residual;
  ///   `ExampleError`.
  public static func calibrated(
    _ oracle: Oracle, heldOut: Tensor, keeping share: Double = 0.99, above threshold: Double = 0.9,
    norm: ConfidenceSettings.Norm = .squaredL2, usingCurvature: Bool = false,
    curvature: ConfidenceSettings.Curvature = .bottleneck
  ) throws -> ReconstructionConfidence {
    for (name, value) in [("share of inliers", share), ("threshold τ", threshold)]
    where !(value > 0 && value < 1) {
      throw MeasureError.outOfRange(name: name, value: "\(value)", expected: "between 0 and 1")
    }
    guard heldOut.exampleCount > 0 else {
      throw MeasureError.tooFewExamples(
        set: "held-out inliers", found: 0, needed: 1, reason: "to calibrate a confidence")
    }
    let probe = try ReconstructionConfidence(
      oracle, settings: ConfidenceSettings(alpha: 1, norm: norm, curvature: curvature))
    let budget = -log(threshold)
    let reach = Quantiles.interpolated(sorted: try probe.distances(heldOut).sorted(), level: share)
    guard reach > 0 else {
      throw MeasureError.outOfRange(
        name: "quantile of the held-out residuals", value: "\(reach)", expected: "above 0")
    }
    let features = probe.features
    guard usingCurvature else {
      return try ReconstructionConfidence(
        oracle,
        settings: ConfidenceSettings(alpha: budget * features / reach, norm: norm, curvature: curvature))
    }
    let bends = try probe.curvature(heldOut).map { max(0, $0) }.sorted()
    let bend = Quantiles.interpolated(sorted: bends, level: share)
    let largest = bends.last ?? 0
    let settings = ConfidenceSettings(
      alpha: (bend > 0 ? budget / 2 : budget) * features / reach,
      beta: bend > 0 ? budget / 2 / bend : largest > 0 ? budget / largest : budget * features, norm: norm,
      curvature: curvature)
    return try ReconstructionConfidence(oracle, settings: settings)
  }
}

extension ScaledClassifier {
  /// The classifier with the largest α, and β = 0, that still gives the right label with ỹ ≥ τ to the given share of held-out examples:
  /// as suspicious as that accuracy allows.
  ///
  /// An example counts for every α up to (ln y − ln τ) · D / ‖r(x) − x‖, y the probability of its class where that is the largest.
  ///
  /// - Throws: `MeasureError` for a share or τ out of range, and where even α = 0 misses the share, with the share that is reached;
  ///   `ExampleError`.
  public static func calibrated(
    _ base: Base, heldOut: Tensor, labels: Indexes, accuracy share: Double, at threshold: Double,
    norm: ConfidenceSettings.Norm = .squaredL2
  ) throws -> ScaledClassifier {
    for (name, value) in [("accuracy", share), ("threshold τ", threshold)] where !(value > 0 && value < 1) {
      throw MeasureError.outOfRange(name: name, value: "\(value)", expected: "between 0 and 1")
    }
    try labels.requireLabels(classes: base.classCount, examples: heldOut.exampleCount)
    guard heldOut.exampleCount > 0 else {
      throw MeasureError.tooFewExamples(
        set: "held-out inliers", found: 0, needed: 1, reason: "to calibrate a confidence")
    }
    let probe = try ReconstructionConfidence(base, settings: ConfidenceSettings(alpha: 1, norm: norm))
    let distances = try probe.distances(heldOut)
    let claims = try base.logClaims(checking: heldOut)
    let best = claims.positionOfMaximum(axis: 1).elements
    let limits = labels.elements.indices.map { example -> Double in
      let label = labels.elements[example]
      guard best[example] == label else { return -1 }
      let slack = Double(claims[example, label]) - log(threshold)
      return slack < 0 ? -1 : slack * probe.features / max(distances[example], .leastNormalMagnitude)
    }.sorted(by: >)
    let needed = min(limits.count, max(1, Int((share * Double(limits.count)).rounded(.up))))
    guard limits[needed - 1] >= 0 else {
      throw MeasureError.outOfRange(
        name: "accuracy at τ = \(threshold)", value: "\(share)",
        expected:
          "at most \(Double(limits.count { $0 >= 0 }) / Double(limits.count)), which the classifier has without any scaling"
      )
    }
    // Scores are computed in single precision; a millionth keeps the last example on the right side.
    let alpha = min(limits[needed - 1] * (1 - 1e-6), 1e30)
    return ScaledClassifier(
      try ReconstructionConfidence(base, settings: ConfidenceSettings(alpha: alpha, norm: norm)))
  }
}
