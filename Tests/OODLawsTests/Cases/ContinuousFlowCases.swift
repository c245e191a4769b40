import GenModels
import OODLaws

/// Continuous flows, trained for a moment.
enum ContinuousFlowCases {
  static let all: [ModelLawCase] = [
    ModelLawCase(
      "continuous-flow", kind: ContinuousFlow.kind, inliers: LawData.points(30, seed: 5),
      outliers: LawData.farPoints
    ) {
      try DensityNetworkCases.trained(
        ContinuousFlow(.vectors(features: 2, hidden: [8, 8]), seed: 1), on: LawData.points(60, seed: 7))
    },
    ModelLawCase(
      "continuous-flow, matching, gated layers, Hutchinson's estimate", kind: ContinuousFlow.kind,
      inliers: LawData.points(30, features: 5, seed: 5)
    ) {
      try DensityNetworkCases.trained(
        ContinuousFlow(
          .vectors(
            features: 5, hidden: [8], activation: .softplus, conditioning: .gating, frequencies: 1,
            divergence: .hutchinson(samples: 2, seed: 4),
            solver: DifferentialEquationSolver(.bogackiShampine, control: .tolerance(1e-3)),
            objective: .matching(FlowMatching(path: .variancePreserving))), seed: 1),
        on: LawData.points(200, features: 5, seed: 7))
    },
    ModelLawCase(
      "continuous-flow, images, a fixed grid", kind: ContinuousFlow.kind,
      inliers: LawData.images(20, side: 4, seed: 2)
    ) {
      var architecture = ContinuousFlow.Architecture.images([4, 4, 1], hidden: [10])
      architecture.solver = DifferentialEquationSolver(.rungeKutta4, control: .fixed(steps: 5))
      return try DensityNetworkCases.trained(
        ContinuousFlow(architecture, seed: 1), on: LawData.images(20, side: 4, seed: 2))
    },
  ]
}
