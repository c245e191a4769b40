import ArgumentParser
import GenModels
import OODDatasets
import OODExperiments

struct GenerateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Generate images with a saved autoencoder, from noise to its fixed points.",
    discussion: "Uniform noise goes through the model again and again until little changes.")

  @Argument(help: "The saved autoencoder.") var file: String
  @Option(help: "Number of images.") var count = 100
  @Option(help: "The most applications of the model.") var iterations = 100
  @Option(help: "The change in L1 below which an image counts as a fixed point.") var tolerance = 1.0
  @Option(help: "Decides the noise.") var seed: UInt64 = 0
  @Option(help: "Threads; all cores unless given. The result does not depend on it.") var threads: Int?
  @Flag(help: "Draw each image's way instead: a row an image, from noise to the end.") var trajectory = false
  @Option(help: ArgumentHelp("Where to write the picture.", valueName: "file")) var png: String
  @Option(help: ArgumentHelp("Write the images to a .npy file, too.", valueName: "file")) var npy: String?
  @Option(help: "Images in a row.") var columns = 20
  @Option(help: "Draw each pixel as a square of this side.") var scale = 2
  @Option(help: "text or json.") var format: OutputFormat = .text

  private struct Report: Encodable {
    let count, iterations: Int
    let converged, medianDistance: Double
    let png: String

    enum CodingKeys: String, CodingKey {
      case count, iterations, png
      case converged = "converged_share"
      case medianDistance = "median_distance"
    }
  }

  func validate() throws {
    guard count >= 1, iterations >= 1, threads ?? 1 >= 1, columns >= 1, (1...64).contains(scale),
      tolerance >= 0
    else {
      throw ValidationError(
        "--count, --iterations, --threads and --columns must be 1 or more, --scale 1 to 64, --tolerance 0 or more."
      )
    }
  }

  func run() async throws {
    let model = try SavedOracle(contentsOf: file)
    let shape = try imageShape(of: model)
    let generation = FixedPointGeneration(
      iterations: iterations, tolerance: tolerance, trajectoryCount: trajectory ? count : 0)
    let points = try Parallelism.withThreads(threads ?? Parallelism.threads) {
      try generation.generate(count: count, imageShape: model.exampleShape, from: model, seed: seed)
    }
    let steps = [0, 1, 2, 3, 5, 10, 20, 50, 100, 200, 500].filter { $0 < iterations } + [iterations]
    let drawn = trajectory ? points.trajectoryImages(at: steps) : points.images
    let images = drawn.reshaped(Shape([drawn.shape[0]] + shape))
    let sheet = ContactSheet(columns: trajectory ? steps.count : columns, scale: scale)
    guard sheet.fits(images.shape) else {
      throw Failure("The picture would be too large; lower --count, --columns or --scale.")
    }
    try PNG.write(sheet.page(of: images), to: png)
    if let npy {
      try NumPy.write(
        NumericArray(points.images.elements.map(Double.init), shape: Array(points.images.shape)), to: npy)
    }
    let distances = points.distances.sorted()
    let report = Report(
      count: count, iterations: iterations, converged: points.convergedShare,
      medianDistance: distances[distances.count / 2], png: png)
    if format == .json { return try JSONOutput.print(report) }
    let share = (points.convergedShare * 100).rounded(digits: 1)
    Console.result("\(count) images, \(share)% of them converged to fixed points; drawn to \(png)")
  }

  /// The shape to draw as; vectors of n × n numbers are drawn as grey squares.
  private func imageShape(of model: SavedOracle) throws -> Shape {
    let shape = model.exampleShape
    if shape.rank == 3, shape[2] == 1 || shape[2] == 3 { return shape }
    let side = Int(Double(shape.elementCount).squareRoot().rounded())
    guard shape.rank == 1, side * side == shape[0] else {
      throw Failure("\(file) reconstructs examples of shape \(shape), which are no images.")
    }
    return [side, side, 1]
  }
}
