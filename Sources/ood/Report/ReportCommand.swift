import ArgumentParser
import OODExperiments

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Write the page of a sweep: one HTML file that needs no network.",
    discussion: """
      DIR is a directory that ood sweep wrote, finished or not. Prints where the page is. A link such as \
      index.html#model=NAME&theta=30 opens it at a model and a threshold.
      """)

  @Argument(help: "The directory of a sweep.") var dir: String
  @Option(help: ArgumentHelp("Where the page goes; DIR/index.html unless given.", valueName: "file"))
  var out: String?

  func run() throws {
    let path = out ?? SweepDirectory(dir).file("index.html")
    let page = try Working.on("reading \(dir)") { try SweepPage(directory: dir) }
    let outputs = try Outputs(["--out": path])
    try outputs["--out"]?.write(page.html.utf8)
    Console.result(path)
  }
}
