/// Why a saved model could not be taken over.
public enum ModelFileError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file lacks a tensor that the architecture has.
  case missingTensor(name: String, shape: Shape)
  /// The file has a tensor that the architecture lacks.
  case unknownTensor(name: String)
  case unexpectedShape(name: String, found: Shape, expected: Shape)
  /// An element, at this position in row-major order, is NaN or infinite.
  case notFinite(name: String, position: Int)
  /// The metadata lacks an entry that models of this package have.
  case missingMetadata(key: String)
  /// The file's format version is newer than this library's.
  case unknownFormatVersion(found: String, newest: Int)
  /// The file holds another kind of model.
  case unexpectedModel(found: String, expected: String)
  /// The architecture's description can't be read.
  case malformedArchitecture(reason: String)

  public var description: String {
    switch self {
    case .missingTensor(let name, let shape):
      "The file has no tensor \(name) of shape \(shape), which the model's architecture needs."
    case .unknownTensor(let name):
      "The file has a tensor \(name), which the model's architecture does not have."
    case .unexpectedShape(let name, let found, let expected):
      "The tensor \(name) has the shape \(found) in the file, and the model's architecture needs \(expected)."
    case .notFinite(let name, let position):
      "The tensor \(name) has a number that is NaN or infinite, at position \(position)."
    case .missingMetadata(let key):
      "The file's metadata has no entry \(key): it was not written by this library, or is damaged."
    case .unknownFormatVersion(let found, let newest):
      "The file has the format version \(found), and this library reads versions up to \(newest); use a newer release."
    case .unexpectedModel(let found, let expected):
      "The file holds a model of the kind \(found), and one of the kind \(expected) was asked for."
    case .malformedArchitecture(let reason):
      "The architecture in the file's metadata can't be read: \(reason)."
    }
  }
}
