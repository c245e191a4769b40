#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

import OODDatasets
import Synchronization

/// The tool's two outlets: results to standard output, everything else to standard error.
enum Console {
  /// Lines of results that have not been written yet.
  private static let waiting = Mutex<[UInt8]>([])
  /// Whether standard output carries a file, so that lines of results go to standard error.
  private static let isReserved = Atomic(false)

  /// Bytes that are gathered before they are written.
  private static let pieceByteCount = 1 << 16

  /// Writes a line of a result. Ends the program with status 1 when it can't be written.
  static func result(_ line: String) {
    guard !isReserved.load(ordering: .relaxed) else { return remark(line) }
    let isFull = waiting.withLock { bytes in
      bytes.append(contentsOf: line.utf8)
      bytes.append(UInt8(ascii: "\n"))
      return bytes.count >= pieceByteCount
    }
    if isFull { flush() }
  }

  /// Writes what is left of the results. Ends the program with status 1 when it can't be written: a result that is cut must not
  /// look like a whole one. A reader who has left is no news to anybody.
  static func flush() {
    let bytes = waiting.withLock { bytes in
      defer { bytes = [] }
      return bytes
    }
    let error = bytes.withUnsafeBytes { writeAll($0, to: 1) }
    guard error != 0 else { return }
    if error != EPIPE { remark("Error: Standard output can't be written: \(systemMessage(error)).") }
    exit(1)
  }

  /// Gives standard output to a file's bytes; lines of results go to standard error from now on.
  static func reserveOutput() { isReserved.store(true, ordering: .relaxed) }

  /// Fills the places of standard descriptors that the caller has closed, so that no file of ours gets their numbers. What is
  /// written to standard output then is an error, and what to standard error is lost, as was asked for.
  static func fillMissingDescriptors() {
    for descriptor in Int32(0)...2 where fcntl(descriptor, F_GETFD) < 0 {
      _ = open("/dev/null", descriptor == 2 ? O_WRONLY : O_RDONLY)
    }
  }

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
    _ = Array(text.utf8).withUnsafeBytes { writeAll($0, to: 2) }
  }
}

/// Ends the program; a name of its own beside `ParsableArguments.exit`.
func exitProcess(_ status: Int32) -> Never { exit(status) }
