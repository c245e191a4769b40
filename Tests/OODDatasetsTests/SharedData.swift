#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import OODDatasets

/// The recorded data sets that some tests compare with: `$OOD_DATA`, or `../shared/data` beside the package.
enum SharedData {
  static let directory: String? = {
    if let path = getenv("OOD_DATA") { return String(cString: path) }
    let package = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let candidates = ["/\(package)/../shared/data", "/\(package)/../../shared/data"]
    return candidates.first { access($0, R_OK) == 0 }
  }()

  static var isHere: Bool { directory != nil }
  static let message = "needs the recorded data sets in $OOD_DATA or ../shared/data"
  static var library: DataLibrary { DataLibrary(directories: directory.map { [$0] } ?? []) }

  static func path(_ name: String) -> String { (directory ?? "") + "/" + name }
}

/// A folder of its own for a test, removed when the test is done.
final class TemporaryFolder {
  let path: String

  init() {
    var template = Array("/tmp/ood-test-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
  }

  deinit { remove(path) }

  func file(_ name: String) -> String { path + "/" + name }

  @discardableResult
  func write(_ bytes: some Collection<UInt8>, to name: String) throws -> String {
    try OutputPlace.write(bytes, to: file(name))
    return file(name)
  }

  func makeFolder(_ name: String) { mkdir(file(name), 0o700) }

  private func remove(_ path: String) {
    if let directory = opendir(path) {
      while let entry = readdir(directory) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) {
          String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name != "." && name != ".." { remove(path + "/" + name) }
      }
      closedir(directory)
      rmdir(path)
    } else {
      unlink(path)
    }
  }
}
