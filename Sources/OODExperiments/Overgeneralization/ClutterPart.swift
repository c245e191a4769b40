import GenModels
import OODDatasets
import OODMetrics

/// The part of an overgeneralization experiment on images with clutter: a reconstruction error over the whole image counts what lies around the
/// object; one within an attention mask does not.
///
/// The attention network is trained on scenes that are drawn here: whole training images among fragments of others, masks known. The autoencoders
/// learn from the same scenes, or from recorded ones with the masks that attention finds in them. Asked are scenes of test images against
/// scenes of control images, with fragments of training images in both.
struct ClutterPart {
  let data: OvergeneralizationData
  let settings: OvergeneralizationSettings
  /// Recorded cluttered images to train the autoencoders and to test on; nil to draw these too.
  let recorded: (training: Tensor, test: Tensor)?

  func run(
    progress: (OvergeneralizationExperiment.Progress) throws -> Void
  ) throws -> [OvergeneralizationReport.Score] {
    let seed = settings.training.seed
    let count = settings.clutterCount
    guard count > 0, data.images.shape[3] == 1 else { return [] }
    let side = recorded?.training.shape[1] ?? settings.clutterSize
    let maker = ClutteredScenes(size: side, objects: 1...settings.clutterObjects)
    func scenes(_ count: Int, of objects: Tensor, _ name: String) throws -> ClutteredScenes.Scenes {
      var random = RandomGenerator(seed: seed).split(name)
      return try maker.compose(count, objects: objects, fragments: data.images, seed: random.next())
    }
    let drawn = try scenes(count, of: data.images, "training scenes")
    func trainer(_ name: String, _ epochs: Int) -> Trainer {
      settings.training.trainer(role: name, epochs: epochs)
    }
    let attention = try AttentionNetwork.train(
      on: drawn.images, masks: drawn.masks, maps: max(8, settings.training.maps / 2),
      trainer: trainer("attention", settings.clutterEpochs)
    ) { try progress(.init(part: "clutter: training attention", done: $0.step, of: $0.steps)) }.model
    let steps = settings.clutterObjects
    let images = recorded?.training ?? drawn.images
    let masks = try recorded == nil ? drawn.masks : attention.masks(images, steps: steps)
    let union = masks.sum(axes: [1]).minimum(with: Tensor(1)).reshaped(images.shape)
    func autoencoder(_ name: String, within masks: Tensor?) throws -> Sequential {
      let training = AutoencoderTraining(
        trainer: trainer("clutter " + name, settings.clutterEpochs), corruption: 0)
      return try training.train(network(images, seed: training.trainer.seed), on: images, within: masks).model
    }
    try progress(.init(part: "clutter", done: 1, of: 3))
    let whole = try autoencoder("whole", within: nil)
    try progress(.init(part: "clutter", done: 2, of: 3))
    let masked = try autoencoder("masked", within: union)
    let untrained = try AttentionNetwork.validating(attention.configuration, seed: seed &+ 1)
    let inside = recorded?.test.examples(0..<min(count, recorded!.test.exampleCount))
    let own = try scenes(settings.controlCount, of: data.test, "test scenes")
    let inliers = inside ?? own.images
    let scores: [(String, String, (Tensor) throws -> [Double])] = [
      (
        "whole image", "‖r(x) − x‖₂ of an autoencoder of whole images.",
        { try ReconstructionScorer(whole, norm: .l2).score($0) }
      ),
      (
        "whole image, learned within masks", "‖r(x) − x‖₂ of the autoencoder that learned objects only.",
        { try ReconstructionScorer(masked, norm: .l2).score($0) }
      ),
      (
        "masked", "Σ ‖a ⊙ (r(x) − x)‖₂ over the objects that attention finds.",
        { try MaskedReconstructionScorer(masked, attention: attention, steps: steps).score($0) }
      ),
      (
        "masked, attention before training", "The same with an attention network that has learned nothing.",
        { try MaskedReconstructionScorer(masked, attention: untrained, steps: steps).score($0) }
      ),
      (
        "ink alone", "The sum of all pixels, without any model.",
        { $0.flattened().sum(axes: [1]).elements.map(Double.init) }
      ),
    ]
    let foreign = try data.controls.dropLast().map { control in
      (control.name, try scenes(settings.controlCount, of: control.images, control.name).images)
    }
    return try scores.map { name, about, score in
      let known = try score(inliers)
      let comparisons = try foreign.map { set, scenes in
        let ranking = try ScoreRanking(inDistribution: known, outOfDistribution: try score(scenes))
        let interval = try ranking.delongAUROC().interval
        return OvergeneralizationReport.Comparison(
          set: set, auroc: ranking.auroc, low: interval.lowerBound, high: interval.upperBound)
      }
      return OvergeneralizationReport.Score(name: name, about: about, comparisons: comparisons)
    }
  }

  /// The denoising classifier's encoder and decoder, as an autoencoder.
  private func network(_ images: Tensor, seed: UInt64) -> Sequential {
    let layers = settings.training.architecture(Array(images.shape.dropFirst()), 1, .symmetric)
    return Sequential(
      layers.encoder + layers.decoder + [.activation(.sigmoid)],
      exampleShape: Shape(images.shape.dropFirst()),
      seed: seed)
  }
}
