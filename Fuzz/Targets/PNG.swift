import OODDatasets

/// PNG pictures.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  do {
    let bitmap = try PNG.read(bytes: bytes)
    if bitmap.pixels.count < 1 << 12 {
      let copy = try PNG.read(bytes: PNG.bytes(of: bitmap))
      precondition(copy == bitmap, "A picture reads back as written.")
    }
  } catch is DataError {
    // Bad input is refused with the reader's own error; any other would end the run.
  } catch {
    fatalError("A reader threw \(error), which is no DataError.")
  }
  return 0
}
