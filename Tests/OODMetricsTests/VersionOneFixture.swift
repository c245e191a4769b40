import Foundation
import GenModels

/// What the JSON beside a file of version 1 tells: the kind of what it holds, examples, and the scores that the release
/// which wrote the file gave them with the portable kernels.
struct VersionOneFixture: Decodable {
  let kind: String
  /// Rows of a table; NaN where a value is missing.
  let inputs: [[Double]]?
  /// Sequences of feature vectors, a row a step.
  let sequences: [[[Double]]]?
  let scores: [Double]
  /// The relative difference that scores may have even with the portable kernels: above 0 only where loading decomposes a
  /// matrix with the system's linear algebra, whose bits depend on the machine, and where sums are added in another order now.
  let tolerance: Double
  /// Of a detector.
  let threshold: Double?
  let thresholdOrigin: String?
  let isOutOfDistribution: [Bool]?
  /// Of a detector with a calibration.
  let pValues: [Double]?

  /// The folder of files that the first version of the format wrote. Never written anew: they must stay readable.
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Fixtures/version-1"

  /// The names of all files of the folder, without their endings.
  static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.filter { $0.hasSuffix(".safetensors") }.map { String($0.dropLast(".safetensors".count)) }
      .sorted()
  }()

  static func path(_ name: String) -> String { "\(folder)/\(name).safetensors" }

  init(named name: String) throws {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/\(name).json"))
    self = try decoder.decode(VersionOneFixture.self, from: data)
  }

  var table: Matrix? { inputs.map { Matrix($0) } }
}
