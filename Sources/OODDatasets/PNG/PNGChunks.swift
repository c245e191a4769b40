/// The chunks that a PNG file consists of: length, type, contents, checksum (PNG, third edition, 5.3).
enum PNGChunks {
  /// Types of chunks that say how samples are to be seen, and not what they are.
  private static let colour: Set<[UInt8]> = Set(
    ["gAMA", "cHRM", "iCCP", "sRGB", "cICP", "mDCV", "cLLI", "sBIT"].map { Array($0.utf8) })

  /// The file without the chunks about colour. From the first damaged chunk on it is left as it is, for the reader to refuse.
  static func removingColour(_ file: [UInt8]) -> [UInt8] {
    let signature = 8
    guard file.count > signature else { return file }
    var kept = Array(file[..<signature])
    kept.reserveCapacity(file.count)
    var position = signature
    while file.count - position >= 12 {
      let length = file[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= file.count - position - 12 else { break }
      let end = position + 12 + length
      if !colour.contains(Array(file[position + 4..<position + 8])) { kept += file[position..<end] }
      position = end
    }
    return kept + file[position...]
  }
}
