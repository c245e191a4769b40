import GenModels
import OODDatasets
import OODExperiments

/// A model from a file, of its real type, with the columns of the table that it was fitted to.
struct LoadedModel {
  let path: String
  let model: any Model
  /// Nil where the columns have no names.
  let columns: TableColumns?

  var kind: String { type(of: model).kind }

  /// - Throws: `SafetensorsError` or `ModelFileError` when the file holds no model of a kind that this tool knows.
  init(contentsOf path: String) throws {
    let archive = try ModelArchive(contentsOf: path, catalogue: .complete)
    self.path = path
    let model = try archive.model()
    self.model = model
    columns = (archive.columnNames ?? model.columnNames).map {
      TableColumns(names: $0, kinds: model.columnKinds)
    }
  }

  /// The model as one that reconstructs; nil when it is none.
  /// - Throws: `Failure` for a network from examples to something else.
  func oracle() throws -> (any ReconstructionOracle & Model)? {
    if let network = model as? Sequential, network.exampleShape != network.outputShape {
      throw Failure(
        "\(path) holds a model from \(network.exampleShape) to \(network.outputShape), which reconstructs nothing."
      )
    }
    return model as? any ReconstructionOracle & Model
  }
}
