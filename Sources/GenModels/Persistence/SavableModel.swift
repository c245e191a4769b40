#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A model that is saved as one `.safetensors` file: its tensors by name, and in the metadata what it is.
///
/// The metadata has `format` ("swift-ood"), `format_version`, `model` (the kind) and `architecture` (JSON). The Python package
/// `safetensors` reads the tensors under the same names.
public protocol SavableModel: Parameterized {
  /// What the parameters' shapes follow from.
  associatedtype Architecture: Codable, Sendable

  /// The name of this kind of model in files.
  static var kind: String { get }

  var architecture: Architecture { get }

  /// A model of that architecture whose tensors `provide` gives.
  /// - Throws: What `provide` throws, and `malformedArchitecture` where the architecture makes no sense.
  init(
    architecture: Architecture,
    tensors provide: (_ name: String, _ shape: Shape) throws(ModelFileError) -> Tensor
  ) throws(ModelFileError)
}

/// What the metadata of a model's file says.
public enum ModelFileFormat {
  public static let name = "swift-ood"
  /// The version this library writes; it reads all up to it.
  public static let version = 1

  static let nameKey = "format"
  static let versionKey = "format_version"
  static let kindKey = "model"
  static let architectureKey = "architecture"

  /// The kind of model in a file. Throws when it wasn't written by this library or is newer.
  public static func kind(of file: SafetensorsFile) throws(ModelFileError) -> String {
    guard file.metadata[nameKey] == name else { throw .missingMetadata(key: nameKey) }
    guard let text = file.metadata[versionKey] else { throw .missingMetadata(key: versionKey) }
    guard let number = Int(text), (1...version).contains(number) else {
      throw .unknownFormatVersion(found: text, newest: version)
    }
    guard let kind = file.metadata[kindKey] else { throw .missingMetadata(key: kindKey) }
    return kind
  }
}

extension SavableModel {
  /// The model as a file's contents.
  public func safetensors() throws -> SafetensorsFile {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var file = SafetensorsFile(metadata: [
      ModelFileFormat.nameKey: ModelFileFormat.name,
      ModelFileFormat.versionKey: "\(ModelFileFormat.version)",
      ModelFileFormat.kindKey: Self.kind,
      ModelFileFormat.architectureKey: String(decoding: try encoder.encode(architecture), as: UTF8.self),
    ])
    for (name, tensor) in namedTensors { file[name] = .float32(tensor) }
    return file
  }

  /// Writes the model to a file, beside it first and then in its place, so that a file is never half written.
  public func save(to path: String) throws { try safetensors().write(to: path) }

  /// The model in a file's contents.
  /// - Throws: `ModelFileError` when the file holds something else, or its tensors don't fit its architecture.
  public init(safetensors file: SafetensorsFile) throws {
    let kind = try ModelFileFormat.kind(of: file)
    guard kind == Self.kind else { throw ModelFileError.unexpectedModel(found: kind, expected: Self.kind) }
    guard let text = file.metadata[ModelFileFormat.architectureKey] else {
      throw ModelFileError.missingMetadata(key: ModelFileFormat.architectureKey)
    }
    let architecture: Architecture
    do {
      architecture = try JSONDecoder().decode(Architecture.self, from: Data(text.utf8))
    } catch {
      throw ModelFileError.malformedArchitecture(reason: "\(error)")
    }
    var unused = Set(file.names)
    try self.init(architecture: architecture) { (name, shape) throws(ModelFileError) in
      guard case .float32(let tensor)? = file[name] else { throw .missingTensor(name: name, shape: shape) }
      guard tensor.shape == shape else {
        throw .unexpectedShape(name: name, found: tensor.shape, expected: shape)
      }
      if let position = tensor.firstNonFinite { throw .notFinite(name: name, position: position) }
      unused.remove(name)
      return tensor
    }
    if let name = unused.min() { throw ModelFileError.unknownTensor(name: name) }
  }

  /// The model in a file.
  /// - Throws: `SafetensorsError` when the file can't be read or is damaged; `ModelFileError` when it holds something else.
  public init(contentsOf path: String) throws {
    try self.init(safetensors: SafetensorsFile(contentsOf: path))
  }
}

extension Sequential: SavableModel {
  /// The layers and the shape of an example that goes in.
  public struct Architecture: Codable, Sendable {
    public var layers: [LayerSpecification]
    public var inputShape: [Int]
  }

  public static let kind = "sequential"

  public var architecture: Architecture {
    Architecture(layers: specifications, inputShape: Array(inputShape))
  }

  public init(
    architecture: Architecture, tensors provide: (String, Shape) throws(ModelFileError) -> Tensor
  ) throws(ModelFileError) {
    let extents = architecture.inputShape
    guard extents.count < Shape.maximumRank, extents.allSatisfy({ (1...1 << 20).contains($0) }),
      extents.reduce(1.0, { $0 * Double($1) }) <= Double(Int32.max)
    else { throw .malformedArchitecture(reason: "examples can't have the shape \(extents)") }
    try self.init(architecture.layers, inputShape: Shape(extents)) { (need) throws(ModelFileError) in
      try provide(need.name, need.shape)
    }
  }
}
