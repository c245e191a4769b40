import GenModels

/// Where the outliers that a classifier is trained against come from.
public struct OutlierMethod: Sendable {
  /// As in tables: "INN Gumbel 2.5".
  public let name: String
  /// A sentence for the page.
  public let about: String
  public let source: Source

  /// Who makes the outliers.
  public enum Source: Sendable {
    /// Nobody: the classifier is trained on its classes alone.
    case none
    /// A generator, before the training.
    case generator(any OutlierGenerator)
    /// The classifier itself, in its feature space (`VirtualOutlierClassifier`).
    case features(VirtualOutlierSynthesis)
  }

  public init(_ name: String, about: String, source: Source) {
    self.name = name
    self.about = about
    self.source = source
  }

  /// What makes the outliers as images; nil where nothing does.
  public var generator: (any OutlierGenerator)? {
    guard case .generator(let generator) = source else { return nil }
    return generator
  }

  private init(_ name: String, about: String, generator: any OutlierGenerator) {
    self.init(name, about: about, source: .generator(generator))
  }
}

extension OutlierMethod {
  /// Every method of the library: none, radii of the flow, coefficients in archetypes, nullspace, mixtures, noise, virtual outliers in
  /// the feature space, and real outliers where there are some.
  static func all(
    flow: Flow, archetypes: ArchetypalFlow, images: Tensor, labels: Indexes, real: Tensor?,
    settings: OutlierGenerationSettings
  ) throws -> [OutlierMethod] {
    let p = settings.factor
    let unit: ClosedRange<Float> = 0...1
    var methods = [
      OutlierMethod("none", about: "Trained on its classes alone.", source: .none),
      OutlierMethod(
        "INN Gumbel \(p)", about: "Radii \(p) times the largest of as many draws as there are images.",
        generator: FlowOutliers(flow, radius: .gumbel(p, count: max(2, images.exampleCount))).clamped(
          to: unit)),
      OutlierMethod(
        "INN temperature \(p)", about: "Latents \(p) times as far out as usual draws.",
        generator: FlowOutliers(flow, radius: .temperature(p)).clamped(to: unit)),
      OutlierMethod(
        "INN shell", about: "Radii between \(p) and \(4 * p) standard deviations beyond the mean.",
        generator: FlowOutliers(flow, radius: .shell(from: p, to: 4 * p)).clamped(to: unit)),
      OutlierMethod(
        "DeepAA \(p)", about: "Coefficients in archetypes at \(p) times their distance from the middle.",
        generator: ArchetypalOutliers(archetypes, law: CoefficientLaw(extrapolation: p)).clamped(to: unit)),
      OutlierMethod(
        "DeepAA nullspace", about: "The same, with what coefficients don't see drawn anew.",
        generator: ArchetypalOutliers(archetypes, law: CoefficientLaw(extrapolation: p), nullspace: true)
          .clamped(to: unit)),
      OutlierMethod(
        "mixup", about: "Mixtures of two images of different classes.",
        generator: try MixedOutliers(images, labels: labels)),
      OutlierMethod(
        "salt and pepper", about: "Half of the pixels replaced by 0 or 1.",
        generator: try SaltAndPepperOutliers(images)),
      OutlierMethod(
        "noise", about: "Independent uniform pixels.",
        generator: NoiseOutliers(exampleShape: Shape(images.shape.dropFirst()))),
      OutlierMethod(
        "virtual outliers",
        about:
          "Rare draws of the classes' Gaussians in the feature space, asked for the energy's line (VOS).",
        source: .features(VirtualOutlierSynthesis())),
    ]
    if let real {
      methods.append(
        OutlierMethod(
          "real outliers", about: "Outlier exposure: images that belong to no class.",
          generator: try ExampleOutliers(real)))
    }
    return methods
  }
}
