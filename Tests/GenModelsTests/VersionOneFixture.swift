import Foundation
import GenModels

#if canImport(COpenBLAS)
  import COpenBLAS
#endif

/// What the JSON beside a file of version 1 tells: the kind of what it holds, examples, and what the release that wrote the
/// file computed for them with the portable kernels.
struct VersionOneFixture: Decodable {
  /// Numbers in row-major order, with their shape.
  struct Numbers: Decodable {
    let shape: [Int]
    let elements: [Double]

    var tensor: Tensor { Tensor(elements.map { Float($0) }, shape: Shape(shape)) }
  }

  /// The kind of the model; "checkpoint" for a training that was stopped.
  let kind: String
  let inputs: Numbers
  /// Σ |M(x) − x| of autoencoders, ln p(x) of flows; nil for networks of which outputs are asked.
  let scores: [Double]?
  let outputs: Numbers?
  /// The class of each example and ln p(x | class), of class-conditional flows whose couplings or base know classes.
  let labels: [Int]?
  let classScores: [Double]?
  /// Of a checkpoint: what was trained, and on what.
  let training: Training?

  struct Training: Decodable {
    /// A name of `VersionOneTraining`.
    let name: String
    let examples: Numbers
    let targets: Numbers?
    let labels: [Int]?
    let validation: Numbers?
    /// What the whole training gives: losses of all epochs, and the epoch whose parameters are kept.
    let losses: [Double]
    let validationLosses: [Double]
    let epoch: Int
    /// Steps in the checkpoint.
    let step: Int
  }

  /// The folder of files that the first version of the format wrote. Never written anew: they must stay readable.
  static let folder = URLPath.besides(#filePath, "Fixtures/version-1")

  /// The names of all files of the folder, without their endings.
  static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.filter { $0.hasSuffix(".safetensors") }.map { String($0.dropLast(".safetensors".count)) }
      .sorted()
  }()

  static let modelNames = names.filter { !$0.hasPrefix("checkpoint-") }
  static let checkpointNames = names.filter { $0.hasPrefix("checkpoint-") }

  static func path(_ name: String) -> String { "\(folder)/\(name).safetensors" }

  /// Whether the portable kernels must give the bits of the release that wrote the files. Networks' products are partly the
  /// system's, which adds in another order on other processors and in other versions.
  static let expectsBits: Bool = {
    #if canImport(COpenBLAS) && arch(x86_64)
      guard let core = openblas_get_corename(), let configuration = openblas_get_config() else {
        return false
      }
      return String(cString: core) == "SkylakeX"
        && String(cString: configuration).hasPrefix("OpenBLAS 0.3.21 ")
    #else
      return false
    #endif
  }()

  init(named name: String) throws {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/\(name).json"))
    self = try decoder.decode(VersionOneFixture.self, from: data)
  }
}
