#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import Dispatch
import Synchronization

/// A real HTTP server on 127.0.0.1, on plain sockets, whose answers a test decides. One connection a request.
final class LoopbackServer: Sendable {
  struct Request: Sendable {
    let path: String
    /// The first byte that a `Range: bytes=N-` header asks for.
    let firstByte: Int?
  }

  struct Response: Sendable {
    var status = 200
    var headers: [String] = []
    var body: [UInt8] = []
    /// Close the connection after this many bytes of the body, although more were announced.
    var cutAfter: Int?
  }

  let port: UInt16
  private let listener: Int32
  private let answer: @Sendable (Request) -> Response
  private let served = Mutex<[Request]>([])

  /// What has been asked so far.
  var requests: [Request] { served.withLock { $0 } }
  var address: String { "http://127.0.0.1:\(port)" }

  init(_ answer: @escaping @Sendable (Request) -> Response) {
    self.answer = answer
    // Whatever proxy the environment names is not for this machine.
    setenv("no_proxy", "127.0.0.1", 1)
    signal(SIGPIPE, SIG_IGN)
    #if canImport(Glibc)
      listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
      listener = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    var endpoint = sockaddr_in()
    endpoint.sin_family = sa_family_t(AF_INET)
    endpoint.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let (listening, named) = withUnsafeMutablePointer(to: &endpoint) { [listener] pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        let bound = bind(listener, pointer, length) == 0 && listen(listener, 16) == 0
        return (bound, getsockname(listener, pointer, &length) == 0)
      }
    }
    precondition(listening && named, "The test's server can't listen on 127.0.0.1.")
    port = UInt16(bigEndian: endpoint.sin_port)
    Thread.detach { [weak self, listener] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        self?.serve(connection)
        close(connection)
      }
    }
  }

  deinit {
    shutdown(listener, Int32(2))
    close(listener)
  }

  private func serve(_ connection: Int32) {
    var head: [UInt8] = []
    var byte: UInt8 = 0
    while head.suffix(4) != [13, 10, 13, 10] {
      guard recv(connection, &byte, 1, 0) == 1, head.count < 1 << 16 else { return }
      head.append(byte)
    }
    let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
    let range = lines.first { $0.lowercased().hasPrefix("range: bytes=") }
    let request = Request(
      path: lines[0].split(separator: " ").dropFirst().first.map(String.init) ?? "",
      firstByte: range.flatMap { Int($0.dropFirst("range: bytes=".count).dropLast()) })
    served.withLock { $0.append(request) }
    let response = answer(request)
    let start =
      "HTTP/1.1 \(response.status) X\r\nContent-Length: \(response.body.count)\r\nConnection: close\r\n"
      + response.headers.map { $0 + "\r\n" }.joined() + "\r\n"
    send(connection, Array(start.utf8))
    send(connection, Array(response.body.prefix(response.cutAfter ?? response.body.count)))
    // Wait for the other side to have read everything before the connection goes.
    shutdown(connection, Int32(1))
    while recv(connection, &byte, 1, 0) > 0 {}
  }

  private func send(_ connection: Int32, _ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { write(connection, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      sent += count
    }
  }

  /// Serves files by path, with ranges.
  static func files(_ files: [String: [UInt8]]) -> @Sendable (Request) -> Response {
    { request in
      guard let body = files[request.path] else { return Response(status: 404) }
      guard let first = request.firstByte else { return Response(body: body) }
      guard first < body.count else { return Response(status: 416) }
      return Response(
        status: 206, headers: ["Content-Range: bytes \(first)-\(body.count - 1)/\(body.count)"],
        body: Array(body[first...]))
    }
  }
}

/// A thread that nobody waits for.
private enum Thread {
  static func detach(_ body: @escaping @Sendable () -> Void) {
    DispatchQueue(label: "loopback server").async(execute: body)
  }
}
