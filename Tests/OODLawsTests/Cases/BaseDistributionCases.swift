import GenModels
import OODLaws

/// Every base distribution of the catalogue.
enum BaseDistributionCases {
  static let all = [
    BaseDistributionLawCase("standard normal", .standardNormal),
    BaseDistributionLawCase("class Gaussians", .classGaussians, classCount: 3),
    BaseDistributionLawCase("logistic", .logistic),
    BaseDistributionLawCase("uniform", .uniform(bound: 2)),
  ]
}
