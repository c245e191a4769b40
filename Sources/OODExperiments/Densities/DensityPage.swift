/// A density experiment's report as one HTML page: pictures and tables inside it, and nothing fetched.
public struct DensityPage: Sendable {
  public let report: DensityReport
  let pictures: [DensityPicture]

  init(_ report: DensityReport, pictures: [DensityPicture]) {
    self.report = report
    self.pictures = pictures
  }

  /// The whole page.
  public var html: String {
    Page(
      title: "Density families in the plane", markup: PageFile(PackageResources.densities_html),
      styles: [PageFile(PackageResources.densities_css)],
      scripts: [
        PageFile(PackageResources.densities_data_js), PageFile(PackageResources.densities_tables_js),
        PageFile(PackageResources.densities_start_js),
      ],
      data: [
        PageData("report", report), PageData("seed", "\(report.settings.seed)"),
        PageData("pictures", pictures),
      ]
    ).html
  }
}
