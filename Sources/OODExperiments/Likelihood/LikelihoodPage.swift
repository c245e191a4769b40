import GenModels
import OODDatasets

/// A likelihood experiment's report as one HTML page: histograms, tables and pictures inside it, light or dark as the reader's
/// system is, and nothing fetched from anywhere.
public struct LikelihoodPage: Sendable {
  public let report: LikelihoodReport
  let samples: Tensor
  let examples: [Tensor]
  let more: [(title: String, images: Tensor)]

  /// - Parameters:
  ///   - report: What the experiment found.
  ///   - samples: Draws from the model, [count, height, width, channels].
  ///   - examples: Images of each test set, in the order of the report's sets, of the same shape.
  ///   - more: Other images of that shape, with titles.
  public init(
    _ report: LikelihoodReport, samples: Tensor, examples: [Tensor],
    more: [(title: String, images: Tensor)] = []
  ) {
    precondition(
      examples.count == report.sets.count
        && (examples + [samples]).allSatisfy { $0.rank == 4 && $0.shape[0] > 0 },
      "A page shows images [count, height, width, channels] of the model and of \(report.sets.count) sets, and "
        + "was given \(samples.shape) and \(examples.map(\.shape)).")
    self.report = report
    self.samples = samples
    self.examples = examples
    self.more = more
  }

  /// The whole page.
  public var html: String {
    let captions = Captions(
      family: report.settings.family.title, compressors: ImageCompressor.allCases.map(\.rawValue),
      seed: "\(report.settings.seed)")
    let pictures =
      [Picture("Draws from the model", samples)] + more.map { Picture($0.title, $0.images) }
      + zip(report.sets, examples).map { Picture("The first images of \($0.name)", $1) }
    return Page(
      title: "Likelihood as an out-of-distribution score: \(report.trainingSet)",
      markup: PageFile(PackageResources.likelihood_html),
      styles: [PageFile(PackageResources.likelihood_css)], scripts: Self.scripts,
      data: [
        PageData("report", report), PageData("captions", captions), PageData("pictures", pictures),
      ]
    ).html
  }

  /// What the page says that is not in the report as such.
  private struct Captions: Encodable {
    /// For people.
    let family: String
    /// The order of the table's columns.
    let compressors: [String]
    /// A number that may be larger than the whole numbers of JavaScript.
    let seed: String
  }

  /// Images under one title.
  private struct Picture: Encodable {
    let title: String
    let width, height: Int
    let strip: ImageStrip

    init(_ title: String, _ images: Tensor) {
      self.title = title
      (height, width) = (images.shape[1], images.shape[2])
      strip = ImageStrip(images)
    }
  }

  /// In the order in which they run.
  private static let scripts = [
    PageFile(PackageResources.likelihood_data_js), PageFile(PackageResources.likelihood_histograms_js),
    PageFile(PackageResources.likelihood_tables_js), PageFile(PackageResources.likelihood_start_js),
  ]
}
