import ArgumentParser
import GenModels

/// What flows of affine couplings have in common.
struct CouplingOptions: ParsableArguments {
  @Option(help: "Hidden units or channels.") var hidden = 64
  @Option(help: "Scales of images [2].") var levels: Int?
  @Option(help: "Bound on a coupling's log-scale.") var clamp: Float = 2

  func validate() throws { try requireOption("--hidden", hidden, in: 1...1 << 16) }

  /// A Real NVP of vectors, or a multi-scale one of images.
  func realNVP(_ purpose: FlowTraining.Purpose, couplings: Int?) throws -> Flow.Architecture {
    guard purpose.isImages else {
      try purpose.refuseLevels(levels)
      return .realNVP(
        features: purpose.features, couplings: couplings ?? 8, hidden: [hidden, hidden], clamp: clamp,
        classCount: purpose.classCount)
    }
    try purpose.requireLevels(levels ?? 2)
    return .realNVP(
      images: purpose.shape, levels: levels ?? 2, couplings: couplings ?? 4, hiddenChannels: hidden,
      clamp: clamp, classCount: purpose.classCount, greyLevels: purpose.greyLevels)
  }
}
