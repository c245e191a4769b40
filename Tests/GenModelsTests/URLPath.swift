import Foundation

enum URLPath {
  /// The path of something beside a source file.
  static func besides(_ file: String, _ name: String) -> String {
    URL(fileURLWithPath: file).deletingLastPathComponent().appendingPathComponent(name).path
  }
}
