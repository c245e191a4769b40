import Foundation
import GenModels
import OODDatasets
import OODExperiments

/// A small overgeneralization experiment on drawn digits, run once for all tests.
enum OvergeneralizationFixture {
  static var settings: OvergeneralizationSettings {
    var settings = OvergeneralizationSettings.quick
    settings.training.epochs = 2
    settings.training.maps = 4
    settings.training.hidden = 24
    settings.trainingCount = 300
    settings.heldOutCount = 80
    settings.testCount = 80
    settings.controlCount = 40
    settings.trialsPerClass = 1
    settings.stepLimit = 12
    settings.attackedCount = 10
    settings.radii = [0.1]
    settings.fittingCount = 250
    settings.openSetClasses = [2, 10]
    settings.openSetTrainingCount = 100
    settings.openSetEpochs = 1
    settings.oneClassCount = 2
    settings.oneClassTrainingCount = 40
    settings.oneClassEpochs = 2
    settings.clutterCount = 30
    settings.clutterEpochs = 1
    settings.ringSide = 12
    settings.ringEpochs = 2
    return settings
  }

  static let training = SyntheticGlyphs.digits.dataset(0..<400, of: .train)
  static let test = SyntheticGlyphs.digits.dataset(0..<100, of: .test)
  static let symbols = SyntheticGlyphs.symbols.dataset(0..<60, of: .test)

  static func experiment(
    _ settings: OvergeneralizationSettings = settings, folder: String? = nil
  ) throws -> OvergeneralizationExperiment {
    try OvergeneralizationExperiment(
      training: training, test: test, controls: [symbols], settings: settings, folder: folder)
  }

  static let report = Result { try experiment().run() }
}
