import GenModels
import OODDatasets

/// Calls `body`; examples that it refuses are told with the name of their data.
/// - Parameters:
///   - specification: The name of the data.
///   - row: The number of an example in its file.
///   - body: What may refuse it.
func naming<Result>(
  _ specification: String, row: (Int) -> Int = { $0 }, _ body: () throws -> Result
) throws -> Result {
  do {
    return try body()
  } catch TableError.notFinite(let position, let column, let value) {
    throw Failure(
      "\(specification): \(TableError.notFinite(row: row(position), column: column, value: value))")
  } catch ExampleError.notFinite(let position, let feature, let value) {
    throw Failure(
      "\(specification): \(ExampleError.notFinite(example: row(position), feature: feature, value: value))")
  } catch let error as TableError {
    throw Failure("\(specification): \(error)")
  } catch let error as ExampleError {
    throw Failure("\(specification): \(error)")
  } catch let error as TableColumnsError {
    throw Failure("\(specification): \(error)")
  }
}
