import OODDatasets

/// Zip archives of NumPy files.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  do {
    let archive = try NumPyArchive(bytes: bytes, limit: InflationLimit(byteCount: 1 << 24))
    for name in archive.names { _ = try archive.array(named: name).doubles() }
  } catch is DataError {
    // Bad input is refused with the reader's own error; any other would end the run.
  } catch {
    fatalError("A reader threw \(error), which is no DataError.")
  }
  return 0
}
