import GenModels
import OODDatasets

/// Examples as a model takes them, and where they stand in their file.
struct LoadedExamples<Examples: ExampleBatch> {
  let examples: Examples
  /// The number of an example in its file, counted from 0.
  let row: (Int) -> Int
  /// Says of scores of these examples where the examples stand.
  let scored: ([Double]) -> ScoredExamples
}

extension LoadedExamples {
  /// Images with their pixels moved to the nearest of a model's grey levels. Two levels are left as they are: making them of others is the
  /// user's business.
  func rounded(to levels: Int?) -> LoadedExamples {
    guard let levels, levels > 2, let images = examples as? Tensor, images.rank == 4,
      let rounded = images.roundedToLevels(levels) as? Examples
    else { return self }
    return LoadedExamples(examples: rounded, row: row, scored: scored)
  }
}

extension DataLibrary {
  /// The examples that a specification names, in the shape and precision that a model takes; images become vectors where it takes
  /// those.
  ///
  /// - Parameters:
  ///   - specification: What to load.
  ///   - type: `Tensor` or `Matrix`.
  ///   - shape: The shape of one example.
  ///   - columns: The columns of the table that the model was fitted to, matched by name.
  ///   - keepsGaps: Whether missing values of a table become NaN, for a model that fills them.
  /// - Throws: `Failure` for examples of another shape, and for a model of sequences, which have no specification.
  func examples<Examples: ExampleBatch>(
    _ specification: String, as type: Examples.Type, shape: Shape, like columns: TableColumns?,
    keepsGaps: Bool = false
  ) throws -> LoadedExamples<Examples> {
    if type == Matrix.self {
      let table = try table(argument: specification, keepsGaps: keepsGaps, like: columns)
      if let examples = table.values as? Examples {
        return LoadedExamples(examples: examples, row: table.row) { ScoredExamples($0, of: table) }
      }
    }
    if type == Tensor.self {
      let (tensor, dataset) = try tensors(specification, shape: shape, like: columns)
      if let examples = tensor as? Examples {
        return LoadedExamples(examples: examples, row: dataset.row) { ScoredExamples($0, of: dataset) }
      }
    }
    if type == [Matrix].self {
      let dataset = try load(argument: specification)
      guard dataset.count > 0 else { throw Failure("\(specification) has no examples.") }
      let sequences = dataset.sequences
      guard sequences[0].columns == shape[0] else {
        throw Failure(
          "The steps of \(specification) have \(sequences[0].columns) columns, and the model takes \(shape[0])."
        )
      }
      if let examples = sequences as? Examples {
        return LoadedExamples(examples: examples, row: dataset.row) { ScoredExamples($0, of: dataset) }
      }
    }
    throw Failure("The model takes sequences, and \(specification) names tables or images.")
  }

  private func tensors(
    _ specification: String, shape: Shape, like columns: TableColumns?
  ) throws -> (Tensor, Dataset) {
    let loaded = try load(argument: specification)
    let dataset =
      try columns.map { columns in try naming(specification) { try loaded.arranged(like: columns) } }
      ?? loaded
    let found = dataset.exampleShape
    guard found == shape || (shape.rank == 1 && found.elementCount == shape[0]) else {
      throw Failure("\(specification) has examples of shape \(found), and the model takes \(shape).")
    }
    guard dataset.count > 0 else { throw Failure("\(specification) has no examples.") }
    return (dataset.examples.reshaped(Shape([dataset.count] + shape)), dataset)
  }
}
