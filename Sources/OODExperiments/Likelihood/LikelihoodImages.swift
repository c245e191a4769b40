import GenModels
import OODDatasets

/// The images of a likelihood experiment, at the grey levels that the family's networks give probabilities to, where they do.
struct LikelihoodImages: Sendable {
  /// Trained on, and held out.
  let training, held: Tensor
  /// The test sets: the training distribution's first.
  let sets: [Tensor]
  let names: [String]

  init(_ experiment: LikelihoodExperiment) throws {
    let settings = experiment.settings
    let made = try settings.family.network?(
      settings, Array(experiment.training.exampleShape), settings.seed)
    let levels = (made as? any LevelModel)?.levels
    func leveled(_ images: Tensor) -> Tensor { levels.map { images.roundedToLevels($0) } ?? images }
    let (count, heldCount) = (settings.trainingCount, settings.validationCount)
    let images = leveled(experiment.training.examples.sliced(axis: 0, 0..<count + heldCount))
    training = images.sliced(axis: 0, 0..<count)
    held = images.sliced(axis: 0, count..<count + heldCount)
    let tests = [experiment.test] + experiment.others
    sets = tests.map { leveled($0.examples.sliced(axis: 0, 0..<settings.testCount)) }
    names = tests.map(\.name)
  }
}
