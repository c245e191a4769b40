import GenModels
import OODDatasets

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What decides every result of an experiment on images: its settings, and digests of its images. It stands in settings.json of the
/// folder where the experiment keeps its results, so that another run does not take them for its own.
struct RunIdentity<Settings: Codable & Equatable>: Codable, Equatable {
  private var settings: Settings
  private var training, test: String
  private var controls: [String]
  private var exposure: String?

  init(settings: Settings, training: Tensor, test: Tensor, controls: [Tensor], exposure: Tensor? = nil) {
    func digest(_ tensor: Tensor) -> String {
      var digest = ContentDigest()
      digest.add(tensor)
      return digest.text
    }
    self.settings = settings
    self.training = digest(training)
    self.test = digest(test)
    self.controls = controls.map(digest)
    self.exposure = exposure.map(digest)
  }

  /// Makes the folder this run's where it is nobody's.
  /// - Returns: In words, what is another run's there; nil where the folder is this run's.
  func claim(_ folder: String) throws -> String? {
    let path = folder + "/settings.json"
    if let data = FileManager.default.contents(atPath: path) {
      guard let stored = try? JSONDecoder().decode(Self.self, from: data) else { return "settings.json" }
      return stored == self ? nil : stored.settings != settings ? "a setting" : "a set of images"
    }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    try OutputPlace.write(encoder.encode(self), to: path)
    return nil
  }
}
