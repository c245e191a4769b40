import GenModels
import OODDatasets

/// Several models under the same likelihood experiment, side by side: bits per dimension, the AUROC of every score, draws.
///
/// ```swift
/// let page = LikelihoodComparison([first, second]).html
/// ```
public struct LikelihoodComparison: Sendable {
  let results: [LikelihoodExperiment.Result]

  /// Traps unless there is a result, and all are of the same sets.
  public init(_ results: [LikelihoodExperiment.Result]) {
    precondition(
      !results.isEmpty
        && results.allSatisfy { $0.report.sets.map(\.name) == results[0].report.sets.map(\.name) },
      "A comparison takes one result or more, all of the same sets.")
    self.results = results
  }

  /// The whole page.
  public var html: String {
    Page(
      title: "Likelihoods side by side: \(results[0].report.trainingSet)",
      markup: PageFile(PackageResources.comparison_html),
      styles: [PageFile(PackageResources.likelihood_css)],
      scripts: [PageFile(PackageResources.likelihood_comparison_js)],
      data: [
        PageData("reports", results.map(\.report)),
        PageData("titles", results.map { $0.report.settings.family.title }),
        PageData(
          "pictures", results.map { ImageStrip($0.samples.sliced(axis: 0, 0..<min(16, $0.samples.shape[0]))) }
        ),
        PageData("size", [results[0].samples.shape[1], results[0].samples.shape[2]]),
      ]
    ).html
  }
}
