import GenModels

/// Files of named arrays.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  do {
    let file = try SafetensorsFile(bytes: Array(UnsafeBufferPointer(start: start, count: count)))
    for name in file.names {
      _ = try? file.tensor(name)
      _ = try? file.doubles(name)
      _ = try? file.integers(name)
      _ = try? file.indexes(name)
    }
    let again = try SafetensorsFile(bytes: file.bytes())
    precondition(
      again.names == file.names && again.metadata == file.metadata, "What was read is written again.")
  } catch is SafetensorsError {
    // Bad input is refused with the reader's own error.
  } catch {
    fatalError("A reader threw \(error), which is no SafetensorsError.")
  }
  return 0
}

/// Changes the header as JSON and keeps its length right, or changes the arrays.
@_cdecl("LLVMFuzzerCustomMutator")
public func customMutator(_ data: UnsafeMutablePointer<UInt8>?, _ size: Int, _ most: Int, _ seed: UInt32)
  -> Int
{
  mutate(data, size, most, seed) { bytes, draws in
    guard bytes.count >= 8 else { return nil }
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(bytes.count - 8) else { return nil }
    if draws.below(3) == 0 { return mutatedContainer(bytes, &draws) { _ in } }
    guard let header = mutatedJSON(Array(bytes[8..<8 + Int(length)]), &draws) else { return nil }
    let padded = header + [UInt8](repeating: 0x20, count: (8 - header.count % 8) % 8)
    return (0..<8).map { UInt8(truncatingIfNeeded: padded.count >> (8 * $0)) } + padded
      + bytes[(8 + Int(length))...]
  }
}
