import GenModels
import OODDatasets
import OODMetrics

/// A model from a file that answers "can you reconstruct x?".
struct SavedOracle: ReconstructionOracle {
  let kind: String
  /// The shape of one example.
  let exampleShape: Shape
  /// The columns of the table that it was trained on, where they have names.
  private let columns: TableColumns?
  private let oracle: any ReconstructionOracle

  /// Kinds of models that reconstruct.
  static let kinds: Set = [ConvolutionalAutoencoder.kind, DenseAutoencoder.kind, Sequential.kind]

  /// The model in a file's contents.
  init(_ file: SafetensorsFile, path: String) throws {
    kind = try ModelFileFormat.kind(of: file)
    columns = try SavedColumns.columns(in: file, path: path)
    switch kind {
    case ConvolutionalAutoencoder.kind:
      let model = try ConvolutionalAutoencoder(safetensors: file)
      (exampleShape, oracle) = (model.imageShape, model)
    case DenseAutoencoder.kind:
      let model = try DenseAutoencoder(safetensors: file)
      (exampleShape, oracle) = ([model.architecture.features], model)
    case Sequential.kind:
      let model = try Sequential(safetensors: file)
      guard model.inputShape == model.outputShape else {
        throw Failure(
          "\(path) holds a model from \(model.inputShape) to \(model.outputShape), which reconstructs nothing."
        )
      }
      (exampleShape, oracle) = (model.inputShape, model)
    default:
      throw Failure("\(path) holds a model of the kind \(kind), which reconstructs nothing.")
    }
  }

  init(contentsOf path: String) throws { try self.init(SafetensorsFile(contentsOf: path), path: path) }

  func reconstruct(_ x: Tensor) -> Tensor { oracle.reconstruct(x) }

  func reconstructionError(_ x: Tensor, norm: ReconstructionNorm, batchSize: Int) -> Tensor {
    oracle.reconstructionError(x, norm: norm, batchSize: batchSize)
  }

  /// The reconstruction error as a score.
  func scorer(_ norm: NormName) -> ReconstructionScorer<SavedOracle> {
    ReconstructionScorer(self, norm: norm.norm, exampleShape: exampleShape)
  }

  /// The examples that a specification names, in the shape that the model takes; images become vectors where it takes those.
  func examples(_ specification: String, in library: DataLibrary) throws -> (
    examples: Tensor, dataset: Dataset
  ) {
    let loaded = try library.load(argument: specification)
    let dataset =
      try columns.map { columns in try naming(specification) { try loaded.arranged(like: columns) } }
      ?? loaded
    let found = dataset.exampleShape
    guard found == exampleShape || (exampleShape.rank == 1 && found.elementCount == exampleShape[0]) else {
      throw Failure("\(specification) has examples of shape \(found), and the model takes \(exampleShape).")
    }
    guard dataset.count > 0 else { throw Failure("\(specification) has no examples.") }
    return (dataset.examples.reshaped(Shape([dataset.count] + exampleShape)), dataset)
  }
}
