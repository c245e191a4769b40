import GenModels

/// An outlier generation experiment's report as one HTML page: tables, histograms and pictures inside it, and nothing fetched.
public struct OutlierGenerationPage: Sendable {
  public let report: OutlierGenerationReport
  let pictures: [OutlierPicture]

  init(_ report: OutlierGenerationReport, pictures: [OutlierPicture]) {
    self.report = report
    self.pictures = pictures
  }

  /// The whole page.
  public var html: String {
    Page(
      title: "Outliers by normalizing flows: \(report.trainingSet)",
      markup: PageFile(PackageResources.outliers_html), styles: [PageFile(PackageResources.outliers_css)],
      scripts: [
        PageFile(PackageResources.outliers_data_js), PageFile(PackageResources.outliers_tables_js),
        PageFile(PackageResources.outliers_start_js),
      ],
      data: [
        PageData("report", report), PageData("seed", "\(report.settings.seed)"),
        PageData("pictures", pictures),
      ]
    ).html
  }
}
