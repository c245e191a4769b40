import OODDatasets

/// A sweep as one HTML page that needs no network: ORR over IRR of all models for any θ, what each model misses and what it
/// reconstructs by mistake, Δ over objectness, a table, and the data themselves.
///
/// ```swift
/// let page = try SweepPage(directory: "results")
/// try page.write(to: "results/index.html")
/// ```
///
/// A link such as `index.html#model=NAME&theta=30&control=mean` opens the page there; `control` is the number of a control
/// set from 0, `mean` or `min`.
public struct SweepPage: Sendable {
  public let records: [SweepRecord]
  /// The images of models, by the model's name; a model without is shown without images.
  public let panels: [String: ModelPanel]
  /// What was measured, and on which images; nil when that is not known.
  public let settings: SweepSettings?

  /// - Throws: `SweepPageError` when there are no records, or some that one plot can't show together.
  public init(
    records: [SweepRecord], panels: [String: ModelPanel] = [:], settings: SweepSettings? = nil
  ) throws(SweepPageError) {
    try Self.check(records)
    try Self.check(panels, of: records)
    self.records = records
    self.panels = panels
    self.settings = settings
  }

  /// The page of a directory that `Sweep` wrote. Models whose images are not there are shown without.
  /// - Throws: `SweepError` when there are no records or a file is damaged; `SweepPageError`.
  public init(directory: String) throws {
    let files = SweepDirectory(directory)
    let records = try files.records()
    var panels: [String: ModelPanel] = [:]
    for record in records {
      do {
        panels[record.name] = try files.panel(of: record)
      } catch SweepError.unreadableFile {
        continue
      }
    }
    try self.init(records: records, panels: panels, settings: try files.settings())
  }

  /// Writes the page, beside and renamed.
  public func write(to path: String) throws { try OutputPlace.write(Array(html.utf8), to: path) }

  /// The whole page. Some 2 kB for each model, and its images.
  public var html: String {
    // One element for each model's images, so that only those of the chosen model are parsed.
    let images = records.enumerated().compactMap { index, record in
      panels[record.name].map { PageData("images-\(index)", $0) }
    }
    return Page(
      title: "Spurious and missing modes of \(records.count) models",
      markup: PageFile(PackageResources.sweep_html), styles: [PageFile(PackageResources.sweep_css)],
      scripts: Self.scripts,
      data: [PageData("settings", settings), PageData("records", lines: records)] + images
    ).html
  }

  /// In the order in which they run.
  private static let scripts = [
    PageFile(PackageResources.sweep_data_js), PageFile(PackageResources.sweep_rates_js),
    PageFile(PackageResources.sweep_filters_js), PageFile(PackageResources.sweep_published_js),
    PageFile(PackageResources.sweep_scatter_js), PageFile(PackageResources.sweep_table_js),
    PageFile(PackageResources.sweep_images_js), PageFile(PackageResources.sweep_panel_curves_js),
    PageFile(PackageResources.sweep_panel_js), PageFile(PackageResources.sweep_theta_slider_js),
    PageFile(PackageResources.sweep_controls_js), PageFile(PackageResources.sweep_downloads_js),
    PageFile(PackageResources.sweep_link_js), PageFile(PackageResources.sweep_start_js),
  ]
}
