import ArgumentParser

/// What flows of affine couplings have in common.
struct CouplingOptions: ParsableArguments {
  @Option(help: "Hidden units or channels.") var hidden = 64
  @Option(help: "Scales of images [2].") var levels: Int?
  @Option(help: "Bound on a coupling's log-scale.") var clamp: Float = 2

  func validate() throws { try requireOption("--hidden", hidden, in: 1...1 << 16) }
}
