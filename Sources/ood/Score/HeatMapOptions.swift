import ArgumentParser
import GenModels
import OODDatasets
import OODMetrics

/// Where in examples a model that reconstructs them fails.
struct HeatMapOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "For what reconstructs images: draw those with the highest scores, their reconstructions, and the error of each pixel.",
      valueName: "file.png"))
  var heatMap: String?
  @Option(help: "Images in that picture [20].") var heatMapCount: Int?
  @Option(
    help: ArgumentHelp(
      "For what reconstructs: write each feature's part in the error of every example to a .npy file.",
      valueName: "file"))
  var errorMaps: String?

  func validate() throws {
    guard heatMapCount == nil || heatMap != nil else {
      throw ValidationError("--heat-map-count is for the picture: give --heat-map too.")
    }
    if let heatMapCount { try requireOption("--heat-map-count", heatMapCount, in: 1...10_000) }
  }

  var isAsked: Bool { heatMap != nil || errorMaps != nil }

  /// Draws and writes what was asked for.
  /// - Parameters:
  ///   - scored: The examples and their scores.
  ///   - scorer: What scored it.
  ///   - outputs: Where all goes.
  /// - Throws: `Failure` for a scorer that reconstructs nothing, and for a picture of what is no image.
  func write(
    _ scored: ScoredExamples, by scorer: any OODScorer & Model, to outputs: Outputs
  ) throws {
    guard isAsked else { return }
    guard let scorer = scorer as? any ErrorMapScorer, let examples = scored.examples else {
      throw Failure("A score by \(type(of: scorer).kind) reconstructs nothing, so it has no map of errors.")
    }
    if let place = outputs["--heat-map"] {
      let shape = examples.shape
      let sheet = HeatMapSheet()
      let order = scored.scores.indices.sorted { (scored.scores[$0], $1) > (scored.scores[$1], $0) }
      let shown = Array(order.prefix(heatMapCount ?? 20))
      guard shape.rank == 4, shape[3] == 1 || shape[3] == 3 else {
        throw Failure(
          "--heat-map draws images, and these examples have the shape \(Shape(shape.dropFirst())); --error-maps writes numbers."
        )
      }
      guard sheet.fits([shown.count, shape[1], shape[2], 3]) else {
        throw Failure("The picture would be too large; lower --heat-map-count.")
      }
      let images = examples.rows(Indexes(shown))
      let maps = try scorer.errorMaps(images)
      let page = sheet.page(
        of: images, maps.reconstructions, maps.errors,
        labels: shown.map { scored.ids?[$0] ?? "\(scored.row($0))" })
      try place.write(PNG.bytes(of: page))
    }
    if let place = outputs["--error-maps"] {
      let errors = try scorer.errorMaps(examples).errors
      try place.write(NumPy.bytes(of: NumericArray(errors.elements, shape: Array(errors.shape))))
    }
  }
}
