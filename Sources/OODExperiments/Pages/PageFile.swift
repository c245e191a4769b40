/// A file of `Scripts`, `Styles` or `Markup`.
///
/// The build copies these files into the library (`embedInCode` in Package.swift), so that a page can be written wherever the
/// library is linked, without files beside it. A new file is embedded by being there, and used by being listed here or by its page.
struct PageFile {
  let text: String

  /// - Parameter bytes: As the build names them: `PackageResources.sweep_data_js` is sweep-data.js.
  init(_ bytes: [UInt8]) { text = String(decoding: bytes, as: UTF8.self) }

  /// The styles of all pages.
  static let commonStyles = [
    PageFile(PackageResources.colours_css), PageFile(PackageResources.page_css),
    PageFile(PackageResources.charts_css),
  ]

  /// The charts of all pages, in the order in which they run.
  static let chartScripts = [
    PageFile(PackageResources.charts_js), PageFile(PackageResources.elements_js),
    PageFile(PackageResources.numbers_js), PageFile(PackageResources.scales_js),
    PageFile(PackageResources.statistics_js), PageFile(PackageResources.frame_js),
    PageFile(PackageResources.reader_js), PageFile(PackageResources.scatter_js),
    PageFile(PackageResources.histogram_js), PageFile(PackageResources.curves_js),
    PageFile(PackageResources.images_js), PageFile(PackageResources.table_js),
    PageFile(PackageResources.legend_js),
  ]
}
