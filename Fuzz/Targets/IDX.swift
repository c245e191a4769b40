import OODDatasets

/// IDX files, raw and gzip.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  do {
    let array = try IDX.read(bytes: bytes)
    let copy = try IDX.read(bytes: IDX.bytes(of: array))
    precondition(copy == array, "An IDX file reads back as written.")
    _ = try array.tensor()
  } catch is DataError {
    // Bad input is refused with the reader's own error; any other would end the run.
  } catch {
    fatalError("A reader threw \(error), which is no DataError.")
  }
  return 0
}
