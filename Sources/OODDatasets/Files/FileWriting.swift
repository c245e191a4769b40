#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes `bytes` to `path`: into a file beside it first, which is then renamed, so that a failure leaves
/// either the old file or the new one, never a part. Throws `DataError`.
public func writeFile(_ bytes: some Collection<UInt8>, to path: String) throws {
  let temporary = "\(path).\(getpid())-\(UInt32.random(in: 0...UInt32.max)).partial"
  func fault() -> DataError {
    DataError(
      .inaccessible, in: path, expected: "a file that can be written", found: String(cString: strerror(errno))
    )
  }
  guard let file = fopen(temporary, "wb") else { throw fault() }
  let contiguous = ContiguousArray(bytes)
  let written = contiguous.withUnsafeBytes { $0.isEmpty ? 0 : fwrite($0.baseAddress, 1, $0.count, file) }
  let flushed = fflush(file) == 0 && fsync(fileno(file)) == 0
  let closed = fclose(file) == 0
  guard written == contiguous.count, flushed, closed, rename(temporary, path) == 0 else {
    let error = fault()
    unlink(temporary)
    throw error
  }
}
