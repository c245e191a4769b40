import GenModels
import OODDatasets

/// Images under one title, as the page shows them.
struct OutlierPicture: Encodable, Sendable {
  /// Which part of the page it belongs to.
  enum Part: String, Encodable { case toys, radii, archetypes, methods }

  let part: Part
  let title: String
  let about: String
  let width, height: Int
  /// The side of an image on the page, in pixels.
  let size: Int
  let strip: ImageStrip

  init(_ part: Part, _ title: String, about: String = "", size: Int = 44, _ images: Tensor) {
    self.part = part
    self.title = title
    self.about = about
    self.size = size
    (height, width) = (images.shape[1], images.shape[2])
    strip = ImageStrip(LatentAnalysis.bounded(images))
  }
}

extension OutlierPicture {
  /// All pictures of the page.
  static func all(
    _ experiment: OutlierGenerationExperiment, flow: Flow, archetypes: ArchetypalFlow,
    byCount: ArchetypesByCount, methods: [OutlierMethod]
  ) throws -> [OutlierPicture] {
    let random = RandomGenerator(seed: experiment.settings.seed).split("pictures")
    return try OutlierToy(experiment.settings).pictures() + radii(flow, random)
      + ofArchetypes(experiment, archetypes, random) + ofCounts(byCount) + ofMethods(methods, random)
  }

  /// 1 to 10 in fifteen equal steps, as on the slides.
  static let steps = (0..<15).map { 1 + 9 * Double($0) / 14 }

  private static func radii(_ flow: Flow, _ random: RandomGenerator) -> [OutlierPicture] {
    let law = ChiDistribution(dimensions: flow.features)
    return (0..<3).flatMap { number -> [OutlierPicture] in
      var random = random.split(UInt64(number))
      let direction = random.normal([1, flow.features])
      let length = (direction.squared().sum()).scalar.squareRoot()
      func images(_ radii: [Double]) -> Tensor {
        let rows = radii.map { direction * Float($0 / Double(length)) }
        return flow.examples(from: .concatenate(rows, axis: 0))
      }
      return [
        OutlierPicture(
          .radii, "Direction \(number + 1): 1 to 10 times the usual radius",
          about:
            "Latents of one direction, \(law.mean.rounded()) to \((10 * law.mean).rounded()) from the middle.",
          images(steps.map { $0 * law.mean })),
        OutlierPicture(
          .radii, "Direction \(number + 1): 1 to 10 standard deviations beyond it",
          about: "The same direction; in many dimensions ten deviations are a small step.",
          images(steps.map { law.mean + $0 * law.standardDeviation })),
      ]
    }
  }

  private static func ofArchetypes(
    _ experiment: OutlierGenerationExperiment, _ model: ArchetypalFlow, _ random: RandomGenerator
  ) throws -> [OutlierPicture] {
    let p = experiment.settings.factor
    func drawn(_ name: String, _ law: CoefficientLaw, nullspace: Bool) throws -> Tensor {
      var random = random.split(name)
      return try model.sample(count: 20, coefficients: law, nullspace: nullspace, using: &random)
    }
    let test = experiment.testImages.sliced(axis: 0, 0..<min(20, experiment.settings.testCount))
    return [
      OutlierPicture(.archetypes, "The \(model.archetypeCount) archetypes", model.archetypes),
      OutlierPicture(
        .archetypes, "Inside: mixtures of archetypes", try drawn("inside", CoefficientLaw(), nullspace: false)
      ),
      OutlierPicture(
        .archetypes, "Inside, with what coefficients don't see drawn anew",
        try drawn("nullspace", CoefficientLaw(), nullspace: true)),
      OutlierPicture(
        .archetypes, "Outside: \(p) times as far from the middle",
        try drawn("outside", CoefficientLaw(extrapolation: p), nullspace: false)),
      OutlierPicture(.archetypes, "Test images", test),
      OutlierPicture(.archetypes, "By way of their coefficients", try model.reconstruct(test)),
      OutlierPicture(
        .archetypes, "By way of their coefficients and what these don't see",
        try model.reconstructWithNullspace(test)),
    ]
  }

  private static func ofCounts(_ byCount: ArchetypesByCount) -> [OutlierPicture] {
    zip(byCount.counts, byCount.images).map { count, images in
      OutlierPicture(
        .archetypes, "\(count) archetypes of the flow’s latents, by classical analysis",
        about: count == byCount.elbow ? "More of them help little." : "", images)
    }
  }

  private static func ofMethods(_ methods: [OutlierMethod], _ random: RandomGenerator) throws
    -> [OutlierPicture]
  {
    try methods.compactMap { method in
      guard let generator = method.generator else { return nil }
      var random = random.split(method.name)
      return OutlierPicture(
        .methods, method.name, about: method.about, try generator.outliers(count: 20, using: &random))
    }
  }
}
