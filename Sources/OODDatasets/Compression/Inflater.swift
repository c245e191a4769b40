import CZlib

/// zlib's decompressor fed from a part of a source. Gives the inflated bytes in pieces of any size.
final class Inflater {
  enum Wrapping {
    /// gzip members, one after the other (RFC 1952), each with its checksum.
    case gzip
    /// Bare deflate data (RFC 1951), as in zip archives.
    case none
  }

  private let source: any ByteSource
  private let wrapping: Wrapping
  private let limit: InflationLimit
  private let stream: UnsafeMutablePointer<z_stream>
  private let input: UnsafeMutableRawBufferPointer
  /// Where the next piece of compressed data starts, and where they end.
  private var next: Int
  private let end: Int
  private var finished = false
  /// Bytes given out so far.
  private(set) var position = 0

  init(_ source: any ByteSource, range: Range<Int>, wrapping: Wrapping, limit: InflationLimit) throws {
    self.source = source
    self.wrapping = wrapping
    self.limit = limit
    next = range.lowerBound
    end = range.upperBound
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    input = .allocate(byteCount: min(1 << 17, max(range.count, 1)), alignment: 16)
    let bits = wrapping == .gzip ? MAX_WBITS + 16 : -MAX_WBITS
    let status = inflateInit2_(stream, bits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib could not start: status \(status).")
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    input.deallocate()
  }

  /// Writes up to `buffer.count` inflated bytes and returns their number; 0 only at the end of the data.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var done = 0
    while done < buffer.count && !finished {
      if stream.pointee.avail_in == 0 { try refill() }
      if stream.pointee.avail_in == 0 {
        throw DataError(
          .truncated, in: source.name, at: place, expected: "the rest of the compressed data",
          found: "the end after \(position + done) inflated bytes")
      }
      let room = min(buffer.count - done, 1 << 30)
      stream.pointee.next_out = (buffer.baseAddress! + done).assumingMemoryBound(to: Bytef.self)
      stream.pointee.avail_out = UInt32(room)
      let status = inflate(stream, Z_NO_FLUSH)
      done += room - Int(stream.pointee.avail_out)
      if position + done > limit.byteCount {
        throw DataError(
          .tooLarge, in: source.name, at: place,
          expected: "at most \(limit.byteCount) inflated bytes, the limit set", found: "more")
      }
      switch status {
      case Z_OK, Z_BUF_ERROR: continue
      case Z_STREAM_END: try finishMember()
      default:
        let message = stream.pointee.msg.map { String(cString: $0) } ?? "zlib status \(status)"
        throw DataError(
          .malformed, in: source.name, at: place, expected: "valid compressed data",
          found: message)
      }
    }
    position += done
    return done
  }

  private func refill() throws {
    let count = min(input.count, end - next)
    guard count > 0 else { return }
    try source.read(at: next, into: UnsafeMutableRawBufferPointer(rebasing: input[..<count]))
    next += count
    stream.pointee.next_in = input.baseAddress!.assumingMemoryBound(to: Bytef.self)
    stream.pointee.avail_in = UInt32(count)
  }

  /// How far into the source the compressed data have been taken.
  private var place: DataError.Place { .byte(next - Int(stream.pointee.avail_in)) }

  /// After one gzip member comes another or the end. Zeros at the end, with which tapes and some programs fill up a block, count
  /// as the end, as they do for gzip itself.
  private func finishMember() throws {
    if stream.pointee.avail_in == 0 { try refill() }
    if stream.pointee.avail_in == 0 {
      finished = true
    } else if wrapping == .gzip {
      if stream.pointee.next_in.pointee == 0, try takePadding() {
        finished = true
      } else {
        inflateReset(stream)
      }
    } else {
      throw DataError(
        .malformed, in: source.name, expected: "the end of the deflated data",
        found: "\(Int(stream.pointee.avail_in) + end - next) bytes after it")
    }
  }

  /// Takes zeros up to the end of the source. False when something else comes, which is left where it is.
  private func takePadding() throws -> Bool {
    while true {
      while stream.pointee.avail_in > 0 {
        guard stream.pointee.next_in.pointee == 0 else { return false }
        stream.pointee.next_in += 1
        stream.pointee.avail_in -= 1
      }
      try refill()
      if stream.pointee.avail_in == 0 { return true }
    }
  }
}
