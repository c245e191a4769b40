import ArgumentParser
import OODDatasets

struct DataRender: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render", abstract: "Draw a labelled contact sheet of images.")

  @Argument(help: ArgumentHelp("What to draw.", valueName: "spec")) var specification: String
  @Option(help: ArgumentHelp("Where to write the picture.", valueName: "file")) var png: String
  @Option(help: "At most this many images.") var count = 200
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
    let all = try data.library.load(argument: specification)
    guard all.holdsImages else {
      throw Failure("\(specification) holds no images: its examples have the shape \(all.exampleShape).")
    }
    guard all.count > 0 else { throw Failure("\(specification) has no examples to draw.") }
    let dataset = all[0..<min(count, all.count)]
    let names = dataset.labels.map { labels in
      labels.elements.map { label in
        dataset.classNames.map { $0[label] } ?? String(label)
      }
    }
    let sheet = ContactSheet(columns: columns, scale: scale)
    guard sheet.fits(dataset.examples.shape) else {
      throw Failure("The picture would be too large; lower --count, --columns or --scale.")
    }
    try outputs["--png"]?.write(PNG.bytes(of: sheet.page(of: dataset.examples, labels: labels ? names : nil)))
    Console.remark("\(dataset.count) of \(all.count) images drawn to \(png)")
  }
}
