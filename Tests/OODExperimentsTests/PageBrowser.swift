import Foundation

/// Chromium without a window: opens a page and gives back what it has become.
enum PageBrowser {
  static let missing: String =
    "Chromium is not installed (chromium, chromium-browser or google-chrome in PATH, or its path in CHROMIUM)."

  static let path: String? = {
    let environment = ProcessInfo.processInfo.environment
    let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
    let names = ["chromium", "chromium-browser", "google-chrome"]
    let places =
      [environment["CHROMIUM"]].compactMap { $0 } + names.flatMap { name in folders.map { $0 + "/" + name } }
    return places.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  struct Silence: Error, CustomStringConvertible {
    let description: String
  }

  /// How a page is looked at.
  struct Window {
    /// In pixels.
    var width = 1280
    var isDark = false
    /// What follows the page's address.
    var link = ""
  }

  /// Opens the page, lets `script` act on it, and returns the JSON object that the script leaves in `said`. Errors of the
  /// page's own scripts are in `said.errors`.
  static func run(_ html: String, in window: Window = Window(), _ script: String) throws -> [String: Any] {
    let folder = NSTemporaryDirectory() + "/ood-browser-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let first =
      "<script>const said = { errors: [] }; addEventListener('error', e => said.errors.push(e.message));"
      + "addEventListener('unhandledrejection', e => said.errors.push(String(e.reason)));</script>"
    let last = """
      <script>(async () => {
      // Chromium writes the page when all of its frames have been loaded: this one is when the script has ended. Time is real, so
      // that the page is laid out and drawn in between.
      const gate = document.createElement("iframe");
      gate.hidden = true;
      document.body.append(gate);
      gate.contentDocument.open();
      try { \(script) } catch (error) { said.errors.push(String(error)); }
      const heard = document.createElement("pre");
      heard.id = "heard";
      heard.textContent = btoa(unescape(encodeURIComponent(JSON.stringify(said))));
      parent.document.documentElement.append(heard);
      gate.contentDocument.close();
      })();</script></body>
      """
    let page = html.replacing("<head>", with: "<head>" + first, maxReplacements: 1).replacing(
      "</body>", with: last)
    try Data((window.width < 500 ? framed(page, window.width) : page).utf8)
      .write(to: URL(fileURLWithPath: folder + "/page.html"))
    let text = try dump(folder, window)
    guard let start = text.firstRange(of: "<pre id=\"heard\">")?.upperBound,
      let end = text[start...].firstRange(of: "</pre>")?.lowerBound,
      let json = Data(base64Encoded: String(text[start..<end])),
      let said = try JSONSerialization.jsonObject(with: json) as? [String: Any]
    else { throw Silence(description: "The page said nothing. It has become: \(text.suffix(2000))") }
    return said
  }

  /// The page in a frame of that width: Chromium's windows are no narrower than 500 pixels.
  private static func framed(_ page: String, _ width: Int) -> String {
    let source = page.replacing("&", with: "&amp;").replacing("\"", with: "&quot;")
    return """
      <!doctype html><html><body style="margin: 0">
      <iframe style="width: \(width)px; height: 900px; border: 0" srcdoc="\(source)"></iframe></body></html>
      """
  }

  private static func dump(_ folder: String, _ window: Window) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path!)
    process.arguments = [
      "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
      "--user-data-dir=\(folder)/profile",
      "--blink-settings=preferredColorScheme=\(window.isDark ? 0 : 1)",
      "--window-size=\(max(500, window.width)),900", "--dump-dom",
      "file://\(folder)/page.html\(window.link)",
    ]
    let output = URL(fileURLWithPath: folder + "/dom.html")
    try Data().write(to: output)
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = FileHandle.nullDevice
    try process.run()
    // Chromium may take its time to end after it has written everything.
    let end = Date(timeIntervalSinceNow: 120)
    while process.isRunning, Date() < end {
      Thread.sleep(forTimeInterval: 0.05)
      if let text = try? String(contentsOf: output, encoding: .utf8), text.hasSuffix("</html>\n") { break }
    }
    let isLate = Date() >= end
    if process.isRunning { process.terminate() }
    if isLate { throw Silence(description: "Chromium had not shown the page after 120 seconds.") }
    return try String(contentsOf: output, encoding: .utf8)
  }
}
