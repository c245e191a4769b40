import GenModels
import OODDatasets

/// An overgeneralization experiment's report as one HTML page: tables, curves and pictures inside it, light or dark as the reader's system
/// is, and nothing fetched from anywhere.
public struct OvergeneralizationPage: Sendable {
  public let report: OvergeneralizationReport

  public init(_ report: OvergeneralizationReport) { self.report = report }

  /// The whole page.
  public var html: String {
    Page(
      title: "Overgeneralization: \(report.trainingSet)",
      markup: PageFile(PackageResources.overgeneralization_html),
      styles: [PageFile(PackageResources.overgeneralization_css)], scripts: Self.scripts,
      data: [
        PageData("report", report), PageData("captions", Captions(seed: "\(report.settings.training.seed)")),
      ]
    ).html
  }

  /// What the page says that is not in the report as such.
  private struct Captions: Encodable {
    /// A number that may be larger than the whole numbers of JavaScript.
    let seed: String
  }

  /// In the order in which they run.
  private static let scripts = [
    PageFile(PackageResources.overgeneralization_data_js),
    PageFile(PackageResources.overgeneralization_tables_js),
    PageFile(PackageResources.overgeneralization_curves_js),
    PageFile(PackageResources.overgeneralization_start_js),
  ]
}
