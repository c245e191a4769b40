import GenModels
import OODDatasets

/// Scores, and where the examples stand in their file.
struct ScoredExamples {
  let scores: [Double]
  /// The number of an example in its file, counted from 0.
  let row: (Int) -> Int
  /// The table that was scored; nil for other examples.
  let table: DataTable?
  /// What the examples are called, where their source says it.
  let ids: [String]?
  /// What was scored, where a model takes tensors.
  var examples: Tensor?
  /// Rows that were left out because of gaps.
  let droppedRowCount: Int

  init(_ scores: [Double], of table: DataTable) {
    self.scores = scores
    row = table.row
    self.table = table
    ids = table.ids
    droppedRowCount = table.droppedRowCount
  }

  init(_ scores: [Double], of dataset: Dataset) {
    self.scores = scores
    row = dataset.row
    table = nil
    ids = dataset.ids
    droppedRowCount = dataset.droppedRowCount
  }

  /// Whether labels with rows left out belong to the same rows.
  func haveRows(of labels: DataTable) -> Bool {
    if droppedRowCount == 0 && labels.droppedRowCount == 0 { return true }
    return labels.values.rows == scores.count && scores.indices.allSatisfy { row($0) == labels.row($0) }
  }
}
