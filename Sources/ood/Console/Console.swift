#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The tool's two outlets: results to standard output, everything else to standard error.
enum Console {
  /// Writes a line of a result.
  static func result(_ line: String) { print(line) }

  /// Writes a remark for the person at the terminal.
  static func remark(_ line: String) { write(line + "\n") }

  /// Whether standard error is a terminal, where a line can be overwritten.
  static let isTerminal = isatty(2) == 1

  /// Shows a state that changes: overwritten in place on a terminal, nothing elsewhere.
  static func progress(_ line: String) {
    if isTerminal { write("\r\u{1B}[2K" + line) }
  }

  /// Removes the last progress line.
  static func endProgress() {
    if isTerminal { write("\r\u{1B}[2K") }
  }

  private static func write(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { pointer in
        #if canImport(Glibc)
          Glibc.write(2, pointer.baseAddress, pointer.count)
        #elseif canImport(Musl)
          Musl.write(2, pointer.baseAddress, pointer.count)
        #else
          Darwin.write(2, pointer.baseAddress, pointer.count)
        #endif
      }
      guard count > 0 else { return }
      bytes = bytes.dropFirst(count)
    }
  }
}
