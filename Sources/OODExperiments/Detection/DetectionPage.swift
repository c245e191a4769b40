/// A detector's run over a table as one HTML page: the histogram of scores, curves where there are labels, the rows with the highest
/// scores and why, p-values, and two telling columns. Everything is inside it, and nothing fetched.
public struct DetectionPage: Sendable {
  public let report: DetectionReport

  public init(_ report: DetectionReport) { self.report = report }

  /// The whole page.
  public var html: String {
    Page(
      title: "\(report.method): \(report.scoredSet)", markup: PageFile(PackageResources.detection_html),
      styles: [PageFile(PackageResources.detection_css)],
      scripts: [
        PageFile(PackageResources.detection_data_js), PageFile(PackageResources.detection_charts_js),
        PageFile(PackageResources.detection_start_js),
      ],
      data: [PageData("report", report)]
    ).html
  }
}
