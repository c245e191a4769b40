import GenModels

/// An experiment's report as one HTML page: tables and pictures inside it, and nothing fetched.
public struct DivergencesPage: Sendable {
  public let report: DivergencesReport
  let pictures: [DivergencePicture]

  init(_ report: DivergencesReport, pictures: [DivergencePicture]) {
    self.report = report
    self.pictures = pictures
  }

  /// The whole page.
  public var html: String {
    Page(
      title: "Divergences: \(report.trainingSet)", markup: PageFile(PackageResources.divergences_html),
      // Its layout is that of the page of outliers.
      styles: [PageFile(PackageResources.outliers_css)],
      scripts: [
        PageFile(PackageResources.divergences_tables_js), PageFile(PackageResources.divergences_start_js),
      ],
      data: [
        PageData("report", report), PageData("verdicts", report.verdicts), PageData("pictures", pictures),
      ]
    ).html
  }
}
