/// A download that failed, told in a sentence with the address.
package struct DownloadError: Error, Equatable, CustomStringConvertible {
  package enum Reason: Equatable {
    /// The server answered with an HTTP status that is no success.
    case status(Int)
    /// No connection, or one that broke again and again.
    case connection
    /// The bytes are not those that were published.
    case checksum
    /// An address, or one that a server sends on to, that is not `https`.
    case address
    /// More bytes than such a file has.
    case size
    /// The file can't be written or unpacked.
    case file
  }

  package let reason: Reason
  package let address: String
  package let message: String

  package var description: String { "\(address): \(message)" }

  /// Whether trying again may help.
  var isPassing: Bool {
    switch reason {
    case .connection: true
    case .status(let status): status == 408 || status == 429 || status >= 500
    case .checksum, .file, .address, .size: false
    }
  }
}
