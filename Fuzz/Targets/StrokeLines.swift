import OODDatasets

/// JSON lines of strokes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  do {
    let records = try StrokeLines.read(bytes: bytes, limit: InflationLimit(byteCount: 1 << 24))
    let copy = try StrokeLines.read(bytes: StrokeLines.bytes(of: records))
    precondition(copy == records, "Records read back as written.")
  } catch is DataError {
    // Bad input is refused with the reader's own error; any other would end the run.
  } catch {
    fatalError("A reader threw \(error), which is no DataError.")
  }
  return 0
}
