import GenModels
import OODDetectors
import OODMetrics

/// The scorer of tables, of its real type, in a file's bytes.
func loadedScorer(_ bytes: [UInt8]) throws -> any TableScorer {
  try tableScorer(ModelArchive(SafetensorsFile(bytes: bytes), catalogue: .standard).model())
}

/// The scorer of tables, of its real type, in a file.
func loadedScorer(contentsOf path: String) throws -> any TableScorer {
  try tableScorer(ModelCatalogue.standard.load(path))
}

private func tableScorer(_ model: any Model) throws -> any TableScorer {
  guard let scorer = model as? any TableScorer else {
    throw ModelFileError.unexpectedModel(found: type(of: model).kind, expected: "a scorer of tables")
  }
  return scorer
}
