import GenModels
import OODDatasets

/// Calls `body`; examples that it refuses are told with the name of their data.
func naming<Result>(_ specification: String, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let error as TableError {
    throw Failure("\(specification): \(error)")
  } catch let error as ExampleError {
    throw Failure("\(specification): \(error)")
  } catch let error as TableColumnsError {
    throw Failure("\(specification): \(error)")
  }
}
