import ArgumentParser
import GenModels
import OODDatasets

struct DataRender: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render", abstract: "Draw a labelled contact sheet of images.",
    discussion: """
      Of several sets the same examples are shown below each other, a row for each set: the same strokes drawn in several \
      ways, for example hwrt:strokes and 'hwrt:strokes?aspect=stretched&center=box'.
      """)

  @Argument(help: ArgumentHelp("What to draw; several sets of as many examples each.", valueName: "spec"))
  var specifications: [String]
  @Option(help: ArgumentHelp("Where to write the picture.", valueName: "file")) var png: String
  @Option(help: "At most this many images of each set.") var count = 200
  @Option(help: "Images in a row.") var columns = 20
  @Option(help: "Draw each pixel as a square of this side.") var scale = 2
  @Flag(inversion: .prefixedNo, help: "Write the class below each image.") var labels = true
  @OptionGroup var data: DataDirectoryOption

  func validate() throws {
    guard count > 0, columns > 0, (1...64).contains(scale) else {
      throw ValidationError("--count and --columns must be 1 or more, and --scale 1 to 64.")
    }
  }

  func run() throws {
    let outputs = try Outputs(["--png": png])
    let sets = try specifications.map(load)
    let first = sets[0]
    for (specification, set) in zip(specifications, sets) {
      guard set.count == first.count, set.exampleShape == first.exampleShape else {
        throw Failure(
          "\(specifications[0]) has \(first.count) images of shape \(first.exampleShape), and \(specification) "
            + "\(set.count) of \(set.exampleShape); side by side they must be the same examples in one size.")
      }
    }
    let shown = min(count, first.count)
    let sheet = ContactSheet(columns: columns, scale: scale)
    let shape = Shape([shown] + first.exampleShape)
    guard sheet.fits(sheet.comparisonShape(shape, sets: sets.count)) else {
      throw Failure("The picture would be too large; lower --count, --columns or --scale.")
    }
    let pages = sets.map { $0[0..<shown] }
    let names = pages.map { page in
      page.labels.map { labels in
        labels.elements.map { label in page.classNames.map { $0[label] } ?? String(label) }
      }
        ?? [String](repeating: "", count: shown)
    }
    let writesNames = labels && pages.contains { $0.labels != nil }
    let page = sheet.page(comparing: pages.map(\.examples), labels: writesNames ? names : nil)
    try outputs["--png"]?.write(PNG.bytes(of: page))
    Console.remark("\(shown) of \(first.count) images drawn to \(png)")
    guard sets.count > 1 else { return }
    for (index, specification) in specifications.enumerated() {
      Console.remark("row \(index + 1) of \(sets.count): \(specification)")
    }
  }

  private func load(_ specification: String) throws -> Dataset {
    let all = try data.library.load(argument: specification)
    guard all.holdsImages else {
      throw Failure("\(specification) holds no images: its examples have the shape \(all.exampleShape).")
    }
    guard all.count > 0 else { throw Failure("\(specification) has no examples to draw.") }
    return all
  }
}
