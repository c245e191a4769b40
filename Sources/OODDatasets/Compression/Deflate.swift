import CZlib

/// Compression of whole blocks with zlib.
enum Deflate {
  /// `bytes` as one gzip member (RFC 1952) or bare deflate data (RFC 1951), at a level from 0 (stored) to 9
  /// (smallest).
  static func compress(_ bytes: [UInt8], wrapping: Inflater.Wrapping, level: Int = 6) -> [UInt8] {
    precondition((0...9).contains(level), "Compression levels run from 0 to 9, and \(level) was asked for.")
    var stream = z_stream()
    let bits = wrapping == .gzip ? MAX_WBITS + 16 : -MAX_WBITS
    let started = deflateInit2_(
      &stream, Int32(level), Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    precondition(started == Z_OK, "zlib could not start: status \(started).")
    defer { deflateEnd(&stream) }
    var result: [UInt8] = []
    let piece = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 16)
    defer { piece.deallocate() }
    bytes.withUnsafeBufferPointer { input in
      var fed = 0
      while true {
        let count = min(input.count - fed, 1 << 30)
        // zlib's input pointer is not const in all its versions, and is never written through.
        stream.next_in = input.baseAddress.map { UnsafeMutablePointer(mutating: $0 + fed) }
        stream.avail_in = UInt32(count)
        fed += count
        let flush = fed == input.count ? Z_FINISH : Z_NO_FLUSH
        var status = Z_OK
        repeat {
          stream.next_out = piece.baseAddress
          stream.avail_out = UInt32(piece.count)
          status = deflate(&stream, flush)
          result.append(contentsOf: piece[..<(piece.count - Int(stream.avail_out))])
        } while stream.avail_out == 0
        if status == Z_STREAM_END { return }
      }
    }
    return result
  }

  /// The checksum of zip and gzip (CRC-32, polynomial 0xEDB88320).
  static func checksum(_ bytes: UnsafeRawBufferPointer, continuing previous: UInt32 = 0) -> UInt32 {
    var sum = uLong(previous)
    var offset = 0
    while offset < bytes.count {
      let count = min(bytes.count - offset, 1 << 30)
      sum = crc32(sum, (bytes.baseAddress! + offset).assumingMemoryBound(to: Bytef.self), UInt32(count))
      offset += count
    }
    return UInt32(truncatingIfNeeded: sum)
  }
}
