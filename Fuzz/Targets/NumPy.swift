import OODDatasets

/// NumPy files of one array.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  do {
    let array = try NumPy.read(bytes: bytes)
    let copy = try NumPy.read(bytes: NumPy.bytes(of: array))
    precondition(copy == array, "A NumPy file reads back as written.")
    _ = try array.tensor()
    _ = try array.indexes()
  } catch is DataError {
    // Bad input is refused with the reader's own error; any other would end the run.
  } catch {
    fatalError("A reader threw \(error), which is no DataError.")
  }
  return 0
}
