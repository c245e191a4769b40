import OODDatasets

/// Tables as text, with columns in every role; the first two bytes choose the format.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  do {
    var format = CSVFormat()
    let choice = bytes.first ?? 0
    format.missingValues = choice & 1 == 0 ? .fill(0) : choice & 2 == 0 ? .dropRow : .refuse
    format.header = choice & 4 == 0 ? .automatic : choice & 8 == 0 ? .present : .absent
    format.labelColumn = choice & 16 == 0 ? nil : "0"
    format.decimalMark = UInt8(ascii: choice & 32 == 0 ? "." : ",")
    format.encoding = choice & 64 == 0 ? .utf8 : choice & 128 == 0 ? .utf16 : .latin1
    let roles = bytes.dropFirst().first ?? 0
    if roles & 1 != 0 { format.columns.id = "1" }
    if roles & 2 != 0 { format.columns.times = ["2"] }
    if roles & 4 != 0 { format.columns.categories = ["3"] }
    if roles & 8 != 0 { format.columns.dropped = ["4"] }
    if roles & 16 != 0 { format.thousandsMark = UInt8(ascii: " ") }
    let table = try CSVTable(
      bytes: Array(bytes.dropFirst(2)), format: format, limit: InflationLimit(byteCount: 1 << 24))
    requireWholeTable(table, read: format)
  } catch is DataError {
    // Bad input is refused with the reader's own error; any other would end the run.
  } catch {
    fatalError("A reader threw \(error), which is no DataError.")
  }
  return 0
}
