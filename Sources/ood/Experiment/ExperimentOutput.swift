import Foundation
import GenModels
import OODDatasets

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

  /// Shows where a training stands.
  static func show(_ what: String, _ step: TrainingProgress) {
    Console.progress(
      "\(what): step \(step.step) of \(step.steps), loss \(step.loss.rounded(digits: 3)), "
        + "\(wholeSeconds(step.secondsLeft)) s left")
  }
}
