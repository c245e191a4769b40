#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes all of `bytes` to an open descriptor, in as many calls as it takes. Returns the number of the system's error, 0 when
/// everything was written.
package func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
  // Linux moves at most 2³¹ − 4096 bytes a call.
  let mostBytesPerCall = 1 << 30
  var done = 0
  while done < bytes.count {
    let count = write(descriptor, bytes.baseAddress! + done, min(bytes.count - done, mostBytesPerCall))
    if count > 0 {
      done += count
    } else if count == 0 {
      return ENOSPC
    } else if errno == EAGAIN {
      var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      poll(&ready, 1, -1)
    } else if errno != EINTR {
      return errno
    }
  }
  return 0
}

/// What the system says of an error number: "No space left on device".
package func systemMessage(_ error: Int32) -> String { String(cString: strerror(error)) }
