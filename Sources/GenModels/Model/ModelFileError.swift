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
  /// The contents don't have the checksum that was written with them.
  case damaged
  /// What the file says of the model makes no sense.
  case malformed(reason: String)
  /// Models inside models, more than a file may have.
  case nestedTooDeeply(limit: Int)
  /// A layer, bijection or distribution that the catalogue does not know.
  case unknownBlock(family: String, name: String, known: [String])
  /// A model holds one of a type that can't be saved.
  case notSavable(type: String)

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
    case .damaged:
      "The file is damaged: its contents don't have the checksum that was written with them; take another copy."
    case .malformed(let reason): "What the file says of the model makes no sense: \(reason)."
    case .nestedTooDeeply(let limit):
      "Models inside models lie more than \(limit) deep, which no file may have."
    case .unknownBlock(let family, let name, let known):
      """
      The \(family) "\(name)" is not in the catalogue, which knows \(known.joined(separator: ", ")); add its type to the \
      catalogue that the file is loaded with.
      """
    case .notSavable(let type):
      "A \(type) can't be saved, for it is no `Model`; let it conform, or hold a model that does."
    }
  }
}
