/// Files in the gzip format (RFC 1952). Readers of this library find out by themselves whether a file is one.
public enum Gzip {
  /// `bytes` as a gzip file, at a level from 0 (stored) to 9 (smallest).
  public static func compress(_ bytes: [UInt8], level: Int = 6) -> [UInt8] {
    Deflate.compress(bytes, wrapping: .gzip, level: level)
  }
}
