#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Cuts a stream of text into rows: at line feeds that are not inside quotes.
final class TextRows {
  private let stream: ByteStream
  private let quote: UInt8?
  private var buffer: UnsafeMutableRawBufferPointer
  /// What of the buffer is text that has not been given out.
  private var start = 0
  private var end = 0
  private var atEnd = false
  /// Number of the line where the last row starts, counted from 1, and lines in that row.
  private(set) var line = 0
  private var linesInRow = 1
  /// What ends a row: a line feed, which a carriage return may stand before; or a carriage return alone, where the text's first
  /// row ends in that.
  private var lineEnd: UInt8 = 0x0A

  /// Longer rows than this are an error: a quote that is never closed must not swallow the file.
  static let longestRow = 64 << 20

  init(_ stream: ByteStream, quote: UInt8?) {
    self.stream = stream
    self.quote = quote
    buffer = .allocate(byteCount: max(1, min(1 << 19, stream.mostBytes)) + 1, alignment: 64)
  }

  deinit { buffer.deallocate() }

  var name: String { stream.name }

  /// The next row without its line end, or nil at the end of the text. Valid until the next call.
  func next() throws -> UnsafeBufferPointer<UInt8>? {
    line += linesInRow
    linesInRow = 1
    if line == 1 {
      try skipByteOrderMark()
      try chooseLineEnd()
    }
    var searched = start
    var quotes = 0
    while true {
      if let found = memchr(buffer.baseAddress! + searched, Int32(lineEnd), end - searched) {
        let position = UnsafeRawPointer(found) - UnsafeRawPointer(buffer.baseAddress!)
        if let quote { quotes += count(of: quote, in: searched..<position) }
        searched = position + 1
        if quotes & 1 == 0 {
          defer { start = position + 1 }
          return row(start..<position)
        }
        linesInRow += 1
        continue
      }
      if atEnd {
        guard start < end else { return nil }
        if let quote, (quotes + count(of: quote, in: searched..<end)) & 1 == 1 {
          throw DataError(
            .malformed, in: name, at: .line(line, column: nil), expected: "a closing quote",
            found: "the end of the text")
        }
        defer { start = end }
        return row(start..<end)
      }
      if let quote { quotes += count(of: quote, in: searched..<end) }
      let done = end - start
      try refill()
      searched = start + done
    }
  }

  private func row(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
    var range = range
    if let last = range.last, buffer[last] == 0x0D { range = range.lowerBound..<last }
    if lineEnd == 0x0D, let first = range.first, buffer[first] == 0x0A {
      range = first + 1..<range.upperBound
    }
    return UnsafeBufferPointer(
      start: (buffer.baseAddress! + range.lowerBound).assumingMemoryBound(to: UInt8.self), count: range.count)
  }

  private func count(of byte: UInt8, in range: Range<Int>) -> Int {
    var count = 0
    var position = range.lowerBound
    while position < range.upperBound,
      let found = memchr(buffer.baseAddress! + position, Int32(byte), range.upperBound - position)
    {
      count += 1
      position = UnsafeRawPointer(found) - UnsafeRawPointer(buffer.baseAddress!) + 1
    }
    return count
  }

  /// Moves what is left to the front and reads on, into a larger buffer when one row fills this one.
  private func refill() throws {
    let left = end - start
    if left == buffer.count {
      guard buffer.count < TextRows.longestRow else {
        throw DataError(
          .tooLarge, in: name, at: .line(line, column: nil),
          expected: "rows of at most \(TextRows.longestRow) bytes",
          found: "a longer one (is a quote left open?)")
      }
      let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * buffer.count, alignment: 64)
      larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
      buffer.deallocate()
      buffer = larger
    } else if left > 0 {
      memmove(buffer.baseAddress!, buffer.baseAddress! + start, left)
    }
    start = 0
    end = left
    let count = try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[end...]))
    end += count
    atEnd = count == 0
  }

  /// Looks at the first end of a row outside quotes, within the first buffer.
  private func chooseLineEnd() throws {
    var position = start
    var isQuoted = false
    while true {
      while position < end {
        let byte = buffer[position]
        if byte == quote { isQuoted.toggle() }
        if byte == 0x0A && !isQuoted { return }
        if byte == 0x0D && !isQuoted {
          if position + 1 == end && !atEnd { break }
          if position + 1 == end || buffer[position + 1] != 0x0A { lineEnd = 0x0D }
          return
        }
        position += 1
      }
      guard !atEnd, end - start < buffer.count else { return }
      let offset = position - start
      try refill()
      position = start + offset
    }
  }

  private func skipByteOrderMark() throws {
    while end - start < 3 && !atEnd { try refill() }
    if end - start >= 3, buffer[start] == 0xEF, buffer[start + 1] == 0xBB, buffer[start + 2] == 0xBF {
      start += 3
    }
  }
}
