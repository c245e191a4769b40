import ArgumentParser
import GenModels
import OODDatasets

/// Where generated examples go: a picture, an array, a table.
struct GeneratedOutput: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Draw the examples as one picture; vectors of n × n numbers as squares.", valueName: "file"))
  var png: String?
  @Option(help: ArgumentHelp("Write the examples to a .npy file.", valueName: "file")) var npy: String?
  @Option(help: ArgumentHelp("Write the examples to a table, a row each.", valueName: "file")) var csv:
    String?
  @Option(help: "Images in a row of the picture [20].") var columns: Int?
  @Option(help: "Draw each pixel as a square of this side [2].") var scale: Int?

  var files: [String] { [png, npy, csv].compactMap { $0 } }
  var names: String { files.joined(separator: ", ") }

  func validate() throws {
    guard !files.isEmpty else { throw ValidationError("Say where the examples go: --png, --npy or --csv.") }
    guard columns ?? 1 >= 1, (1...64).contains(scale ?? 1) else {
      throw ValidationError("--columns must be 1 or more, and --scale 1 to 64.")
    }
    guard png != nil || columns == nil && scale == nil else {
      throw ValidationError("--columns and --scale are for the picture: give --png too.")
    }
  }

  /// Looks at the places before the work starts.
  func outputs() throws -> Outputs { try Outputs(["--png": png, "--npy": npy, "--csv": csv]) }

  /// Writes examples `[count] + shape`. The picture shows `drawing` instead, where there is one.
  /// - Throws: `Failure` when a picture is asked for and the examples are no images, or it would be too large.
  func write(
    _ examples: Tensor, shape: Shape, from file: String, to outputs: Outputs, drawing: Tensor? = nil,
    columns ownColumns: Int? = nil
  ) throws {
    if let place = outputs["--png"] {
      let drawn = drawing ?? examples
      let images = drawn.reshaped(Shape([drawn.shape[0]] + (try imageShape(shape, file))))
      let sheet = ContactSheet(columns: ownColumns ?? columns ?? 20, scale: scale ?? 2)
      guard sheet.fits(images.shape) else {
        throw Failure("The picture would be too large; lower --count, --columns or --scale.")
      }
      try place.write(PNG.bytes(of: sheet.page(of: images)))
    }
    let values = examples.elements.map(Double.init)
    try outputs["--npy"]?.write(NumPy.bytes(of: NumericArray(values, shape: Array(examples.shape))))
    try outputs["--csv"]?.write(CSVTable.bytes(of: values, columnCount: max(1, shape.elementCount)))
  }

  private func imageShape(_ shape: Shape, _ file: String) throws -> Shape {
    if shape.rank == 3, shape[2] == 1 || shape[2] == 3 { return shape }
    let side = Int(Double(shape.elementCount).squareRoot().rounded())
    guard shape.rank == 1, side * side == shape[0] else {
      throw Failure("\(file) generates examples of shape \(shape), which are no images: use --npy or --csv.")
    }
    return [side, side, 1]
  }
}
