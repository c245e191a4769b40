import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// One HTTP request whose body goes to the end of a file, from where the file ends on.
///
/// A part of the body that came before the connection broke stays in the file, so that the next transfer goes
/// on there.
final class Transfer: NSObject, URLSessionDataDelegate, @unchecked Sendable {
  /// Where the bytes come from, for messages.
  private let address: String
  private let path: String
  private let progress: @Sendable (_ received: Int, _ total: Int?) -> Void
  // Only the delegate queue of URLSession, which is serial, and the code before it starts touch these.
  private var file: FileHandle?
  private var received = 0
  private var total: Int?
  private var failure: DownloadError?
  private var continuation: CheckedContinuation<Void, any Error>?
  private var redirections = 0
  private let mostBytes: Int

  /// Seconds without a byte after which a connection counts as broken.
  static let patience = 30.0

  /// Times that servers may send on to another address.
  private static let mostRedirections = 5

  private init(
    address: String, path: String, mostBytes: Int,
    progress: @escaping @Sendable (_ received: Int, _ total: Int?) -> Void
  ) {
    self.address = address
    self.path = path
    self.mostBytes = mostBytes
    self.progress = progress
  }

  /// Whether an address is one that nobody between can read or change: `https`, or `http` on this machine itself, as for a mirror.
  private static func isSafe(_ url: URL) -> Bool {
    switch url.scheme?.lowercased() {
    case "https": true
    case "http": ["127.0.0.1", "::1", "localhost"].contains(url.host ?? "")
    default: false
    }
  }

  /// Fetches `address`, at most `mostBytes` in all, into the file `path`, which may hold the first bytes of it already. Throws
  /// `DownloadError`.
  static func run(
    _ address: String, to path: String, mostBytes: Int,
    progress: @escaping @Sendable (_ received: Int, _ total: Int?) -> Void
  ) async throws {
    guard let url = URL(string: address), isSafe(url) else {
      throw DownloadError(
        reason: .address, address: address,
        message: "this is no https address (http is for this machine only)")
    }
    let transfer = Transfer(address: address, path: path, mostBytes: mostBytes, progress: progress)
    try transfer.openFile()
    var request = URLRequest(
      url: url, cachePolicy: .reloadIgnoringLocalAndRemoteCacheData, timeoutInterval: patience)
    // What is stored must be the published bytes, not a recoding of them.
    request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
    if transfer.received > 0 { request.setValue("bytes=\(transfer.received)-", forHTTPHeaderField: "Range") }
    let queue = OperationQueue()
    queue.maxConcurrentOperationCount = 1
    let session = URLSession(configuration: .ephemeral, delegate: transfer, delegateQueue: queue)
    defer { session.invalidateAndCancel() }
    let ready = request
    try await withCheckedThrowingContinuation { continuation in
      transfer.continuation = continuation
      session.dataTask(with: ready).resume()
    }
  }

  private func openFile() throws {
    do {
      if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(fileURLWithPath: path)) }
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      received = Int(try file.seekToEnd())
      self.file = file
    } catch {
      throw DownloadError(reason: .file, address: address, message: "\(path) can't be written: \(error)")
    }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
    newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
  ) {
    redirections += 1
    guard redirections <= Self.mostRedirections, let url = request.url, Self.isSafe(url) else {
      failure = DownloadError(
        reason: .address, address: address,
        message: redirections > Self.mostRedirections
          ? "the server sends on more than \(Self.mostRedirections) times"
          : "the server sends on to \(request.url?.absoluteString ?? "nowhere"), which is no https address")
      completionHandler(nil)
      return task.cancel()
    }
    completionHandler(request)
  }

  private func tooLarge(_ bytes: Int) -> DownloadError {
    DownloadError(
      reason: .size, address: address,
      message: "the file has \(bytes) bytes or more, and at most \(mostBytes) are taken")
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
  ) {
    guard failure == nil else { return completionHandler(.cancel) }
    let response = response as? HTTPURLResponse
    let length = response.flatMap { $0.value(forHTTPHeaderField: "Content-Length") }.flatMap(Int.init)
    switch response?.statusCode ?? 0 {
    case 206:
      let range = response?.value(forHTTPHeaderField: "Content-Range") ?? ""
      guard range.hasPrefix("bytes \(received)-") else {
        failure = DownloadError(
          reason: .connection, address: address,
          message: "the server was asked to go on at byte \(received) and answered with '\(range)'")
        try? restart()
        return completionHandler(.cancel)
      }
      total = length.map { $0 + received }
    case 200:
      // A server without ranges starts again from the first byte.
      do { try restart() } catch {
        failure = DownloadError(
          reason: .file, address: address, message: "\(path) can't be written: \(error)")
        return completionHandler(.cancel)
      }
      total = length
    case 416:
      // Nothing is left to send: the file is complete, or too long; its checksum will tell.
      total = received
    case let status:
      failure = DownloadError(
        reason: .status(status), address: address, message: "the server answered with status \(status)")
      return completionHandler(.cancel)
    }
    if let total, total > mostBytes {
      failure = tooLarge(total)
      return completionHandler(.cancel)
    }
    completionHandler(response?.statusCode == 416 ? .cancel : .allow)
  }

  private func restart() throws {
    try file?.truncate(atOffset: 0)
    received = 0
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    guard failure == nil else { return }
    guard received + data.count <= mostBytes else {
      failure = tooLarge(received + data.count)
      return dataTask.cancel()
    }
    do {
      try file?.write(contentsOf: data)
      received += data.count
      progress(received, total)
    } catch {
      failure = DownloadError(reason: .file, address: address, message: "\(path) can't be written: \(error)")
      dataTask.cancel()
    }
  }

  func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
    try? file?.close()
    file = nil
    let isComplete = total.map { received >= $0 } ?? (error == nil)
    if failure == nil && !isComplete {
      let reached = total.map { "\(received) of \($0) bytes" } ?? "\(received) bytes"
      failure = DownloadError(
        reason: .connection, address: address,
        message: "the connection broke after \(reached)"
          + (error.map { " (\($0.localizedDescription))" } ?? ""))
    }
    if let failure { continuation?.resume(throwing: failure) } else { continuation?.resume() }
    continuation = nil
  }
}
