import OODDatasets

/// Tables as JSON lines, with columns in every role; the first byte chooses which.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  do {
    var format = CSVFormat()
    let choice = bytes.first ?? 0
    format.missingValues = choice & 1 == 0 ? .fill(0) : choice & 2 == 0 ? .dropRow : .refuse
    format.labelColumn = choice & 4 == 0 ? nil : "y"
    if choice & 8 != 0 { format.columns.id = "i" }
    if choice & 16 != 0 { format.columns.times = ["t"] }
    if choice & 32 != 0 { format.columns.categories = ["c"] }
    let table = try JSONLinesTable.read(
      bytes: Array(bytes.dropFirst()), format: format, limit: InflationLimit(byteCount: 1 << 24))
    requireWholeTable(table, read: format)
  } catch is DataError {
    // Bad input is refused with the reader's own error; any other would end the run.
  } catch {
    fatalError("A reader threw \(error), which is no DataError.")
  }
  return 0
}
