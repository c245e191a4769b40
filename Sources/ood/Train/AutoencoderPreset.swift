import ArgumentParser
import GenModels

/// How autoencoders are trained where nothing else is said.
enum AutoencoderPreset: String, CaseIterable, ExpressibleByArgument {
  case paper, fast

  var settings: AutoencoderTraining { self == .paper ? .paper : .fast }
}
