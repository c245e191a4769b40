import Foundation
import GenModels
import OODDatasets
import OODExperiments

/// What an experiment's command writes and shows.
enum ExperimentOutput {
  /// Writes NAME.json and NAME.html to a folder, which is made where it is not there.
  static func write(_ report: some Encodable, page: String, named name: String, in folder: String) throws {
    let encoder = JSONOutput.encoder
    encoder.outputFormatting.insert(.prettyPrinted)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try OutputPlace.write(encoder.encode(report), to: "\(folder)/\(name).json")
    try OutputPlace.write(page.utf8, to: "\(folder)/\(name).html")
  }

  /// Shows what an experiment is at. Throws where the run was told to end, but not to a training, which saves where it stands before it ends.
  @Sendable static func show(_ progress: ExperimentProgress) throws {
    switch progress {
    case .training(let what, let step):
      Console.progress(
        "\(what): step \(step.step) of \(step.steps), loss \(step.loss.rounded(digits: 3)), "
          + "\(wholeSeconds(step.secondsLeft)) s left")
    case .working(let what):
      try Task.checkCancellation()
      Console.progress(what)
    }
  }
}
