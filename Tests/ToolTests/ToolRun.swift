import Foundation

/// One run of the built tool: arguments in, exit status and both outputs out.
struct ToolRun {
  let status: Int32
  let output: String
  let errors: String

  init(_ arguments: String..., environment: [String: String] = [:]) throws {
    try self.init(arguments: arguments, environment: environment)
  }

  /// - Parameter output: Where standard output goes instead of to a file of the test's own; `output` is empty then.
  init(arguments: [String], environment: [String: String] = [:], output place: String? = nil) throws {
    let process = Process()
    process.executableURL = ToolRun.tool
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let folder = ToolRun.temporaryFolder()
    let output = URL(fileURLWithPath: folder + "/out")
    let errors = URL(fileURLWithPath: folder + "/err")
    for file in [output, errors] { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: place.map { URL(fileURLWithPath: $0) } ?? output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    status = process.terminationStatus
    self.output = try String(contentsOf: output, encoding: .utf8)
    self.errors = try String(contentsOf: errors, encoding: .utf8)
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// The JSON object that the run printed.
  func json() throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any] ?? [:]
  }

  /// The tool lies beside the test bundle.
  static let tool: URL = {
    let argument = CommandLine.arguments[0]
    let bundles = [Bundle.main.bundleURL, URL(fileURLWithPath: argument).deletingLastPathComponent()]
    let places = bundles + CommandLine.arguments.map { URL(fileURLWithPath: $0).deletingLastPathComponent() }
    let tools = places.map { $0.appendingPathComponent("ood") }
    return tools.first { FileManager.default.isExecutableFile(atPath: $0.path) } ?? tools[0]
  }()

  static func temporaryFolder() -> String {
    let path = NSTemporaryDirectory() + "/ood-tool-\(UUID().uuidString)"
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }
}
