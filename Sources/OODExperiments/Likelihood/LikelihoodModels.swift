import GenModels
import OODMetrics

/// The models of a likelihood experiment, trained.
struct LikelihoodModels: Sendable {
  /// What is scored with.
  var main: AnyDensityModel<Tensor>
  /// The main model before training: what the architecture does by itself. Nil for a family without.
  var untrained: AnyDensityModel<Tensor>?
  /// Trained on mutated images.
  var background: AnyDensityModel<Tensor>?
  /// WAIC's members, the main model among them.
  var ensemble: [AnyDensityModel<Tensor>] = []
  /// The main model as the network that it is, and one with batch normalization, where the family has them.
  var network: (any TrainableDensity)?
  var batchNormalizedFlow: Flow?
  /// How each training went, in the order of training.
  var trainings: [LikelihoodReport.Training] = []
}

extension LikelihoodModels {
  /// Whether the main model gives probabilities to grey levels, not densities to numbers between them.
  var hasLevels: Bool { network != nil && !(network is Flow) }
}

/// What a model of the experiment is for.
enum LikelihoodRole: Hashable, Sendable {
  case main, background, batchNormalized
  /// Members of the ensemble beside the main model, from 1.
  case member(Int)

  /// In file names and reports.
  var name: String {
    switch self {
    case .main: "model"
    case .background: "background"
    case .batchNormalized: "batch-norm"
    case .member(let number): "member-\(number)"
    }
  }
}
